"""Closes from a CSV file that somebody drops into a folder: the keyless way."""

from collections.abc import Iterator
from datetime import timedelta

from connectors.sources.closes import build_quote, is_asked
from connectors.sources.dropped import Columns, read_flag, read_known
from connectors.sources.payload import envelope_of, read_day, refuses_payload
from tokenshare.sources import ON_CHANGE, Fetch, Page, Parsed, Session, Source, Window
from tokenshare.topics import QUOTE_OBSERVED

PATH = "quotes.csv"
COLUMNS = Columns(
    names=("known_at", "symbol", "date", "close", "currency", "is_partial"),
    key=("symbol", "date"),
    value="close",
)


def fetch(session: Session, _: Window) -> Iterator[Page]:
    yield session.get(PATH)


@refuses_payload
def parse(fetch: Fetch) -> Parsed:
    """Every known row is judged; those of the days asked for become events, partial bars marked as such."""
    envelope, events = envelope_of(fetch), []
    for line in read_known(fetch, COLUMNS):
        cells, where = line.cells, line.where
        day = read_day(cells["date"], f"{where}: date")
        is_partial = read_flag(cells["is_partial"], f"{where}: is_partial")
        event = build_quote(
            envelope, where, cells["symbol"], day, cells["close"], cells["currency"], is_partial=is_partial
        )
        events += [event] if is_asked(day, fetch.window, f"{where}: date") else []
    window = fetch.window
    return Parsed(tuple(events), window.observed_at, window.start, window.end)


SOURCE = Source(
    id="quotes_dropped",
    title="Closes dropped into a folder (quotes.csv)",
    emits=(QUOTE_OBSERVED,),
    cadence=timedelta(days=1),
    needs_key=False,
    licence="yours: that of whoever gave you the file",
    citation="Closes as filed in quotes.csv, as of {as_of}.",
    terms="Name the folder in TOKENSHARE_QUOTES. Columns: known_at, symbol, date, close, currency, is_partial. The "
    "newest known row of a symbol and date counts; an empty close withdraws it.",
    traps="A row without currency, or in pence, refuses the file: nothing is assumed. is_partial=true is a bar of a "
    "session still running, never a close. Closes are as traded, not adjusted for splits or dividends. Rows older "
    "than seven days before the last fetch are judged but not read again: use `backfill`.",
    world_file="quotes.csv",
    due=ON_CHANGE,
    fetch=fetch,
    has_days=True,
    parse=parse,
    upstream="quotes",
)
