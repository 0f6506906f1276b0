"""Counts of issued shares from a CSV file in the same folder as the dropped closes."""

from collections.abc import Iterator
from datetime import timedelta

from connectors.sources.closes import is_asked
from connectors.sources.datasets import FIRST_DAY
from connectors.sources.dropped import Columns, read_known
from connectors.sources.payload import build_event, envelope_of, read_day, refuses_payload
from tokenshare.codec import read_count
from tokenshare.events import ShareCountObserved
from tokenshare.sources import ON_CHANGE, Fetch, Page, Parsed, Session, Source, Window
from tokenshare.topics import SHARE_COUNT_OBSERVED

PATH = "share_counts.csv"
COLUMNS = Columns(
    names=("known_at", "symbol", "date", "shares_issued", "units_per_line"),
    key=("symbol", "date"),
    value="shares_issued",
)


def fetch(session: Session, _: Window) -> Iterator[Page]:
    yield session.get(PATH)


@refuses_payload
def parse(fetch: Fetch) -> Parsed:
    """All counts that are known, old ones too: the newest up to a session counts, however old it is."""
    envelope, events = envelope_of(fetch), []
    for line in read_known(fetch, COLUMNS):
        cells, where = line.cells, line.where
        day = read_day(cells["date"], f"{where}: date")
        is_asked(day, fetch.window, f"{where}: date")
        events.append(
            build_event(
                ShareCountObserved,
                where,
                **envelope,
                symbol=cells["symbol"],
                date=day,
                shares_issued=read_count(cells["shares_issued"], f"{where}: shares_issued"),
                units_per_line=read_count(cells["units_per_line"], f"{where}: units_per_line"),
            )
        )
    first = min(FIRST_DAY, *(event.date for event in events))
    return Parsed(tuple(events), fetch.window.observed_at, first, fetch.window.observed_at.date())


SOURCE = Source(
    id="shares_dropped",
    title="Share counts dropped into a folder (share_counts.csv)",
    emits=(SHARE_COUNT_OBSERVED,),
    cadence=timedelta(days=1),
    needs_key=False,
    licence="yours: that of whoever gave you the file",
    citation="Share counts as filed in share_counts.csv, as of {as_of}.",
    terms="Lies in the folder TOKENSHARE_QUOTES. Columns: known_at, symbol, date, shares_issued, units_per_line.",
    traps="shares_issued is all issued shares, of every class and listed anywhere, not the free float and not the "
    "number of depositary shares. units_per_line is how many shares one unit of the line stands for: 8 for an ADS of "
    "eight. A split needs a row of its own date, or it looks like a fall.",
    world_file="share_counts.csv",
    due=ON_CHANGE,
    fetch=fetch,
    parse=parse,
    upstream="quotes",
)
