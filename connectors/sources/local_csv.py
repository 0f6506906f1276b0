"""Sources in one local CSV file, with the columns of a world, read as known at a moment.

The one reader of the files that people write. A row that cannot be read is put aside with its reason; if its moment is
what cannot be read, so are the other rows of its key, since an older value would pass for the one it corrects.

A fetch has a second page if the user has a file of their own: it comes first, and its rows are added to the shipped
ones by key. A row of theirs that is put aside replaces nothing.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from pydantic import ValidationError

from connectors.sources.files import OWN_PREFIX, SHIPPED_PREFIX
from connectors.sources.payload import Made, check_type, first_problem, printable, require_files, unknown_fields
from tokenshare.errors import ContractViolation
from tokenshare.fields import LONGEST_KEY
from tokenshare.known_rows import KnownRow, Lines, Table, read_lines, select_known
from tokenshare.parties import Parties, content_fields
from tokenshare.sources import Fetch, Page, Session, Source, Window

Built = TypeVar("Built")


@dataclass(frozen=True)
class Known:
    """The standing rows of a file at a moment, its withdrawn keys, and the reasons of the rows put aside."""

    rows: tuple[KnownRow, ...]
    withdrawn: tuple[str, ...]
    rejected: tuple[str, ...]


def file_source(
    table: Table, *, example: str = "", owner: str = "who writes the row", ours: tuple[str, ...] = (), **about: Any
) -> Source:
    """The source of a file, always fetched whole, with a row as people write it.

    Its `owner` controls every field of a row but `ours`. `about` is the rest of its declaration, including the parser.
    """

    def fetch(session: Session, _: Window) -> Iterator[Page]:
        page = session.get(table.file)
        yield page
        if page.following:
            yield session.get(page.following)

    fields = content_fields(topic.event for topic in about["emits"])
    owned = tuple(name for name in fields if name not in ours)
    return Source(
        parties=Parties(owner=owner, owned=owned, ours=ours),
        cadence=timedelta(days=1),
        needs_key=False,
        world_file=table.file,
        fetch=fetch,
        example=f"{','.join(table.columns)}\n{example}\n" if example else "",
        **about,
    )


def read_known(fetch: Fetch, table: Table, build: Callable[[KnownRow], object] | None = None) -> Known:
    """The rows of a fetch valid at its moment. Raises ContractViolation if there are none.

    Of each key the row known last counts; of rows known together, those of the user's own file. A row of theirs that
    `build` refuses is put aside here, so that the shipped row of its key stands.
    """
    moment, pages = fetch.window.observed_at, require_files(fetch)
    rows: list[KnownRow] = []
    rejected: list[str] = []
    for page in pages:
        found = read_rows(page, table)
        usable, reasons = _dated(found.rows, table)
        if build and page is not pages[-1]:
            usable, more = _built(usable, table, moment, build)
            reasons += more
        own = {(row.key(table), row.known_at) for row in rows}
        rows += [row for row in usable if (row.key(table), row.known_at) not in own]
        rejected += [*found.torn, *reasons]
    known = select_known(rows, table, moment)
    if not known.rows:
        nothing = f"{table.file}: no row is known at {moment.isoformat()} that is not withdrawn"
        raise ContractViolation("; ".join((nothing, *rejected[:1])))
    return Known(known.rows, known.withdrawn, tuple(rejected))


def read_rows(page: Page, table: Table) -> Lines:
    """Every row of a file; messages name it as the user's own or as the shipped one, if both are read."""
    check_type(page, "CSV", {"text/csv"})
    of_two = page.url in (OWN_PREFIX + table.file, SHIPPED_PREFIX + table.file)
    return read_lines(page.body, page.url if of_two else table.file, table.columns)


def _dated(rows: Sequence[KnownRow], table: Table) -> tuple[list[KnownRow], list[str]]:
    """The rows of keys whose every row has a moment and a whole key, and the reasons of the others."""
    named = [name for name in table.key if name not in table.optional]
    _, undated = _sift(rows, lambda row: (row.known_at, *map(row.text, named), _named_key(row, table)))
    return _without(rows, undated, table)


def _built(
    rows: Sequence[KnownRow], table: Table, moment: datetime, build: Callable[[KnownRow], object]
) -> tuple[list[KnownRow], list[str]]:
    """The rows of keys whose standing rows can be built, and the reasons of the others."""
    _, refused = _sift(select_known(rows, table, moment).rows, build)
    return _without(rows, refused, table)


def _without(
    rows: Sequence[KnownRow], refused: Sequence[tuple[KnownRow, str]], table: Table
) -> tuple[list[KnownRow], list[str]]:
    doubted = {row.key(table) for row, _ in refused}
    return [row for row in rows if row.key(table) not in doubted], [reason for _, reason in refused]


def build_all(
    rows: Sequence[KnownRow], build: Callable[[KnownRow], Built]
) -> tuple[tuple[Built, ...], tuple[str, ...]]:
    """The events built from the rows, and the reasons of the rows put aside."""
    built, refused = _sift(rows, build)
    return tuple(built), tuple(reason for _, reason in refused)


def unknown_columns(rows: Sequence[KnownRow], table: Table) -> frozenset[str]:
    """The columns missing from the table: reported, never a reason to refuse."""
    return unknown_fields(table.file, [row.cells for row in rows[:1]], frozenset(table.columns))


def build_from_row(row: KnownRow, event: type[Made], **content: Any) -> Made:
    """The event of a row. A contract violation refuses the row, naming the cell as `KnownRow.refuse` does."""
    try:
        return event.identified(**content)
    except ValidationError as error:
        column, problem = first_problem(error)
        row.refuse(column, f"{problem}, not {row.cells.get(column, '')[:60]!r}")
    except ContractViolation as error:
        raise ContractViolation(f"{row.place}: {error}") from error


def _named_key(row: KnownRow, table: Table) -> str:
    """The key of a row as its withdrawal names it; a longer one refuses the row."""
    key = " ".join(row.key(table))
    return key if len(key) <= LONGEST_KEY else row.refuse(table.key[0], f"its key has over {LONGEST_KEY} letters")


def _sift(
    rows: Sequence[KnownRow], build: Callable[[KnownRow], Built]
) -> tuple[list[Built], list[tuple[KnownRow, str]]]:
    """What the rows make, and the rows that make nothing, each with the reason."""
    built: list[Built] = []
    refused: list[tuple[KnownRow, str]] = []
    for row in rows:
        try:
            built.append(build(row))
        except ContractViolation as error:
            refused.append((row, printable(str(error))))
    return built, refused
