"""A small world that moves on every day: one new day, and one row of the day before stated again."""

from datetime import date, timedelta
from pathlib import Path

from tests.scene import MODELS, Row, small_rows, write_rankings

START = date(2026, 6, 1)  # a Monday
DAYS = 14
GROWTH = 1_000


def moving_world(directory: Path, days: int) -> Path:
    """Two weeks, then `days` more; the world is one, and `--as-of` says how much of it is known."""
    rows = small_rows(START, DAYS + days)
    return write_rankings(directory, [*rows, *(_restated(number) for number in range(1, days + 1))])


def moment(number: int) -> str:
    """The as-of of the n-th day after the two weeks; 0 knows the two weeks alone."""
    return f"{START + timedelta(days=DAYS + number)}T06:00:00+00:00"


def silent_world(world: Path, directory: Path) -> Path:
    """The same world, where every upstream answers 500."""
    directory.mkdir()
    for file in world.iterdir():
        (directory / file.name).write_bytes(file.read_bytes())
    (directory / "faults.csv").write_text("from,until,path_prefix,fault\n,,/,500\n")
    return directory


def _restated(number: int) -> Row:
    """What the upstream says on the n-th day about the day before yesterday."""
    known = START + timedelta(days=DAYS + number)
    day = known - timedelta(days=2)
    return (f"{known}T03:00:00Z", day.isoformat(), MODELS[0], str(1_000_000 + day.day + GROWTH * number))
