"""Counts of issued shares from the company facts of the SEC's EDGAR (no key, but a contact)."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from connectors.sources.closes import check_past
from connectors.sources.listings import FILERS, ListedLine
from connectors.sources.payload import (
    Object,
    build_event,
    check_rejected,
    envelope_of,
    read_document,
    refuses_payload,
    require_field,
    require_type,
    require_value,
)
from tokenshare.codec import read_count, read_day
from tokenshare.errors import ContractViolation
from tokenshare.events import ShareCountObserved
from tokenshare.parties import Parties
from tokenshare.sources import Fetch, Page, Parsed, Session, Source, Window
from tokenshare.topics import SHARE_COUNT_OBSERVED

FOLDER = "api/xbrl/companyfacts"
CONCEPT = "EntityCommonStockSharesOutstanding"
A_DAY = timedelta(days=1)  # between the zones of a cover and of its filing
FIRST_YEAR = "2024"  # older counts are not wrong, but no session here needs them


def fetch(session: Session, _: Window) -> Iterator[Page]:
    for line in FILERS:
        yield session.get(f"{FOLDER}/CIK{line.cik:010d}.json")


@refuses_payload
def parse(fetch: Fetch) -> Parsed:
    if len(fetch.pages) != len(FILERS):
        raise ContractViolation(f"{len(fetch.pages)} pages for {len(FILERS)} filers")
    envelope, slips, beside = envelope_of(fetch), list[str](), list[str]()
    events = [
        event
        for line, page in zip(FILERS, fetch.pages, strict=True)
        for event in _events(line, read_document(page), envelope, slips, beside)
    ]
    check_rejected(slips, len(events))
    if not events:
        raise ContractViolation("no filer states a share count")
    first = date.fromisoformat(f"{FIRST_YEAR}-01-01")  # every fetch asks for all of it
    moment = fetch.window.observed_at
    return Parsed(tuple(events), moment, first, moment.date(), rejected=(*slips, *beside))


def _events(
    line: ListedLine, document: Object, envelope: Object, slips: list[str], beside: list[str]
) -> Iterator[ShareCountObserved]:
    """One count per day. Of several filings about one day, the last one counts.

    `slips` gains the facts that cannot be read, `beside` the smaller of two counts in one filing.
    """
    if read_count(document.get("cik"), f"{line.symbol}: cik") != line.cik:
        raise ContractViolation(f"{line.symbol}: the facts are of another company, cik {str(document['cik'])[:20]}")
    today, stated = envelope["observed_at"].date(), dict[tuple[date, date], ShareCountObserved]()
    for number, stated_fact in enumerate(_facts(document, line.symbol)):
        where = f"{line.symbol}: {CONCEPT}[{number}]"
        try:
            fact = _object(stated_fact, where)
            day, filed_on = _days_of(fact, where, today)
            if day and filed_on:
                count = read_count(fact.get("val"), f"{where}.val")
                content = {"symbol": line.symbol, "date": day, "units_per_line": line.units, "shares_issued": count}
                event = build_event(ShareCountObserved, where, **envelope, **content)
                stated[day, filed_on] = _larger(event, stated.get((day, filed_on)), where, beside)
        except ContractViolation as slip:
            slips.append(str(slip))
    yield from {day: stated[day, filed_on] for day, filed_on in sorted(stated)}.values()


def _days_of(fact: Object, where: str, today: date) -> tuple[date, date] | tuple[None, None]:
    """The days a fact is about and was filed on; none if it is of no use here, and then nothing in it is judged."""
    end, filed = fact.get("end"), fact.get("filed")
    if any(isinstance(found, str) and found < FIRST_YEAR for found in (end, filed)):
        return None, None
    filed_on = read_day(require_field(fact, "filed", str, where), f"{where}.filed")
    if filed_on > today:
        return None, None
    day = read_day(require_field(fact, "end", str, where), f"{where}.end")
    check_past(day, filed_on + A_DAY, f"{where}.end")
    return day, filed_on


def _larger(
    event: ShareCountObserved, other: ShareCountObserved | None, where: str, beside: list[str]
) -> ShareCountObserved:
    """The larger of two counts of one day in one filing, as of two classes of shares; the difference is reported."""
    if other is None or other.shares_issued == event.shares_issued:
        return event
    less, more = sorted((event, other), key=lambda found: found.shares_issued)
    beside.append(f"{where}: {less.shares_issued} on {less.date}, beside {more.shares_issued} filed the same day")
    return more


def _facts(document: Object, symbol: str) -> list[object]:
    """The facts of the concept; none if the filer never stated it. The upstream writes `{}` for an empty list too."""
    where = f"{symbol}: {CONCEPT}"
    facts = _object(require_value(document, "facts", symbol), symbol)
    units = _object(_object(_object(facts.get("dei"), f"{symbol}: dei").get(CONCEPT), where).get("units"), where)
    found = require_value(units, "shares", f"{where}.units") if units else []
    return require_type(found or [], list, f"{where}.units.shares")


def _object(value: Any, where: str) -> Object:
    return require_type(value or {}, dict, where)


SOURCE = Source(
    id="edgar_shares",
    title="SEC EDGAR: issued shares on the covers of filings (company facts)",
    emits=(SHARE_COUNT_OBSERVED,),
    cadence=timedelta(days=1),
    needs_key=True,
    licence="public domain",
    homepage="https://www.sec.gov/search-filings",
    citation="Share counts: U.S. Securities and Exchange Commission, EDGAR company facts, as of {as_of}.",
    terms="No key, but fair access requires a User-Agent with a contact: set TOKENSHARE_EDGAR_CONTACT to an e-mail "
    "address. At most ten requests a second; a pass makes one per filer, one after another.",
    traps="The count is from the cover page, weeks after the quarter it closes. A company with several classes of "
    "shares states each separately, and company facts omit those: Alphabet and Meta are missing here. A foreign filer "
    "counts ordinary shares; a depositary share represents several. Several filings may restate one day: the last "
    "counts. Of two counts in one filing the larger counts, and the other is reported. Facts before 2024, in which "
    "covers have dates years ahead and counts of 0, are not judged: they are not used.",
    world_file="share_counts.csv",
    fetch=fetch,
    parties=Parties(owner="the filer", owned=("date", "shares_issued"), ours=("symbol", "units_per_line")),
    parse=parse,
    upstream="edgar",
    key_name="TOKENSHARE_EDGAR_CONTACT",
)
