"""Curated CSV files, read strictly: the rows known by a moment, and the line and column of what cannot be trusted."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NoReturn, TypeVar

from pydantic import ValidationError

from connectors.sources.payload import mind_type, read_day, read_moment
from tokenshare.errors import ContractViolation
from tokenshare.events import Event
from tokenshare.sources import Fetch, Page, Parsed

Made = TypeVar("Made", bound=Event)

_AMOUNT = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,9})?", re.ASCII)
_FLAGS = {"true": True, "false": False}


@dataclass(frozen=True)
class Table:
    """A curated file: its columns, the key of a row, and the columns that are all empty where a row is withdrawn."""

    file: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    value: tuple[str, ...]


@dataclass(frozen=True)
class Line:
    """One row of a file; every reader of a cell refuses what is not well-formed, naming line and column."""

    file: str
    number: int
    cells: dict[str, str]

    def refuse(self, column: str, problem: str) -> NoReturn:
        raise ContractViolation(f"{self.where(column)}: {problem}")

    def text(self, column: str) -> str:
        return self.cells[column] or self.refuse(column, "it is empty")

    def optional(self, column: str) -> str | None:
        return self.cells[column] or None

    def moment(self, column: str) -> datetime:
        return read_moment(self.text(column), self.where(column))

    def past_day(self, column: str, moment: datetime) -> date:
        """A day that has begun at that moment: what lies in the future has not happened."""
        day = read_day(self.text(column), self.where(column))
        if day > moment.astimezone(UTC).date():
            self.refuse(column, f"{day} lies in the future")
        return day

    def optional_day(self, column: str) -> date | None:
        return read_day(self.cells[column], self.where(column)) if self.cells[column] else None

    def amount(self, column: str) -> str | None:
        """A plain decimal in its shortest form; None where the cell is empty."""
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

    def say(self, event: type[Made], **content: Any) -> Made:
        """The event with its id; what its contract does not allow is refused like any other cell."""
        try:
            return event.identified(**content)
        except ValidationError as error:
            first = error.errors(include_url=False, include_context=False, include_input=False)[0]
            self.refuse(".".join(map(str, first["loc"])), str(first["msg"]))

    def where(self, column: str) -> str:
        """The cell, for whoever refuses it."""
        return f"{self.file} line {self.number}, column {column}"


def standing(fetch: Fetch, table: Table) -> list[Line]:
    """The rows that hold at the moment of the fetch: of each key those that became known last, unless withdrawn.

    Two different rows of a key that became known together both stand: a gate, not the parser, judges a conflict.
    Rows known later are not there yet and are not judged. Raises ContractViolation where none holds.
    """
    found = [line for line in _newest(fetch, table) if _speaks(line, table)]
    if not found:
        at = fetch.window.observed_at.isoformat()
        raise ContractViolation(f"{table.file}: no row is known at {at} that is not withdrawn")
    return found


def stating(fetch: Fetch, table: Table, events: tuple[Event, ...]) -> Parsed:
    """The events of a file's standing rows, with the rows that it takes back and the columns that nobody knows."""
    unknown, gone = unknown_fields(fetch.pages[0], table), _withdrawn(fetch, table)
    return Parsed(events, fetch.window.observed_at, unknown_fields=unknown, withdrawn=gone)


def _withdrawn(fetch: Fetch, table: Table) -> tuple[str, ...]:
    """The keys of the rows that are taken back by what became known last, sorted."""
    newest = _newest(fetch, table)
    standing = {_key(line, table) for line in newest if _speaks(line, table)}
    return tuple(sorted({" ".join(_key(line, table)) for line in newest if _key(line, table) not in standing}))


def _newest(fetch: Fetch, table: Table) -> list[Line]:
    """Of each key the rows that became known last."""
    (page,) = fetch.pages
    moment = fetch.window.observed_at
    known = [(at, line) for line in read(page, table) if (at := line.moment("known_at")) <= moment]
    newest: dict[tuple[str, ...], datetime] = {}
    for at, line in known:
        newest[_key(line, table)] = max(at, newest.get(_key(line, table), at))
    return [line for at, line in known if at == newest[_key(line, table)]]


def _speaks(line: Line, table: Table) -> bool:
    return any(line.cells[column] for column in table.value)


def read(page: Page, table: Table) -> list[Line]:
    """Every row of a file, in its order; raises ContractViolation where it is not UTF-8 CSV with the table's header."""
    mind_type(page, "CSV", {"text/csv"})
    try:
        text = page.body.decode("utf-8-sig")  # a spreadsheet opens its UTF-8 with a mark
    except UnicodeDecodeError as error:
        raise ContractViolation(f"{table.file}: not UTF-8 at byte {error.start}") from error
    rows = _rows(text, table)
    header = next(rows, (1, []))[1]
    _mind_header(header, table)
    return [_line(number, cells, header, table) for number, cells in rows if any(cells)]


def unknown_fields(page: Page, table: Table) -> frozenset[str]:
    """Columns nobody had asked for: reported, never a reason to refuse."""
    header = next(_rows(page.body.decode("utf-8-sig"), table))[1]
    return frozenset(f"{table.file}.{name[:80]}" for name in header if name not in table.columns)


def first_known(page: Page) -> datetime | None:
    """When the first row of a file becomes known; None where that cannot be read, so that the file is asked."""
    try:
        rows = csv.DictReader(io.StringIO(page.body.decode("utf-8-sig"), newline=""))
        return min(read_moment(row["known_at"], "known_at") for row in rows)
    except (UnicodeDecodeError, csv.Error, KeyError, ValueError):
        return None


def _rows(text: str, table: Table) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line each begins at, cells without the blanks around them."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    begins = 1
    try:
        for cells in reader:
            yield begins, [cell.strip() for cell in cells]
            begins = reader.line_num + 1
    except csv.Error as error:
        raise ContractViolation(f"{table.file} line {begins}: not CSV ({error})") from error


def _mind_header(header: list[str], table: Table) -> None:
    missing = [name for name in table.columns if name not in header]
    if missing:
        raise ContractViolation(f"{table.file} line 1: no column {missing[0]}; the header is {','.join(table.columns)}")
    twice = [name for name in table.columns if header.count(name) > 1]
    if twice:
        raise ContractViolation(f"{table.file} line 1: column {twice[0]} stands there twice")


def _line(number: int, cells: list[str], header: list[str], table: Table) -> Line:
    if len(cells) != len(header):
        raise ContractViolation(f"{table.file} line {number}: {len(cells)} cells under {len(header)} columns")
    return Line(table.file, number, dict(zip(header, cells, strict=True)))


def _key(line: Line, table: Table) -> tuple[str, ...]:
    return tuple(line.cells[name] for name in table.key)
