"""Sources in one local CSV file, with the columns of a world, read as known at a moment.

The one reader of the files that people write. A row that cannot be read is put aside with its reason; if its moment is
what cannot be read, so are the other rows of its key, since an older value would pass for the one it corrects.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from pydantic import ValidationError

from connectors.sources.payload import Made, check_type, first_problem, printable, require_one_page, unknown_fields
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
        yield session.get(table.file)

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


def read_known(fetch: Fetch, table: Table) -> Known:
    """The rows of a fetched file valid at the moment of the fetch. Raises ContractViolation if there are none."""
    moment, lines = fetch.window.observed_at, read_rows(fetch, table)
    named = [name for name in table.key if name not in table.optional]
    _, undated = _sift(lines.rows, lambda row: (row.known_at, *map(row.text, named), _named_key(row, table)))
    doubted = {row.key(table) for row, _ in undated}
    known = select_known([row for row in lines.rows if row.key(table) not in doubted], table, moment)
    rejected = (*lines.torn, *(reason for _, reason in undated))
    if not known.rows:
        nothing = f"{table.file}: no row is known at {moment.isoformat()} that is not withdrawn"
        raise ContractViolation("; ".join((nothing, *rejected[:1])))
    return Known(known.rows, known.withdrawn, rejected)


def read_rows(fetch: Fetch, table: Table) -> Lines:
    """Every row of a fetched file."""
    page = require_one_page(fetch)
    check_type(page, "CSV", {"text/csv"})
    return read_lines(page.body, table.file, table.columns)


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
