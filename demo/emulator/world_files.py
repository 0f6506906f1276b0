"""A world's CSV files, read as the upstream would have shown them at a moment.

Values are not judged: the emulator must be able to serve answers no upstream should give.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from tokenshare import codec
from tokenshare.errors import ContractViolation, UsageError
from tokenshare.folder_files import has_file, read_file
from tokenshare.known_rows import Cells as Cells
from tokenshare.known_rows import KnownRow, Table, read_csv, select_known
from tokenshare.origins import SYNTHETIC, WORLD_FILE, Origin
from tokenshare.origins import read_origin as read_stated

CSV_FIX = "correct the world: UTF-8 CSV, a header, one cell a column"
STATED_FIX = 'correct it, such as {"origin": "recorded", "as_of": "2026-08-03T06:00:00Z", "citation": "..."}'


class Lacking(Cells):
    """Cells of a file, perhaps without a column: a missing column reads as empty, and is not `in` the cells."""

    def __missing__(self, column: str) -> str:
        return ""


def available(world: Path) -> frozenset[str]:
    """Names of the files a world has; if a file is missing, its source is not part of the world."""
    if not world.is_dir():
        raise UsageError(f"{world} is not a directory", "name a world: a directory of CSV files")
    return frozenset(path.name for path in world.iterdir() if has_file(world, path.name))


def read_origin(world: Path) -> Origin:
    """What a world states of itself; without `world.json` it is synthetic. Raises UsageError."""
    if WORLD_FILE not in available(world):
        return SYNTHETIC
    path = world / WORLD_FILE
    with _refusing(STATED_FIX, f"{path}: "):
        return read_stated(read_file(world, WORLD_FILE))


class WorldTable:
    """The rows of a file of a world, in its order."""

    def __init__(self, rows: Sequence[KnownRow], table: Table) -> None:
        self._rows, self._table = rows, table
        self.at = lru_cache(maxsize=4)(self._at)  # a world is asked many times as of one moment

    def _at(self, moment: datetime) -> list[Cells]:
        """The rows shown at a moment; two rows of one key are a fault worth serving."""
        return [row.cells for row in select_known(self._rows, self._table, moment).rows]


def read_table(world: Path, table: Table) -> WorldTable | None:
    """Read every row of a file, None if the world has no such file; raises UsageError.

    A column missing from the file is a field removed upstream: rows are served without it.
    """
    if table.file not in available(world):
        return None
    with _refusing():
        rows = _read(world / table.file, table.columns[:1])
        shown = tuple(KnownRow(row.file, row.number, Lacking(row.cells)) for row in rows)
        _ = [row.known_at for row in shown]  # refuse an invalid moment now, not in the middle of an answer
    return WorldTable(shown, table)


def stated(cells: Cells, columns: Mapping[str, str]) -> Cells:
    """The fields of a document, each from its column, without those of missing columns."""
    return Lacking({field: cells[column] for field, column in columns.items() if column in cells})


def read_cells(path: Path, columns: tuple[str, ...]) -> list[tuple[int, Cells]]:
    """Lines of a CSV file with their numbers; raises UsageError naming the file and the line."""
    with _refusing():
        return [(row.number, row.cells) for row in _read(path, columns)]


def read_moment(text: str, where: str) -> datetime:
    """An ISO moment in UTC; raises UsageError."""
    with _refusing():
        return codec.read_moment(text, where)


def _read(path: Path, columns: tuple[str, ...]) -> list[KnownRow]:
    return read_csv(read_file(path.parent, path.name), str(path), columns)


@contextmanager
def _refusing(fix: str = CSV_FIX, place: str = "") -> Iterator[None]:
    """Turn an error of a world into a UsageError: a person wrote the world."""
    try:
        yield
    except (OSError, ContractViolation) as error:
        raise UsageError(f"{place}{error}", fix) from error
