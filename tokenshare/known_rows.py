"""CSV files with a moment per row since when it is known, and their content at a moment; pure.

What a spreadsheet changes without changing the meaning is read: a mark or UTF-16 at the start, capitals and blanks in
the header, blanks around cells, blank lines and columns, TRUE for true. Anything that could be misread is refused.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property
from typing import NoReturn

from tokenshare.codec import read_day, read_moment
from tokenshare.errors import ContractViolation
from tokenshare.text import visible

Cells = dict[str, str]
LONGEST_KEY = 400  # of a withdrawn row, as fetch.completed carries it; no row that landed has a longer one

_AMOUNT = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,9})?", re.ASCII)
_FLAGS = {"true": True, "false": False}
_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}
_NAMED_SEPARATOR = re.compile(r"sep=.\r?\n|sep=.\r")  # a line that Excel reads and some programs write


@dataclass(frozen=True)
class Table:
    """A file: its columns, the key of a row, and its `values`; a row with all of these empty withdraws its key.

    Of the key, only the `optional` columns may be empty.
    """

    file: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    values: tuple[str, ...]
    optional: tuple[str, ...] = ()


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

    def key(self, table: Table) -> tuple[str, ...]:
        """The cells of its key."""
        return tuple(self.cells[name] for name in table.key)

    def where(self, column: str) -> str:
        """The place of a cell, for messages."""
        return f"{self.place}, column {column}"

    def refuse(self, column: str, problem: str) -> NoReturn:
        raise ContractViolation(f"{self.where(column)}: {problem}")

    def text(self, column: str) -> str:
        return self.cells[column] or self.refuse(column, "it is empty")

    def line(self, column: str) -> str:
        """A text in one line: a cell of a spreadsheet may hold several."""
        return " ".join(self.text(column).splitlines())

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
        """One of a few words, in small letters or capitals."""
        text = self.text(column)
        found = {word.lower(): word for word in words}.get(text.lower())
        return found or self.refuse(column, f"{text[:60]!r} is not one of {', '.join(words)}")

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
    seen = [(row, row.key(table)) for row in rows if row.known_at <= moment]
    newest: dict[tuple[str, ...], datetime] = {}
    for row, key in seen:
        newest[key] = max(row.known_at, newest.get(key, row.known_at))
    latest = [(row, key) for row, key in seen if row.known_at == newest[key]]
    standing = [(row, key) for row, key in latest if any(row.cells.get(name) != "" for name in table.values)]
    withdrawn = newest.keys() - {key for _, key in standing}
    named = (visible(" ".join(key))[:LONGEST_KEY] for key in withdrawn)
    return KnownRows(tuple(row for row, _ in standing), tuple(sorted(filter(None, named))))


@dataclass(frozen=True)
class Lines:
    """The rows of a file in their order, and the reasons why other lines are no rows."""

    rows: list[KnownRow]
    torn: tuple[str, ...]


def read_csv(body: bytes, file: str, columns: Sequence[str]) -> list[KnownRow]:
    """Every row of a file; raises ContractViolation if a line is no row, too."""
    lines = read_lines(body, file, columns)
    for reason in lines.torn:
        raise ContractViolation(reason)
    return lines.rows


def read_lines(body: bytes, file: str, columns: Sequence[str]) -> Lines:
    """Every line of a file but empty ones, without the blanks around its cells.

    Raises ContractViolation, naming file, line and fix, unless the file is CSV with each of these columns once.
    """
    text = decode_text(body, file)
    _refuse_separator(text, file, columns)
    lines = split_cells(text, file)
    first, cells = next(lines, (1, []))
    header = name_columns(cells)
    for name in columns:
        if name not in header:
            raise ContractViolation(f"{file} line {first}: no column {name}; the header is {','.join(columns)}")
        if header.count(name) > 1:
            raise ContractViolation(f"{file} line {first}: column {name} occurs twice")
    rows, torn = [], []
    for number, cells in lines:
        kept = cells if any(cells[len(header) :]) else cells[: len(header)]
        if len(kept) == len(header):
            rows.append(KnownRow(file, number, dict(zip(header, kept, strict=True))))
        else:
            torn.append(f"{file} line {number}: {len(kept)} cells under {len(header)} columns")
    return Lines(rows, tuple(torn))


def append_row(body: bytes, file: str, columns: Sequence[str], row: Cells) -> bytes:
    """A file with one row more, in the order of its own columns; an empty one begins with a header of these.

    Raises ContractViolation if the row has a value for a column that the file lacks.
    """
    if not body.strip():
        return write_rows(columns, [row])
    text = decode_text(body, file)
    header = name_columns(next(split_cells(text, file), (1, []))[1])
    for name in row:
        if row[name] and name not in header:
            raise ContractViolation(f"{file} line 1: no column {name}; the header is {','.join(columns)}")
    return f"{text.rstrip(chr(13) + chr(10))}\n".encode() + write_rows(header, [row]).split(b"\n", 1)[1]


def write_rows(header: Sequence[str], rows: Iterable[Cells]) -> bytes:
    """A file of these columns."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, header, restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def decode_text(body: bytes, file: str) -> str:
    """The text of a file: UTF-8, with a mark or without, or UTF-16 with its mark. Raises ContractViolation."""
    try:
        text = body.decode(_MARKS.get(body[:2], "utf-8-sig"))
    except UnicodeDecodeError as error:
        said = f"{file}: not {error.encoding.upper()} at byte {error.start}: save it as CSV UTF-8"
        raise ContractViolation(said) from error
    return text


def split_cells(text: str, file: str, separator: str = ",") -> Iterator[tuple[int, list[str]]]:
    """The cells of each row that has any, without blanks around them, and the line it begins at.

    A cell may hold line breaks.
    """
    named = _NAMED_SEPARATOR.match(text)
    begins = before = 2 if named else 1
    reader = csv.reader(io.StringIO(text[named.end() if named else 0 :], newline=""), delimiter=separator, strict=True)
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if any(cells):
                yield begins, cells
            begins = reader.line_num + before
    except csv.Error as error:
        raise ContractViolation(f"{file} line {begins}: not CSV ({error})") from error


def name_columns(header: Sequence[str]) -> list[str]:
    """The columns of a header in our spelling: small letters, joined by underscores."""
    return ["_".join(name.lower().split()) for name in header]


def _refuse_separator(text: str, file: str, columns: Sequence[str]) -> None:
    """Raise ContractViolation if another separator than the comma makes these columns of the header."""
    for separator, called in _SEPARATORS.items():
        with suppress(StopIteration, csv.Error):
            cells = next(
                csv.reader(io.StringIO(_NAMED_SEPARATOR.sub("", text, count=1), newline=""), delimiter=separator)
            )
            if len(cells) > 1 and set(columns) <= set(name_columns(cells)):
                raise ContractViolation(f"{file}: the columns are separated by {called}: save it with commas")
