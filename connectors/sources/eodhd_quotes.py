"""Closes of listed lines from the end-of-day API of EODHD (needs a key)."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from connectors.sources.closes import DAY_ENDS, build_close, check_past
from connectors.sources.listings import EXCHANGES, LINES, ListedLine, is_weekend
from connectors.sources.money import read_currency
from connectors.sources.payload import (
    Object,
    check_rejected,
    check_type,
    envelope_of,
    refuses_payload,
    require_field,
    require_type,
    require_value,
    unknown_fields,
)
from tokenshare.codec import read_day, read_json
from tokenshare.errors import ContractViolation
from tokenshare.events import QuoteObserved
from tokenshare.parties import Parties
from tokenshare.sources import Fetch, Page, Parsed, Session, Source, Window
from tokenshare.topics import QUOTE_OBSERVED

YEAR = timedelta(days=365)  # the reach of the free plan
MOST_WORDS = 200  # letters quoted of a warning
BAR = frozenset({"date", "open", "high", "low", "close", "adjusted_close", "volume", "warning"})


def fetch(session: Session, window: Window) -> Iterator[Page]:
    """Fetch the tickers of each exchange, the only place of the currency, then the days of each line.

    If the answer for the first line shows a limited plan, that line is asked again, and all are, from a year back.
    """
    for exchange in EXCHANGES:
        yield session.get(f"exchange-symbol-list/{exchange}", {"fmt": "json"}, with_key=True)
    first, *others = LINES
    page = _ask(session, first, window.start, window)
    yield page
    start = _first_day(window, _readable_rows(page))
    if start <= window.end:
        for line in others if start == window.start else LINES:
            yield _ask(session, line, start, window)


def _ask(session: Session, line: ListedLine, start: date, window: Window) -> Page:
    query = {"from": start.isoformat(), "to": window.end.isoformat(), "period": "d", "fmt": "json"}
    return session.get(f"eod/{line.code}.{line.exchange}", query, with_key=True)


def _first_day(window: Window, rows: list[Object]) -> date:
    """The first day these rows can state: that of the window, or a year back if a warning replaces all older bars."""
    limit = window.observed_at.date() - YEAR
    is_limited = any("warning" in row for row in rows) and all(
        str(row.get("date", limit)) >= str(limit) for row in rows
    )
    return max(window.start, limit) if is_limited else window.start


@refuses_payload
def parse(fetch: Fetch) -> Parsed:
    """Every bar with a usable close; a bar without one is put aside, and so is a row with nothing but a warning."""
    lists, asked = fetch.pages[: len(EXCHANGES)], fetch.pages[len(EXCHANGES) :]
    lines = LINES if len(asked) == len(LINES) else (LINES[0], *LINES)  # the first may be asked again
    series = [(line, _read_rows(page)) for line, page in zip(lines, asked, strict=False)]
    bars, warnings = [row for _, rows in series for row in rows], _warnings(series)
    start = _first_day(fetch.window, bars)
    if start > fetch.window.end:
        raise ContractViolation(": ".join((f"the plan reaches back to {start} only", *warnings[:1])))
    if len(asked) != len(lines):
        raise ContractViolation(f"{len(fetch.pages)} pages for {len(EXCHANGES)} exchanges and {len(LINES)} lines")
    currencies = {at: code for at, page in zip(EXCHANGES, lists, strict=True) for code in [_read_currencies(page)]}
    envelope, slips = envelope_of(fetch), list[str]()
    read = [
        event
        for line, rows in series[-len(LINES) :]
        for event in _events(line, rows, currencies[line.exchange].get(line.code), envelope, slips)
    ]
    check_rejected(slips, len(read))
    if not read and _has_weekday(start, fetch.window.end):
        raise ContractViolation(": ".join(("no line has a single day", *warnings[:1])))
    return Parsed(
        events=tuple(event for event in read if start <= event.session_date <= fetch.window.end),
        as_of=fetch.window.observed_at,
        start_date=start,
        end_date=fetch.window.end,
        unknown_fields=unknown_fields("eod[]", bars, BAR),
        rejected=(*warnings, *slips),
        remarks=tuple(sorted({str(row["warning"])[:MOST_WORDS] for row in bars if "warning" in row and len(row) > 1})),
    )


def _has_weekday(start: date, end: date) -> bool:
    return not all(is_weekend(start + timedelta(days=ahead)) for ahead in range((end - start).days + 1))


def _events(
    line: ListedLine, rows: list[Object], currency: Any, envelope: Object, slips: list[str]
) -> Iterator[QuoteObserved]:
    """The closes of a line. The reasons for bars put aside are added to `slips`."""
    today = envelope["observed_at"].date()
    for number, row in enumerate(rows):
        where = f"{line.symbol}[{number}]"
        if row.keys() == {"warning"}:
            continue
        stated, close = require_value(row, "date", where), require_value(row, "close", where)
        currency = read_currency(currency, f"{where}: currency of {line.symbol}")
        try:
            day = read_day(stated, f"{where}.date")
            check_past(day, today, f"{where}.date")
            yield build_close(envelope, where, line.symbol, day, close, currency)
        except ContractViolation as slip:
            slips.append(str(slip))


def _warnings(series: Sequence[tuple[ListedLine, list[Object]]]) -> tuple[str, ...]:
    """The rows with nothing but a warning, in the upstream's words."""
    return tuple(
        f"{line.symbol}[{number}]: {str(row['warning'])[:MOST_WORDS]}"
        for line, rows in series
        for number, row in enumerate(rows)
        if row.keys() == {"warning"}
    )


