"""A synthetic world with known answers, written as files that the emulator serves; each family adds its part."""

import csv
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from demo import curated, market_truth, markets, router, truth
from demo.calendar import BACKFILL_AS_OF, DAILY_AS_OFS, FINAL_AS_OF
from demo.files import Answer, File

__all__ = ["BACKFILL_AS_OF", "DAILY_AS_OFS", "FINAL_AS_OF", "PLANNED_HOLDS", "write"]

PLANNED_HOLDS = frozenset({"list_price_daily"})  # by the price in the wrong unit, known between two passes


class Part(NamedTuple):
    """One family of the world: its files, and what its metrics must be, counted without the pipeline."""

    files: Callable[[int], Iterable[File]]
    answers: Callable[[int], Iterable[Answer]]


PARTS = (
    Part(router.files, router.answers),
    Part(markets.files, market_truth.answers),
    Part(curated.files, curated.answers),
)


def write(directory: Path, seed: int = 1) -> None:
    """The world and its truth.csv; one seed, one world, to the byte."""
    directory.mkdir(parents=True, exist_ok=True)
    for part in PARTS:
        for file in part.files(seed):
            _write(directory, file)
    known = (answer for part in PARTS for answer in part.answers(seed))
    _write(directory, File("truth.csv", truth.COLUMNS, known))


def _write(directory: Path, file: File) -> None:
    with (directory / file.name).open("w", encoding="utf-8", newline="") as out:
        csv.writer(out, lineterminator="\n").writerows((file.header, *file.rows))
