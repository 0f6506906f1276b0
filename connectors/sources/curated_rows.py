"""Curated files: facts that no feed carries, shipped with the project; a file is its columns and what a row says."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from connectors.sources.local_csv import file_source, read_known, unknown_columns
from connectors.sources.payload import Made, Object, envelope_of, refuses_payload
from tokenshare.errors import ContractViolation
from tokenshare.known_rows import KnownRow, Table, read_csv
from tokenshare.sources import CURATED, Fetch, Page, Parsed, Source

TERMS = "A file that the project ships; TOKENSHARE_CURATED names a folder of your own whose file is read instead."


def curated_source(
    table: Table,
    event_of: Callable[[KnownRow, Object], Made],
    check: Callable[[tuple[Made, ...]], None] | None = None,
    **about: Any,
) -> Source:
    """The source of a curated file; `check` raises ContractViolation for events that cannot be right together."""

    @refuses_payload
    def parse(fetch: Fetch) -> Parsed:
        known, envelope = read_known(fetch, table), envelope_of(fetch)
        events = tuple(event_of(row, envelope) for row in known.rows)
        if check:
            check(events)
        unknown = unknown_columns(known.rows, table)
        return Parsed(events, fetch.window.observed_at, unknown_fields=unknown, withdrawn=known.withdrawn)

    return file_source(table, parse=parse, terms=TERMS, upstream=CURATED, ships=True, first_known=first_known, **about)


def first_known(page: Page) -> datetime | None:
    """When the first row of a file becomes known; None if that cannot be read, so that the file is asked."""
    try:
        return min((row.known_at for row in read_csv(page.body, page.url, ("known_at",))), default=None)
    except ContractViolation:
        return None