def _readable_rows(page: Page) -> list[Object]:
    """The rows of a page; none if it cannot be read, which the parser refuses."""
    try:
        return _read_rows(page)
    except ContractViolation:
        return []


def _read_currencies(page: Page) -> dict[str, Any]:
    return {require_field(row, "Code", str, "a ticker"): row.get("Currency") for row in _read_rows(page)}


def _read_rows(page: Page) -> list[Object]:
    check_type(page, "JSON", {"application/json"})
    rows = require_type(read_json(page.body), list, "the document")
    return [require_type(row, dict, "a row") for row in rows]


SOURCE = Source(
    id="eodhd_quotes",
    title="EODHD: end-of-day closes of listed lines",
    emits=(QUOTE_OBSERVED,),
    cadence=timedelta(days=1),
    needs_key=True,
    licence="EODHD's terms: personal plans for personal use, a commercial plan for anything else",
    homepage="https://eodhd.com",
    citation="Closes: EODHD (eodhd.com), as of {as_of}.",
    terms="Your own key in TOKENSHARE_EODHD_API_KEY. The free plan allows 20 calls a day and one year back. A pass "
    f"makes {len(EXCHANGES) + len(LINES)} calls, one per line and one per exchange, for all days; the first pass "
    "of a free plan makes one more. So run one pass a day. Do not pass prices on: publish only figures derived from "
    "them.",
    traps="`close` is as traded; `adjusted_close` is rewritten after every split and dividend. The series names no "
    "currency: it is in the exchange's ticker list. London quotes in GBX, and GBX is refused. The key travels in the "
    "query, so every archived or logged address omits it. Tickers outside the US carry their exchange after a dot; "
    "0700.HK has its leading zero. A free plan answers a longer window with a last row of nothing but `warning`: the "
    "lines are then asked from a year back. A halted or delisted line has bars of zeros: each is put aside.",
    world_file="quotes.csv",
    due="30 21 * * 1-5",  # after the closes of Hong Kong and New York
    day_ends=DAY_ENDS,
    fetch=fetch,
    has_days=True,
    parties=Parties(ours=("symbol", "is_partial")),
    parse=parse,
    upstream="eodhd",
    key_name="TOKENSHARE_EODHD_API_KEY",
)
