"""A synthetic world, written as files for the emulator; each family adds its part."""

import csv
from collections.abc import Callable, Iterable
from pathlib import Path

from demo.world import claims, curated, hub, markets, prices, programming, router
from demo.world.calendar import BACKFILL_AS_OF, DAILY_AS_OFS, FINAL_AS_OF
from demo.world.files import File

__all__ = ["BACKFILL_AS_OF", "DAILY_AS_OFS", "FINAL_AS_OF", "PLANNED_HOLDS", "write"]

# Held by the price in the wrong unit, known between two passes: list prices, and the metrics made from them.
PLANNED_HOLDS = frozenset({"list_price_daily", "price_ratio_daily", "fct_prices_daily"})
PARTS: tuple[Callable[[int], Iterable[File]], ...] = (
    router.files,
    programming.files,
    prices.files,
    markets.files,
    hub.files,
    curated.files,
    claims.files,
)


def write(directory: Path, seed: int = 1) -> None:
    """Write the world; one seed, one world, to the byte."""
    directory.mkdir(parents=True, exist_ok=True)
    for files in PARTS:
        for file in files(seed):
            _write(directory, file)


def _write(directory: Path, file: File) -> None:
    with (directory / file.name).open("w", encoding="utf-8", newline="") as out:
        csv.writer(out, lineterminator="\n").writerows((file.header, *file.rows))
