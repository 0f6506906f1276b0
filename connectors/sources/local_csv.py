"""Sources in one local CSV file, with the columns of a world, read as known at a moment."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from pydantic import ValidationError

from connectors.sources.payload import Made, check_type, first_problem, require_one_page, unknown_fields
from tokenshare.errors import ContractViolation
from tokenshare.known_rows import KnownRow, KnownRows, Table, read_csv, select_known
from tokenshare.sources import Fetch, Page, Session, Source, Window


def file_source(table: Table, **about: Any) -> Source:
    """The source of a file, always fetched whole. `about` is the rest of its declaration, including the parser."""

    def fetch(session: Session, _: Window) -> Iterator[Page]:
        yield session.get(table.file)

    return Source(cadence=timedelta(days=1), needs_key=False, world_file=table.file, fetch=fetch, **about)


def read_known(fetch: Fetch, table: Table) -> KnownRows:
    """The rows of a fetched file valid at the moment of the fetch. Raises ContractViolation if there are none."""
    moment = fetch.window.observed_at
    known = select_known(read_rows(fetch, table), table, moment)
    if not known.rows:
        raise ContractViolation(f"{table.file}: no row is known at {moment.isoformat()} that is not withdrawn")
    return known


def read_rows(fetch: Fetch, table: Table) -> list[KnownRow]:
    """Every row of a fetched file, without the blanks left around a cell by people and spreadsheets."""
    page = require_one_page(fetch)
    check_type(page, "CSV", {"text/csv"})
    rows = read_csv(page.body, table.file, table.columns)
    return [replace(row, cells={name: cell.strip() for name, cell in row.cells.items()}) for row in rows]


def unknown_columns(rows: Sequence[KnownRow], table: Table) -> frozenset[str]:
    """The columns missing from the table: reported, never a reason to refuse."""
    return unknown_fields(table.file, [row.cells for row in rows[:1]], frozenset(table.columns))


def build_from_row(row: KnownRow, event: type[Made], **content: Any) -> Made:
    """The event of a row. A contract violation refuses the row, naming the cell as `KnownRow.refuse` does."""
    try:
        return event.identified(**content)
    except ValidationError as error:
        row.refuse(*first_problem(error))
