"""The synthetic world's router: usage by day as the rankings show it, and the catalogue."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta

from demo import catalogue, truth, volumes
from demo.calendar import stamp
from demo.files import Answer, File
from demo.volumes import Usage

CORRECTED = time(23, 30)
RANKING_COLUMNS = ("known_at", "date", "model_permaslug", "total_tokens")


def files(seed: int) -> Iterator[File]:
    """rankings_daily.csv and models.csv."""
    usage = volumes.draw(seed)
    yield File("rankings_daily.csv", RANKING_COLUMNS, _rank(usage, volumes.restate(usage, seed)))
    prices = (tuple(entry[column] for column in catalogue.COLUMNS) for entry in catalogue.entries())
    yield File("models.csv", catalogue.COLUMNS, prices)


def answers(seed: int) -> Iterable[Answer]:
    """What the router metrics must be."""
    usage = volumes.draw(seed)
    return truth.answer(volumes.settle(usage, volumes.restate(usage, seed).values()))


def _rank(usage: Usage, restated: dict[date, Usage]) -> Iterator[tuple[str, ...]]:
    """A day is known at five past two of the next; the restated values follow."""
    for day, tokens in usage.items():
        known_at = datetime.combine(day + timedelta(days=1), time(2, 5), UTC)
        yield from _show(known_at, day, tokens)
    for at, corrected in restated.items():
        for day, tokens in corrected.items():
            yield from _show(datetime.combine(at, CORRECTED, UTC), day, tokens)


def _show(known_at: datetime, day: date, tokens: volumes.Day) -> Iterator[tuple[str, ...]]:
    return ((stamp(known_at), day.isoformat(), slug, str(count)) for slug, count in tokens.items())
