"""Closes of listed lines from the end-of-day API of EODHD (needs a key)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from connectors.sources.closes import build_close, is_asked
from connectors.sources.listings import EXCHANGES, LINES, ListedLine
from connectors.sources.payload import (
    Object,
    check_type,
    envelope_of,
    refuses_payload,
    require_field,
    require_type,
    unknown_fields,
)
from tokenshare.codec import read_day, read_json
from tokenshare.errors import ContractViolation
from tokenshare.events import QuoteObserved
from tokenshare.sources import Fetch, Page, Parsed, Session, Source, Window
from tokenshare.topics import QUOTE_OBSERVED

BAR = frozenset({"date", "open", "high", "low", "close", "adjusted_close", "volume", "warning"})


def fetch(session: Session, window: Window) -> Iterator[Page]:
    """Fetch the tickers of each exchange, the only place of the currency, then the days of each line."""
    for exchange in EXCHANGES:
        yield session.get(f"exchange-symbol-list/{exchange}", {"fmt": "json"}, with_key=True)
    query = {"from": window.start.isoformat(), "to": window.end.isoformat(), "period": "d", "fmt": "json"}
    for line in LINES:
        yield session.get(f"eod/{line.code}.{line.exchange}", query, with_key=True)


@refuses_payload
def parse(fetch: Fetch) -> Parsed:
    lists, series = fetch.pages[: len(EXCHANGES)], fetch.pages[len(EXCHANGES) :]
    if len(series) != len(LINES):
        raise ContractViolation(f"{len(fetch.pages)} pages for {len(EXCHANGES)} exchanges and {len(LINES)} lines")
    currencies = {at: code for at, page in zip(EXCHANGES, lists, strict=True) for code in [_read_currencies(page)]}
    bars = {line: _read_rows(page) for line, page in zip(LINES, series, strict=True)}
    if not any(bars.values()):
        raise ContractViolation("no line has a single day")
    envelope = envelope_of(fetch)
    window = fetch.window
    return Parsed(
        events=tuple(
            event
            for line, rows in bars.items()
            for event in _events(line, rows, currencies[line.exchange].get(line.code), envelope, window)
        ),
        as_of=window.observed_at,
        start_date=window.start,
        end_date=window.end,
        unknown_fields=unknown_fields("eod[]", [row for rows in bars.values() for row in rows], BAR),
    )


def _events(
    line: ListedLine, rows: list[Object], currency: Any, envelope: Object, window: Window
) -> Iterator[QuoteObserved]:
    for number, row in enumerate(rows):
        where = f"{line.symbol}[{number}]"
        day = read_day(require_field(row, "date", str, where), f"{where}.date")
        if "close" not in row:
            raise ContractViolation(f"{where} has no 'close': removed or renamed")
        event = build_close(envelope, where, line.symbol, day, row["close"], currency)
        if is_asked(day, window, f"{where}.date"):
            yield event


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
    citation="Closes: EODHD (eodhd.com), as of {as_of}.",
    terms="Your own key in TOKENSHARE_EODHD_API_KEY. The free plan allows 20 calls a day and one year back; a pass "
    "makes one call per line and one per exchange, for all days at once. Do not pass prices on: publish only figures "
    "derived from them.",
    traps="`close` is as traded; `adjusted_close` is rewritten after every split and dividend. The series names no "
    "currency: it is in the exchange's ticker list. London quotes in GBX, and GBX is refused. The key travels in the "
    "query, so every archived or logged address omits it. Tickers outside the US carry their exchange after a dot; "
    "0700.HK has its leading zero.",
    world_file="quotes.csv",
    due="30 8,21 * * 1-5",  # after the closes of Hong Kong and New York
    fetch=fetch,
    has_days=True,
    parse=parse,
    upstream="eodhd",
    key_name="TOKENSHARE_EODHD_API_KEY",
)
