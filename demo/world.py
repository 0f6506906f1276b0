"""A synthetic world of eight weeks with known answers, written as files that the emulator serves."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from demo import catalogue, truth, volumes
from demo.catalogue import stamp
from demo.volumes import Usage

BACKFILL_AS_OF = datetime(2026, 6, 28, 6, tzinfo=UTC)
FINAL_AS_OF = datetime(2026, 6, 29, 6, tzinfo=UTC)
PLANNED_HOLDS = frozenset({"list_price_daily"})  # by the price in the wrong unit, known between the two
RESTATED_AT = datetime(2026, 6, 28, 23, 30, tzinfo=UTC)
RANKING_COLUMNS = ("known_at", "date", "model_permaslug", "total_tokens")


def write(directory: Path, seed: int = 1) -> None:
    """The world as rankings_daily.csv, models.csv and truth.csv; one seed, one world, to the byte."""
    usage = volumes.draw(seed)
    restated = volumes.restate(usage, seed)
    final = {day: {**tokens, **restated.get(day, {})} for day, tokens in usage.items()}
    prices = [tuple(entry[column] for column in catalogue.COLUMNS) for entry in catalogue.entries()]
    directory.mkdir(parents=True, exist_ok=True)
    _write(directory / "rankings_daily.csv", RANKING_COLUMNS, _rank(usage, restated))
    _write(directory / "models.csv", catalogue.COLUMNS, prices)
    _write(directory / "truth.csv", truth.COLUMNS, truth.answer(final))


def _rank(usage: Usage, restated: Usage) -> Iterator[tuple[str, ...]]:
    """A day is known at five past two of the next; the restated values follow."""
    for day, tokens in usage.items():
        known_at = datetime.combine(day + timedelta(days=1), time(2, 5), UTC)
        yield from _show(known_at, day, tokens)
    for day, tokens in restated.items():
        yield from _show(RESTATED_AT, day, tokens)


def _show(known_at: datetime, day: date, tokens: volumes.Day) -> Iterator[tuple[str, ...]]:
    return ((stamp(known_at), day.isoformat(), slug, str(count)) for slug, count in tokens.items())


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows((header, *rows))
