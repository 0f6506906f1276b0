"""Counts of issued shares from the company facts of the SEC's EDGAR (no key, but a contact)."""

from collections.abc import Iterator
from datetime import date, timedelta

from connectors.sources.closes import is_asked
from connectors.sources.listings import FILERS, ListedLine
from connectors.sources.payload import (
    Object,
    build_event,
    envelope_of,
    read_document,
    refuses_payload,
    require_field,
    require_type,
)
from tokenshare.codec import read_count, read_day
from tokenshare.errors import ContractViolation
from tokenshare.events import ShareCountObserved
from tokenshare.sources import Fetch, Page, Parsed, Session, Source, Window
from tokenshare.topics import SHARE_COUNT_OBSERVED

FOLDER = "api/xbrl/companyfacts"
CONCEPT = "EntityCommonStockSharesOutstanding"
FIRST_YEAR = "2024"  # older counts are not wrong, but no session here needs them


def fetch(session: Session, _: Window) -> Iterator[Page]:
    for line in FILERS:
        yield session.get(f"{FOLDER}/CIK{line.cik:010d}.json")


@refuses_payload
def parse(fetch: Fetch) -> Parsed:
    if len(fetch.pages) != len(FILERS):
        raise ContractViolation(f"{len(fetch.pages)} pages for {len(FILERS)} filers")
    envelope = envelope_of(fetch)
    events = [
        event
        for line, page in zip(FILERS, fetch.pages, strict=True)
        for event in _events(line, read_document(page), envelope, fetch.window)
    ]
    if not events:
        raise ContractViolation("no filer states a share count")
    first, last = date.fromisoformat(f"{FIRST_YEAR}-01-01"), fetch.window.observed_at.date()
    return Parsed(tuple(events), fetch.window.observed_at, first, last)  # every fetch asks for all of it


def _events(line: ListedLine, document: Object, envelope: Object, window: Window) -> Iterator[ShareCountObserved]:
    """One count per day. Of several filings about one day, the last one counts."""
    if read_count(document.get("cik"), f"{line.symbol}: cik") != line.cik:
        raise ContractViolation(f"{line.symbol}: the facts are of another company, cik {str(document['cik'])[:20]}")
    filed: dict[str, tuple[str, int]] = {}
    for number, fact in enumerate(_facts(document, line.symbol)):
        where = f"{line.symbol}: {CONCEPT}[{number}]"
        fact = require_type(fact, dict, where)
        day, filed_on = require_field(fact, "end", str, where), require_field(fact, "filed", str, where)
        if read_day(filed_on, f"{where}.filed") > window.observed_at.date():
            continue  # not filed by then
        is_asked(read_day(day, f"{where}.end"), window, f"{where}.end")
        count = read_count(fact.get("val"), f"{where}.val")
        if day >= FIRST_YEAR and (filed_on, count) > filed.get(day, ("", 0)):
            filed[day] = (filed_on, count)
    for day, (_, count) in filed.items():
        content = {"symbol": line.symbol, "date": read_day(day, line.symbol), "units_per_line": line.units}
        yield build_event(ShareCountObserved, line.symbol, **envelope, **content, shares_issued=count)


def _facts(document: Object, symbol: str) -> list[object]:
    """The facts of the concept; none if the filer never stated it."""
    facts = require_field(document, "facts", dict, symbol)
    concept = require_type(facts.get("dei", {}), dict, f"{symbol}: dei").get(CONCEPT)
    if concept is None:
        return []
    units = require_field(require_type(concept, dict, f"{symbol}: {CONCEPT}"), "units", dict, f"{symbol}: {CONCEPT}")
    return require_field(units, "shares", list, f"{symbol}: {CONCEPT}.units")


SOURCE = Source(
    id="edgar_shares",
    title="SEC EDGAR: issued shares on the covers of filings (company facts)",
    emits=(SHARE_COUNT_OBSERVED,),
    cadence=timedelta(days=1),
    needs_key=True,
    licence="public domain",
    citation="Share counts: U.S. Securities and Exchange Commission, EDGAR company facts, as of {as_of}.",
    terms="No key, but fair access requires a User-Agent with a contact: set TOKENSHARE_EDGAR_CONTACT to an e-mail "
    "address. At most ten requests a second; a pass makes one per filer, one after another.",
    traps="The count is from the cover page, weeks after the quarter it closes. A company with several classes of "
    "shares states each separately, and company facts omit those: Alphabet and Meta are missing here. A foreign filer "
    "counts ordinary shares; a depositary share represents several. Several filings may restate one day: the last "
    "counts.",
    world_file="share_counts.csv",
    fetch=fetch,
    parse=parse,
    upstream="edgar",
    key_name="TOKENSHARE_EDGAR_CONTACT",
)
