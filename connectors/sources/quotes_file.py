"""Closes from a CSV file dropped into a folder: no key needed."""

from connectors.sources.closes import DAY_ENDS, build_quote
from connectors.sources.local_csv import Known, build_all, file_source, read_known
from connectors.sources.payload import Object, check_rejected, envelope_of, refuses_payload
from connectors.sources.quote_exports import is_export_file
from tokenshare.errors import ContractViolation
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
    window, envelope, known = fetch.window, envelope_of(fetch), _read(fetch)
    events, wrong = build_all(known.rows, lambda row: _event(row, envelope))
    rejected = (*known.rejected, *wrong)
    check_rejected(rejected, len(events))
    in_window = tuple(event for event in events if window.start <= event.session_date <= window.end)
    return Parsed(
        in_window,
        window.observed_at,
        window.start,
        window.end,
        withdrawn=known.withdrawn,
        rejected=rejected,
    )


def _read(fetch: Fetch) -> Known:
    """The known rows; an export in the place of the file is refused with its remedy."""
    try:
        return read_known(fetch, TABLE)
    except ContractViolation as error:
        if len(fetch.pages) != 1 or not is_export_file(fetch.pages[0].body):
            raise
        raise ContractViolation(
            f"{TABLE.file} is an export: `tokenshare import quotes FILE` adds its closes"
        ) from error


def _event(row: KnownRow, envelope: Object) -> QuoteObserved:
    day, is_partial = row.past_day("date", envelope["observed_at"]), bool(row.optional_flag("is_partial"))
    cells = row.cells
    return build_quote(
        envelope, row.place, cells["symbol"].upper(), day, cells["close"], cells["currency"], is_partial=is_partial
    )


SOURCE = file_source(
    TABLE,
    id="quotes_dropped",
    example="2026-06-15T21:30:00Z,NVDA,2026-06-15,212.45,USD,false",
    title="Closes dropped into a folder (quotes.csv)",
    emits=(QUOTE_OBSERVED,),
    licence="yours: that of whoever gave you the file",
    citation="Closes as filed in quotes.csv, as of {as_of}.",
    terms="Name the folder in TOKENSHARE_QUOTES. `tokenshare import quotes FILE` fills it from what Yahoo, Nasdaq, "
    "Stooq or Google Sheets export. Columns: known_at, symbol, date, close, currency, is_partial. The newest known row "
    "of a symbol and date counts; an empty close withdraws it.",
    traps="A row without currency, or in pence, is put aside: nothing is assumed. is_partial=true is a bar of a "
    "session still running, never a close. Closes are as traded, not adjusted for splits or dividends.",
    due=ON_CHANGE,
    has_days=True,
    day_ends=DAY_ENDS,
    parse=parse,
    upstream="quotes",
)
