"""Closes from a CSV file dropped into a folder: no key needed."""

from connectors.sources.closes import build_quote
from connectors.sources.local_csv import file_source, read_known
from connectors.sources.payload import Object, envelope_of, refuses_payload
from tokenshare.events import QuoteObserved
from tokenshare.known_rows import KnownRow, Table
from tokenshare.sources import ON_CHANGE, Fetch, Parsed
from tokenshare.topics import QUOTE_OBSERVED

TABLE = Table(
    file="quotes.csv",
    columns=("known_at", "symbol", "date", "close", "currency", "is_partial"),
    key=("symbol", "date"),
    values=("close",),
)


@refuses_payload
def parse(fetch: Fetch) -> Parsed:
    """Check every known row. Rows within the window become events, with partial bars marked as such."""
    window, envelope, known = fetch.window, envelope_of(fetch), read_known(fetch, TABLE)
    events = [_event(row, envelope) for row in known.rows]
    in_window = tuple(event for event in events if window.start <= event.session_date <= window.end)
    return Parsed(in_window, window.observed_at, window.start, window.end, withdrawn=known.withdrawn)


def _event(row: KnownRow, envelope: Object) -> QuoteObserved:
    day, is_partial = row.past_day("date", envelope["observed_at"]), bool(row.optional_flag("is_partial"))
    cells = row.cells
    return build_quote(
        envelope, row.place, cells["symbol"], day, cells["close"], cells["currency"], is_partial=is_partial
    )


SOURCE = file_source(
    TABLE,
    id="quotes_dropped",
    title="Closes dropped into a folder (quotes.csv)",
    emits=(QUOTE_OBSERVED,),
    licence="yours: that of whoever gave you the file",
    citation="Closes as filed in quotes.csv, as of {as_of}.",
    terms="Name the folder in TOKENSHARE_QUOTES. Columns: known_at, symbol, date, close, currency, is_partial. The "
    "newest known row of a symbol and date counts; an empty close withdraws it.",
    traps="A row without currency, or in pence, refuses the file: nothing is assumed. is_partial=true is a bar of a "
    "session still running, never a close. Closes are as traded, not adjusted for splits or dividends. Rows older "
    "than seven days before the last fetch are checked but not read again: use `backfill`.",
    due=ON_CHANGE,
    has_days=True,
    parse=parse,
    upstream="quotes",
)
