"""A world's CSV files, read as the upstream would have shown them at a moment.

Values are not judged: the emulator has to be able to serve what no upstream should.
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from demo.tables import Table
from tokenshare.errors import UsageError

Cells = dict[str, str]


class Lacking(Cells):
    """Cells of a file that may lack a column: such a column reads as empty, and is not `in` the cells."""

    def __missing__(self, column: str) -> str:
        return ""


@dataclass(frozen=True)
class Row:
    """A row and the moment from which the upstream would show it."""

    known_at: datetime
    cells: Cells


def available(world: Path) -> frozenset[str]:
    """Names of the files a world has; if a file is missing, its source is not part of the world."""
    if not world.is_dir():
        raise UsageError(f"{world} is not a directory", "name a world: a directory of CSV files")
    return frozenset(path.name for path in world.iterdir() if path.is_file())


def read_rows(world: Path, table: Table) -> tuple[Row, ...] | None:
    """Read every row of a file in its order, None if the world has no such file; raises UsageError.

    A column that the file lacks is a field that the upstream has removed: rows are served without it.
    """
    if table.file not in available(world):
        return None
    path = world / table.file
    return tuple(
        Row(read_moment(cells["known_at"], f"{path} line {line}: known_at"), Lacking(cells))
        for line, cells in read_cells(path, table.columns[:1])
    )


def known(rows: Iterable[Row], table: Table, moment: datetime) -> list[Cells]:
    """What is shown at a moment, in the file's order: of each key the rows that became known last.

    Rows of one key that became known together all stay, as two answers to one question are a fault worth
    serving. An empty value shows nothing.
    """
    seen = [row for row in rows if row.known_at <= moment]
    newest: dict[tuple[str, ...], datetime] = {}
    for row in seen:
        key = _key(row, table)
        newest[key] = max(row.known_at, newest.get(key, row.known_at))
    shown = [row.cells for row in seen if row.known_at == newest[_key(row, table)]]
    return [cells for cells in shown if cells[table.value] or table.value not in cells]


def stated(cells: Cells, columns: Mapping[str, str]) -> Cells:
    """The fields of a document, each by its column, without those whose column the file lacks."""
    return Lacking({field: cells[column] for field, column in columns.items() if column in cells})


def read_cells(path: Path, columns: tuple[str, ...]) -> list[tuple[int, Cells]]:
    """Read the lines of a CSV file with their numbers; raises UsageError naming the file and the line."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            missing = [name for name in columns if name not in (reader.fieldnames or ())]
            if missing:
                raise UsageError(f"{path} line 1: no column {missing[0]}", f"its header is {','.join(columns)}")
            return [(reader.line_num, _whole(cells, path, reader.line_num)) for cells in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{path} cannot be read ({error})", "write it as UTF-8 CSV with a header") from error


def read_moment(text: str, where: str) -> datetime:
    """Read an ISO moment, in UTC; raises UsageError."""
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise UsageError(f"{where} is {text[:40]!r}", "write it like 2026-08-03T02:05:00Z")


def _key(row: Row, table: Table) -> tuple[str, ...]:
    return tuple(row.cells[name] for name in table.key)


def _whole(cells: Cells, path: Path, line: int) -> Cells:
    if None in cells or None in cells.values():
        raise UsageError(f"{path} line {line}: more or fewer cells than the header", "one cell per column")
    return cells
