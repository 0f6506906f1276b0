"""CSV files that somebody drops into a folder, in the columns of a world, read as they were known at a moment."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from connectors.sources.payload import mind_type, read_moment
from tokenshare.errors import ContractViolation
from tokenshare.sources import Fetch

Cells = Mapping[str, str]


@dataclass(frozen=True)
class Columns:
    """The columns of a file: those that name a row, and the one whose emptiness withdraws it."""

    names: Sequence[str]
    key: Sequence[str]
    value: str


@dataclass(frozen=True)
class Line:
    """A row that is in force, and where it stands."""

    where: str
    cells: Cells


def read_known(fetch: Fetch, columns: Columns) -> list[Line]:
    """The rows known when the file was read: the newest of each key, all where several are equally new."""
    if len(fetch.pages) != 1:
        raise ContractViolation(f"{len(fetch.pages)} pages: one file was expected")
    rows = [(read_moment(line.cells["known_at"], f"{line.where}: known_at"), line) for line in _read(fetch, columns)]
    seen = [(known_at, line) for known_at, line in rows if known_at <= fetch.window.observed_at]
    newest = {_key(line, columns): known_at for known_at, line in sorted(seen, key=lambda row: row[0])}
    known = [line for known_at, line in seen if known_at == newest[_key(line, columns)] and line.cells[columns.value]]
    if not known:
        raise ContractViolation("no row is known and has a value")
    return known


def read_flag(text: str, where: str) -> bool:
    """true or false; an empty cell is false."""
    if text not in ("true", "false", ""):
        raise ContractViolation(f"{where} is {text[:20]!r}: not true or false")
    return text == "true"


def _read(fetch: Fetch, columns: Columns) -> Iterator[Line]:
    page = fetch.pages[0]
    mind_type(page, "CSV", {"text/csv"})
    try:
        header, *rows = list(csv.reader(io.StringIO(page.body.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise ContractViolation(f"the file is not UTF-8 CSV: {str(error)[:120]}") from error
    missing = [name for name in columns.names if name not in header]
    if missing or len(set(header)) < len(header):
        raise ContractViolation(f"line 1: the header misses {missing} or repeats a column")
    for number, row in enumerate(rows, start=2):
        if row and len(row) != len(header):
            raise ContractViolation(f"line {number} has {len(row)} cells, the header {len(header)}")
        if row:
            yield Line(f"line {number}", dict(zip(header, row, strict=True)))


def _key(line: Line, columns: Columns) -> tuple[str, ...]:
    return tuple(line.cells[name] for name in columns.key)
