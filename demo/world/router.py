"""The synthetic world's router: usage by day as the rankings show it, and the catalogue."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from demo.tables import MODELS, RANKINGS
from demo.world import catalogue, volumes
from demo.world.calendar import stamp
from demo.world.files import File
from demo.world.volumes import Usage

CORRECTED = time(23, 30)


def files(seed: int) -> Iterator[File]:
    """rankings_daily.csv and models.csv."""
    usage = volumes.draw(seed)
    yield File(RANKINGS.file, RANKINGS.columns, _rank(usage, volumes.restate(usage, seed)))
    entries = (tuple(entry[column] for column in MODELS.columns) for entry in catalogue.entries())
    yield File(MODELS.file, MODELS.columns, entries)


def _rank(usage: Usage, restated: dict[date, Usage]) -> Iterator[tuple[str, ...]]:
    """The rows of each day, known at five past two of the next; the restated values follow."""
    for day, tokens in usage.items():
        known_at = datetime.combine(day + timedelta(days=1), time(2, 5), UTC)
        yield from _show(known_at, day, tokens)
    for at, corrected in restated.items():
        for day, tokens in corrected.items():
            yield from _show(datetime.combine(at, CORRECTED, UTC), day, tokens)


def _show(known_at: datetime, day: date, tokens: volumes.Day) -> Iterator[tuple[str, ...]]:
    return ((stamp(known_at), day.isoformat(), slug, str(count)) for slug, count in tokens.items())
