"""Curated files: facts absent from every feed, shipped with the project; each declared by its columns and events."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from connectors.sources.local_csv import build_all, file_source, read_known, unknown_columns
from connectors.sources.payload import Made, Object, check_rejected, envelope_of, refuses_payload
from tokenshare.errors import ContractViolation
from tokenshare.known_rows import KnownRow, Table, read_csv
from tokenshare.sources import CURATED, Fetch, Page, Parsed, Source

TERMS = (
    "A file shipped with the project. The rows of a file in your own folder, named by TOKENSHARE_CURATED, are added to "
    "it: of each key the row known last counts, and yours if both became known together."
)


def curated_source(
    table: Table,
    event_of: Callable[[KnownRow, Object], Made],
    check: Callable[[tuple[Made, ...]], None] | None = None,
    **about: Any,
) -> Source:
    """The source of a curated file. `check` raises ContractViolation for events implausible as a whole."""

    @refuses_payload
    def parse(fetch: Fetch) -> Parsed:
        envelope = envelope_of(fetch)

        def build(row: KnownRow) -> Made:
            return event_of(row, envelope)

        known = read_known(fetch, table, build)
        events, wrong = build_all(known.rows, build)
        rejected = (*known.rejected, *wrong)
        check_rejected(rejected, len(events))
        if check:
            check(events)
        unknown = unknown_columns(known.rows, table)
        return Parsed(
            events,
            fetch.window.observed_at,
            withdrawn=known.withdrawn,
            rejected=rejected,
            unknown_fields=unknown,
        )

    return file_source(table, parse=parse, terms=TERMS, upstream=CURATED, ships=True, first_known=first_known, **about)


def first_known(page: Page) -> datetime | None:
    """The earliest `known_at` in a file; None if unreadable, so that the file is fetched and judged."""
    try:
        return min((row.known_at for row in read_csv(page.body, page.url, ("known_at",))), default=None)
    except ContractViolation:
        return None
