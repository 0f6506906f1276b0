"""Small worlds with a new day of data every day."""

import csv
from datetime import date, timedelta
from pathlib import Path

from tests.scene import MODELS, Row, small_rows, write_rankings

START = date(2026, 6, 1)  # a Monday
DAYS = 14
GROWTH = 1_000


def moving_world(directory: Path, days: int) -> Path:
    """Two weeks, then `days` more, each of them one new day and one row of the day before stated again.

    The world is one, and `--as-of` says how much of it is known.
    """
    rows = small_rows(START, DAYS + days)
    return write_rankings(directory, [*rows, *(_restated(number) for number in range(1, days + 1))])


def ranked_world(directory: Path, days: int) -> Path:
    """One leaderboard: the smallest world with every side effect. Each day one score is restated."""
    directory.mkdir(parents=True)
    first = START + timedelta(days=DAYS - 1)
    columns = ("known_at", "board_id", "ranking_date", "entry_id", "model", "vendor_id", "score", "is_open")
    rows = [
        (
            f"{first + timedelta(days=number)}T03:00:00Z",
            "hle",
            first,
            entry,
            entry,
            vendor,
            score + number / 10,
            is_open,
        )
        for number in range(days + 1)
        for entry, vendor, score, is_open in (("kimi", "moonshotai", 40, "true"), ("gpt", "openai", 60, "false"))
        if number == 0 or entry == "kimi"
    ]
    with (directory / "leaderboards.csv").open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([columns, *rows])
    return directory


def moment(number: int) -> str:
    """The as-of of the n-th day after the two weeks; 0 knows the two weeks alone."""
    return f"{START + timedelta(days=DAYS + number)}T06:00:00+00:00"


def silent_world(world: Path, directory: Path) -> Path:
    """The same world, with every upstream answering 500."""
    directory.mkdir()
    for file in world.iterdir():
        (directory / file.name).write_bytes(file.read_bytes())
    (directory / "faults.csv").write_text("from,until,path_prefix,fault\n,,/,500\n")
    return directory


def _restated(number: int) -> Row:
    """The upstream's statement on the n-th day about the day before yesterday."""
    known = START + timedelta(days=DAYS + number)
    day = known - timedelta(days=2)
    return (f"{known}T03:00:00Z", day.isoformat(), MODELS[0], str(1_000_000 + day.day + GROWTH * number))
