"""Counts of issued shares from a CSV file in the same folder as the dropped closes."""

from datetime import date

from connectors.sources.local_csv import build_all, build_from_row, file_source, read_known
from connectors.sources.payload import Object, check_rejected, envelope_of, refuses_payload
from tokenshare.codec import read_count
from tokenshare.events import ShareCountObserved
from tokenshare.known_rows import KnownRow, Table
from tokenshare.sources import ON_CHANGE, Fetch, Parsed
from tokenshare.topics import SHARE_COUNT_OBSERVED

OLDEST = date(1900, 1, 1)  # the file states all its counts, whatever their age, and what it leaves out is gone
TABLE = Table(
    file="share_counts.csv",
    columns=("known_at", "symbol", "date", "shares_issued", "units_per_line"),
    key=("symbol", "date"),
    values=("shares_issued",),
)


@refuses_payload
def parse(fetch: Fetch) -> Parsed:
    """All known counts, even old ones: the newest up to a session counts, whatever its age."""
    moment, envelope, known = fetch.window.observed_at, envelope_of(fetch), read_known(fetch, TABLE)
    events, wrong = build_all(known.rows, lambda row: _event(row, envelope))
    rejected = (*known.rejected, *wrong)
    check_rejected(rejected, len(events))
    return Parsed(events, moment, OLDEST, moment.date(), withdrawn=known.withdrawn, rejected=rejected)


def _event(row: KnownRow, envelope: Object) -> ShareCountObserved:
    counts = {name: read_count(row.cells[name], row.where(name)) for name in ("shares_issued", "units_per_line")}
    day = row.past_day("date", envelope["observed_at"])
    return build_from_row(row, ShareCountObserved, **envelope, symbol=row.cells["symbol"].upper(), date=day, **counts)


SOURCE = file_source(
    TABLE,
    id="shares_dropped",
    example="2026-06-01T06:00:00Z,BABA,2026-03-31,18700000000,8",
    title="Share counts dropped into a folder (share_counts.csv)",
    emits=(SHARE_COUNT_OBSERVED,),
    licence="yours: that of whoever gave you the file",
    citation="Share counts as filed in share_counts.csv, as of {as_of}.",
    terms="A file in the folder TOKENSHARE_QUOTES. Columns: known_at, symbol, date, shares_issued, units_per_line. The "
    "newest known row of a symbol and date counts; an empty shares_issued withdraws it.",
    traps="shares_issued is all issued shares, of every class and listed anywhere, not the free float and not the "
    "number of depositary shares. units_per_line is the number of shares per unit of the line: 8 for an ADS of eight. "
    "A split needs a row of its own date, or it looks like a fall.",
    due=ON_CHANGE,
    parse=parse,
    upstream="quotes",
)
