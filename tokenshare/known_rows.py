"""CSV files with a moment per row since when it is known, and their content at a moment; pure."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property
from typing import NoReturn

from tokenshare.codec import read_day, read_moment
from tokenshare.errors import ContractViolation

Cells = dict[str, str]

_AMOUNT = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,9})?", re.ASCII)
_FLAGS = {"true": True, "false": False}


@dataclass(frozen=True)
class Table:
    """A file: its columns, the key of a row, and its `values`; a row with all of these empty withdraws its key."""

    file: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    values: tuple[str, ...]


@dataclass(frozen=True)
class KnownRow:
    """One row of a file.

    Reading a malformed cell raises ContractViolation naming file, line and column.
    """

    file: str
    number: int  # the line it begins at
    cells: Cells

    @property
    def place(self) -> str:
        return f"{self.file} line {self.number}"

    @cached_property
    def known_at(self) -> datetime:
        return read_moment(self.text("known_at"), self.where("known_at"))

    def where(self, column: str) -> str:
        """The place of a cell, for messages."""
        return f"{self.place}, column {column}"

    def refuse(self, column: str, problem: str) -> NoReturn:
        raise ContractViolation(f"{self.where(column)}: {problem}")

    def text(self, column: str) -> str:
        return self.cells[column] or self.refuse(column, "it is empty")

    def optional(self, column: str) -> str | None:
        return self.cells[column] or None

    def day(self, column: str) -> date:
        return read_day(self.text(column), self.where(column))

    def optional_day(self, column: str) -> date | None:
        return self.day(column) if self.cells[column] else None

    def past_day(self, column: str, moment: datetime) -> date:
        """A day begun by that moment; a day in the future is refused."""
        day = self.day(column)
        if day > moment.astimezone(UTC).date():
            self.refuse(column, f"{day} lies in the future")
        return day

    def amount(self, column: str) -> str | None:
        """A plain decimal in its shortest form; None for an empty cell."""
        text = self.optional(column)
        if text is None:
            return None
        if not _AMOUNT.fullmatch(text):
            self.refuse(column, f"{text[:60]!r} is not a plain decimal number, such as 5000000000 or 58.6")
        shortest = f"{Decimal(text):f}"
        shortest = shortest.rstrip("0").rstrip(".") if "." in shortest else shortest
        return "0" if shortest == "-0" else shortest

    def word(self, column: str, words: Sequence[str]) -> str:
        """One of a few words."""
        text = self.text(column)
        if text not in words:
            self.refuse(column, f"{text[:60]!r} is not one of {', '.join(words)}")
        return text

    def flag(self, column: str) -> bool:
        return _FLAGS[self.word(column, tuple(_FLAGS))]

    def optional_flag(self, column: str) -> bool | None:
        return self.flag(column) if self.cells[column] else None


@dataclass(frozen=True)
class KnownRows:
    """The content of a file at a moment: the standing rows, in their order, and the withdrawn keys, sorted."""

    rows: tuple[KnownRow, ...]
    withdrawn: tuple[str, ...]


def select_known(rows: Iterable[KnownRow], table: Table, moment: datetime) -> KnownRows:
    """The standing rows at a moment: of each key those known last, unless they withdraw it.

    If several rows of a key became known together, all stand: a gate, not the reader, judges a conflict. Rows known
    later do not exist yet. A column missing from the file withdraws nothing.
    """
    seen = [(row, tuple(row.cells[name] for name in table.key)) for row in rows if row.known_at <= moment]
    newest: dict[tuple[str, ...], datetime] = {}
    for row, key in seen:
        newest[key] = max(row.known_at, newest.get(key, row.known_at))
    latest = [(row, key) for row, key in seen if row.known_at == newest[key]]
    standing = [(row, key) for row, key in latest if any(row.cells.get(name) != "" for name in table.values)]
    withdrawn = newest.keys() - {key for _, key in standing}
    return KnownRows(tuple(row for row, _ in standing), tuple(sorted(" ".join(key) for key in withdrawn)))


def read_csv(body: bytes, file: str, columns: Sequence[str]) -> list[KnownRow]:
    """Every row of a file but empty ones, in its order.

    Raises ContractViolation, naming file and line, unless the file is UTF-8 CSV with each of these columns once.
    """
    try:
        text = body.decode("utf-8-sig")  # a spreadsheet opens its UTF-8 with a mark
    except UnicodeDecodeError as error:
        raise ContractViolation(f"{file}: not UTF-8 at byte {error.start}") from error
    lines = _read_lines(text, file)
    _, header = next(lines, (1, []))
    header = [name.strip() for name in header]
    for name in columns:
        if name not in header:
            raise ContractViolation(f"{file} line 1: no column {name}; the header is {','.join(columns)}")
        if header.count(name) > 1:
            raise ContractViolation(f"{file} line 1: column {name} occurs twice")
    return [_row(file, number, cells, header) for number, cells in lines if any(map(str.strip, cells))]


def _read_lines(text: str, file: str) -> Iterator[tuple[int, list[str]]]:
    """The cells of each row with the line it begins at: a cell may hold line breaks."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    begins = 1
    try:
        for cells in reader:
            yield begins, cells
            begins = reader.line_num + 1
    except csv.Error as error:
        raise ContractViolation(f"{file} line {begins}: not CSV ({error})") from error


def _row(file: str, number: int, cells: list[str], header: list[str]) -> KnownRow:
    if len(cells) != len(header):
        raise ContractViolation(f"{file} line {number}: {len(cells)} cells under {len(header)} columns")
    return KnownRow(file, number, dict(zip(header, cells, strict=True)))
