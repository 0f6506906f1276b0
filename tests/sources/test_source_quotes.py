"""Closes and share counts from every source: one result of one shape, and what refuses a whole answer."""

import json
from datetime import date, time, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.sources import edgar_shares, eodhd_quotes, quotes_file, shares_file
from connectors.sources.listings import EXCHANGES, FILERS, LINES
from tests.sources.payloads import FIXTURES, PAGES, WINDOW, fetch_of, page_of
from tokenshare.errors import PayloadRefused
from tokenshare.events import QuoteObserved, ShareCountObserved
from tokenshare.sources import Page, Parsed, Source, Window

MONDAY = date(2026, 5, 11)
QUOTE_HEADER = "known_at,symbol,date,close,currency,is_partial\n"
COUNT_HEADER = "known_at,symbol,date,shares_issued,units_per_line\n"
KNOWN = "2026-05-11T22:00:00Z"


def csv_page(text: str) -> Page:
    return Page("quotes.csv", text.encode(), "text/csv")


def quote(**given: str) -> str:
    row = {"known_at": KNOWN, "symbol": "NVDA", "date": "2026-05-11", "close": "1.5", "currency": "USD"}
    return ",".join((row | {"partial": "false"} | given).values()) + "\n"


def count(**given: str) -> str:
    row = {"known_at": KNOWN, "symbol": "NVDA", "date": "2026-05-11", "shares": "100", "units": "1"}
    return ",".join((row | given).values()) + "\n"


def closes(parsed: Parsed) -> list[tuple[Any, ...]]:
    found = [event for event in parsed.events if isinstance(event, QuoteObserved)]
    return sorted((e.symbol, e.session_date, e.close, e.currency, e.is_partial) for e in found)


def counted(parsed: Parsed) -> list[tuple[Any, ...]]:
    found = [event for event in parsed.events if isinstance(event, ShareCountObserved)]
    return sorted((e.symbol, e.date.isoformat(), e.shares_issued, e.units_per_line) for e in found)


def test_dropped_closes_are_those_known_then_of_the_days_asked_for() -> None:
    assert closes(quotes_file.parse(fetch_of("quotes_dropped"))) == [
        ("0700.HK", MONDAY, "606.5", "HKD", False),
        ("AVGO", MONDAY, "185", "USD", False),  # the newer row; ACME was withdrawn, Friday was not asked for
        ("NVDA", MONDAY, "207.1", "USD", True),  # the close is known a day later
    ]


def test_rows_equally_new_all_stay() -> None:
    page = csv_page(QUOTE_HEADER + quote(close="1.5") + quote(close="1.6"))
    assert [close[2] for close in closes(quotes_file.parse(fetch_of("quotes_dropped", page)))] == ["1.5", "1.6"]


def test_the_api_says_closes_as_traded_with_the_currency_of_the_list() -> None:
    assert closes(eodhd_quotes.parse(fetch_of("eodhd_quotes"))) == [
        ("0700.HK", MONDAY, "606.5", "HKD", False),
        ("BABA", MONDAY, "158.25", "USD", False),
        ("NVDA", MONDAY, "209.25", "USD", False),
    ]


def test_the_api_is_asked_for_its_lists_and_every_line_with_the_key() -> None:
    asked: list[tuple[str, dict[str, str] | None, bool]] = []

    class Shelf:
        def get(self, path: str, params: dict[str, str] | None = None, *, with_key: bool = False) -> Page:
            asked.append((path, params, with_key))
            return Page(path, b"[]", "application/json")

    list(eodhd_quotes.fetch(Shelf(), WINDOW))
    assert [path for path, *_ in asked[:3]] == ["exchange-symbol-list/US", "exchange-symbol-list/HK", "eod/NVDA.US"]
    assert "eod/0700.HK" in [path for path, *_ in asked]
    assert asked[2][1] == {"from": "2026-05-10", "to": "2026-05-11", "period": "d", "fmt": "json"}
    assert all(with_key for *_, with_key in asked)
    assert len(asked) == len(EXCHANGES) + len(LINES) <= 20  # the free plan's calls a day


def test_share_counts_of_all_days_known_then() -> None:
    assert counted(shares_file.parse(fetch_of("shares_dropped"))) == [
        ("BABA", "2024-12-31", 18960000000, 8),
        ("NVDA", "2024-12-31", 24500000000, 1),
        ("NVDA", "2026-03-31", 24340000000, 1),
    ]


def test_of_several_filings_about_one_day_the_last_speaks() -> None:
    assert counted(edgar_shares.parse(fetch_of("edgar_shares"))) == [
        ("AVGO", "2026-03-06", 4720000000, 1),
        ("BABA", "2026-03-31", 18700000000, 8),
        ("MSFT", "2026-04-23", 7425000000, 1),
        ("NVDA", "2025-11-14", 24300000000, 1),
        ("NVDA", "2026-02-20", 24320000000, 1),
    ]
    assert len(FILERS) <= 10  # requests a second that fair access allows, and a pass makes no more


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (quote(close="-1"), "not an amount in plain digits"),
        (quote(close="1e3"), "not an amount in plain digits"),
        (quote(close="nan"), "not an amount in plain digits"),
        (quote(date="2026-05-13"), "quotes.csv line 2, column date: 2026-05-13 lies in the future"),
        (quote(date="2026-02-30"), "not a day written YYYY-MM-DD"),
        (quote(partial="yes"), "column is_partial: 'yes' is not one of true, false"),
        (quote(symbol="nv da"), "line 2: symbol"),
        (quote(known_at="yesterday"), "known_at is 'yesterday': not a moment with its zone"),
        (quote(close=""), "quotes.csv: no row is known at 2026-05-12T02:00:00+00:00"),
        (
            quote(known_at="2026-05-13T00:00:00Z"),
            "quotes.csv: no row is known at 2026-05-12T02:00:00+00:00",
        ),
        ("x\n", "line 2: 1 cells under 6 columns"),
        ("", "quotes.csv: no row is known at 2026-05-12T02:00:00+00:00"),
    ],
)
def test_a_file_of_closes_is_refused_whole_and_says_where(row: str, said: str) -> None:
    with pytest.raises(PayloadRefused) as refusal:
        quotes_file.parse(fetch_of("quotes_dropped", csv_page(QUOTE_HEADER + row)))
    assert said in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (QUOTE_HEADER.replace(",currency", "") + quote(), "line 1: no column currency; the header is known_at,symbol"),
        (QUOTE_HEADER.replace("close", "symbol") + quote(), "line 1: column symbol occurs twice"),
        ("", "the body is empty"),
        ("<!doctype html><html></html>", "line 1: no column known_at"),
    ],
)
def test_another_file_is_refused(text: str, said: str) -> None:
    with pytest.raises(PayloadRefused) as refusal:
        quotes_file.parse(fetch_of("quotes_dropped", csv_page(text)))
    assert said in str(refusal.value)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (count(shares="0"), "shares_issued: Input should be greater than or equal to 1"),
        (count(shares="1.5"), "line 2, column shares_issued is '1.5': not a whole number"),
        (count(shares="9999999999999"), "shares_issued: Input should be less than or equal to 1000000000000"),
        (count(units="0.125"), "line 2, column units_per_line is '0.125': not a whole number"),
        (count(units="0"), "units_per_line: Input should be greater than or equal to 1"),
        (count(units=""), "units_per_line is '': not a whole number"),
        (count(date="2027-01-01"), "2027-01-01 lies in the future"),
    ],
)
def test_a_file_of_counts_is_refused_whole_and_says_where(row: str, said: str) -> None:
    with pytest.raises(PayloadRefused) as refusal:
        shares_file.parse(fetch_of("shares_dropped", csv_page(COUNT_HEADER + row)))
    assert said in str(refusal.value)


def served(number: int, body: Any, content_type: str = "application/json") -> list[Page]:
    """The API's good pages with one replaced."""
    pages = [page_of(FIXTURES / "eodhd_quotes" / name) for name in PAGES["eodhd_quotes"]]
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    return [*pages[:number], Page("", text, content_type), *pages[number + 1 :]]


BAR = {"date": "2026-05-11", "close": 209.25, "adjusted_close": 208.9}


@pytest.mark.parametrize(
    ("number", "body", "said"),
    [
        (0, [], "NVDA[0]: currency of NVDA is 'None': not a currency, and none is assumed"),
        (0, [{"Code": "NVDA", "Currency": "GBX"}], "a hundredth of a currency"),
        (0, [{"Code": "NVDA", "Currency": None}], "not a currency"),
        (0, [{"Code": "NVDA", "Currency": ["USD"]}], "not a currency"),
        (2, [{"date": "2026-05-11", "adjusted_close": 1}], "NVDA[0] has no 'close': removed or renamed"),
        (2, [BAR | {"close": 0}] * 60, "60 of 62 rows are unusable, the first: NVDA[0]: close of NVDA is '0'"),
        (2, {"close": 1}, "the document is"),
        (2, [1], "a row is '1': not an object"),
        (2, b"<html>proof of work</html>", "not JSON"),
    ],
)
def test_an_answer_of_the_api_is_refused_whole_and_says_where(number: int, body: Any, said: str) -> None:
    with pytest.raises(PayloadRefused) as refusal:
        eodhd_quotes.parse(fetch_of("eodhd_quotes", *served(number, body)))
    assert said in str(refusal.value)


def test_html_with_status_200_is_no_answer() -> None:
    with pytest.raises(PayloadRefused, match="the content type is 'text/html', not JSON"):
        eodhd_quotes.parse(fetch_of("eodhd_quotes", *served(2, b"<html></html>", "text/html; charset=utf-8")))


def test_an_api_without_any_day_is_refused() -> None:
    pages = [page_of(FIXTURES / "eodhd_quotes" / name) for name in ("us.json", "hk.json", *["none.json"] * 13)]
    with pytest.raises(PayloadRefused, match="no line has a single day"):
        eodhd_quotes.parse(fetch_of("eodhd_quotes", *pages))


def test_a_weekend_alone_has_no_bars_and_is_not_refused() -> None:
    pages = [page_of(FIXTURES / "eodhd_quotes" / name) for name in ("us.json", "hk.json", *["none.json"] * 13)]
    weekend = Window(MONDAY - timedelta(days=2), MONDAY - timedelta(days=1), WINDOW.observed_at)
    parsed = eodhd_quotes.parse(fetch_of("eodhd_quotes", *pages, window=weekend))
    assert (parsed.events, parsed.start_date, parsed.end_date) == ((), weekend.start, weekend.end)


@pytest.mark.parametrize(
    ("bar", "said"),
    [
        (BAR | {"close": 0}, "nothing is worth nothing"),
        (BAR | {"close": None}, "close of NVDA is 'None'"),
        (BAR | {"close": True}, "close of NVDA is 'True'"),
        (BAR | {"close": -1.5}, "close of NVDA is '-1.5'"),
        (BAR | {"date": "2026-06-11"}, "a day to come"),
        (BAR | {"date": "0000-00-00"}, "not a day written YYYY-MM-DD"),
    ],
)
def test_a_bar_that_cannot_be_used_is_one_bar(bar: dict[str, Any], said: str) -> None:
    parsed = eodhd_quotes.parse(fetch_of("eodhd_quotes", *served(2, [bar, BAR])))
    assert ("NVDA", MONDAY, "209.25", "USD", False) in closes(parsed)
    assert len(closes(parsed)) == 3
    (aside,) = parsed.rejected
    assert aside.startswith("NVDA[0]")
    assert said in aside


WARNING = "Data is limited by one year as you have free subscription"
SINCE_2025 = Window(date(2025, 1, 1), WINDOW.end, WINDOW.observed_at)
A_YEAR_BACK = date(2025, 5, 12)


@pytest.mark.parametrize(
    ("rows", "taken"),
    [
        ([BAR, {"warning": WARNING}], 3),
        ([{"warning": WARNING}], 2),
        ([BAR | {"warning": WARNING}], 3),
    ],
    ids=["last row", "alone", "in each bar"],
)
def test_a_free_plan_says_so_and_states_a_year(rows: list[dict[str, Any]], taken: int) -> None:
    parsed = eodhd_quotes.parse(fetch_of("eodhd_quotes", *served(2, rows), window=SINCE_2025))
    assert len(closes(parsed)) == taken
    assert (parsed.start_date, parsed.end_date) == (A_YEAR_BACK, WINDOW.end)
    assert not parsed.unknown_fields
    alone = rows[-1].keys() == {"warning"}
    assert parsed.rejected == ((f"NVDA[{len(rows) - 1}]: {WARNING}",) if alone else ())
    assert parsed.remarks == (() if alone else (WARNING,))


def test_a_warning_beside_older_bars_is_not_of_a_limited_plan() -> None:
    rows = [BAR | {"date": "2025-01-02"}, BAR, {"warning": "the ticker is about to change"}]
    parsed = eodhd_quotes.parse(fetch_of("eodhd_quotes", *served(2, rows), window=SINCE_2025))
    assert parsed.start_date == SINCE_2025.start
    assert len(closes(parsed)) == 4


def test_a_plan_without_any_day_is_refused_in_its_own_words() -> None:
    lists = [page_of(FIXTURES / "eodhd_quotes" / name) for name in ("us.json", "hk.json")]
    told = Page("", json.dumps([{"warning": WARNING}]).encode(), "application/json")
    with pytest.raises(PayloadRefused, match=rf"no line has a single day: NVDA\[0\]: {WARNING}"):
        eodhd_quotes.parse(fetch_of("eodhd_quotes", *lists, *[told] * len(LINES)))


def test_all_lines_of_a_free_plan_are_asked_from_a_year_back() -> None:
    asked: list[tuple[str, str]] = []

    class Shelf:
        def get(self, path: str, params: dict[str, str], *, with_key: bool = False) -> Page:
            asked.append((path, params.get("from", "")))
            short = params.get("from", "9") >= str(A_YEAR_BACK)
            rows = [] if "list" in path else [BAR] if short else [BAR, {"warning": WARNING}]
            names = [{"Code": line.code, "Currency": "USD"} for line in LINES] if "list" in path else rows
            return Page(path, json.dumps(names).encode(), "application/json")

    pages = tuple(eodhd_quotes.fetch(Shelf(), SINCE_2025))  # type: ignore[arg-type]
    assert asked[2:5] == [
        ("eod/NVDA.US", "2025-01-01"),
        ("eod/NVDA.US", str(A_YEAR_BACK)),
        ("eod/AVGO.US", str(A_YEAR_BACK)),
    ]
    assert len(asked) == len(EXCHANGES) + len(LINES) + 1 <= 20  # the free plan's calls a day
    parsed = eodhd_quotes.parse(fetch_of("eodhd_quotes", *pages, window=SINCE_2025))
    assert len(closes(parsed)) == len(LINES)
    assert (parsed.start_date, parsed.rejected) == (A_YEAR_BACK, (f"NVDA[1]: {WARNING}",))


def test_days_before_the_reach_of_a_free_plan_are_refused_in_its_words() -> None:
    class Shelf:
        def get(self, path: str, params: dict[str, str], *, with_key: bool = False) -> Page:
            rows = [] if "list" in path else [{"warning": WARNING}]
            return Page(path, json.dumps(rows).encode(), "application/json")

    window = Window(date(2025, 1, 1), date(2025, 1, 31), WINDOW.observed_at)
    pages = tuple(eodhd_quotes.fetch(Shelf(), window))  # type: ignore[arg-type]
    assert len(pages) == len(EXCHANGES) + 1
    with pytest.raises(PayloadRefused, match=rf"the plan reaches back to 2025-05-12 only: NVDA\[0\]: {WARNING}"):
        eodhd_quotes.parse(fetch_of("eodhd_quotes", *pages, window=window))


def test_the_calls_of_a_day_fit_the_free_plan() -> None:
    minute, hour, *days = eodhd_quotes.SOURCE.cron.split()
    assert (minute.isdigit(), hour.isdigit(), days) == (True, True, ["*", "*", "1-5"])  # once a day
    assert time(int(hour), int(minute)) >= (eodhd_quotes.SOURCE.day_ends or time.max)


def facts(document: Any) -> list[Page]:
    empty = [Page("", json.dumps({"cik": line.cik, "facts": {}}).encode(), "application/json") for line in FILERS]
    return [Page("", json.dumps(document).encode(), "application/json"), *empty[1:]]


def fact(**given: Any) -> dict[str, Any]:
    rows = [{"end": "2026-02-20", "val": 1, "filed": "2026-02-25"} | given]
    concept = {"EntityCommonStockSharesOutstanding": {"units": {"shares": rows}}}
    return {"cik": 1045810, "facts": {"dei": concept}}


def stated(concept: Any) -> dict[str, Any]:
    return {"cik": 1045810, "facts": {"dei": {"EntityCommonStockSharesOutstanding": concept}}}


GOOD_FACT = {"end": "2026-02-20", "val": 24, "filed": "2026-02-25"}


@pytest.mark.parametrize(
    "old",
    [
        {"end": "2034-03-05", "val": 999, "filed": "2020-02-01"},
        {"end": "2013-03-05", "val": -0.01, "filed": "2013-04-01"},
        {"end": "2013-03-05", "val": 0, "filed": "2013-04-01"},
        {"end": "2013-13-05", "val": None, "filed": None},
        {"end": "2026-04-01", "val": -1, "filed": "2026-05-13"},  # not filed by then
        {"end": "2009-01-01"},
    ],
)
def test_a_fact_of_no_use_is_not_judged(old: dict[str, Any]) -> None:
    document = stated({"units": {"shares": [old, GOOD_FACT]}})
    parsed = edgar_shares.parse(fetch_of("edgar_shares", *facts(document)))
    assert counted(parsed) == [("NVDA", "2026-02-20", 24, 1)]
    assert parsed.rejected == ()


@pytest.mark.parametrize(
    ("slip", "said"),
    [
        (GOOD_FACT | {"val": 0}, "greater than or equal to 1"),
        (GOOD_FACT | {"val": -0.01}, "val is -0.01: not a whole number"),
        (GOOD_FACT | {"end": "2034-03-05"}, "a day to come on 2026-02-26"),
        (GOOD_FACT | {"end": "2026-02-27"}, "a day to come on 2026-02-26"),
        ({"end": "2026-02-20", "val": 1}, "has no 'filed'"),
        (7, "not an object"),
    ],
)
def test_a_slip_in_a_fact_of_use_puts_that_fact_aside(slip: Any, said: str) -> None:
    document = stated({"units": {"shares": [slip, GOOD_FACT]}})
    parsed = edgar_shares.parse(fetch_of("edgar_shares", *facts(document)))
    assert counted(parsed) == [("NVDA", "2026-02-20", 24, 1)]
    (aside,) = parsed.rejected
    assert aside.startswith("NVDA: EntityCommonStockSharesOutstanding[0]")
    assert said in aside


@pytest.mark.parametrize("empty", [{}, [], None])
@pytest.mark.parametrize("depth", range(5))
def test_a_filer_without_counts_writes_an_empty_object_or_list_or_null(depth: int, empty: Any) -> None:
    document = empty
    for name in ("facts", "dei", "EntityCommonStockSharesOutstanding", "units", "shares")[depth::-1]:
        document = {name: document}
    page = Page("", json.dumps({"cik": 1045810} | document).encode(), "application/json")
    others = [page_of(FIXTURES / "edgar_shares" / name) for name in PAGES["edgar_shares"][1:]]
    assert len(counted(edgar_shares.parse(fetch_of("edgar_shares", page, *others)))) == 3


def test_two_counts_in_one_filing_are_reported_and_the_larger_counts() -> None:
    for order in ([500, 400], [400, 500]):
        document = stated({"units": {"shares": [GOOD_FACT | {"val": count} for count in order]}})
        parsed = edgar_shares.parse(fetch_of("edgar_shares", *facts(document)))
        assert counted(parsed) == [("NVDA", "2026-02-20", 500, 1)]
        assert [aside.partition("]: ")[2] for aside in parsed.rejected] == [
            "400 on 2026-02-20, beside 500 filed the same day"
        ]


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"cik": 320193, "facts": {}}, "NVDA: the facts are of another company, cik 320193"),
        ({"cik": 1045810}, "NVDA has no 'facts'"),
        (fact(val=0), "shares_issued: Input should be greater than or equal to 1"),
        (fact(val=1.5), "val is 1.5: not a whole number"),
        (fact(end="2026-13-01"), "not a day written YYYY-MM-DD"),
        (fact(end="2027-01-01"), "a day to come"),
        (fact(filed="2026-05-13"), "no filer states a share count"),
        (stated({"units": {"stocks": [1]}}), "no 'shares'"),
        (stated({"units": {"shares": {"0": 1}}}), "not a list"),
        (stated({"units": [1]}), "not an object"),
    ],
)
def test_company_facts_are_refused_whole_and_say_where(document: Any, said: str) -> None:
    with pytest.raises(PayloadRefused) as refusal:
        edgar_shares.parse(fetch_of("edgar_shares", *facts(document)))
    assert said in str(refusal.value)


@pytest.mark.parametrize("module", [quotes_file, shares_file, edgar_shares, eodhd_quotes])
@settings(max_examples=60, deadline=None)
@given(body=st.binary(max_size=300))
def test_arbitrary_bytes_are_always_refused(module: Any, body: bytes) -> None:
    source: Source = module.SOURCE
    kind = "text/csv" if source.upstream == "quotes" else "application/json"
    pages = [Page("", body, kind)] * len(PAGES.get(source.id, ["one"]))
    with pytest.raises(PayloadRefused):
        source.parse(fetch_of(source.id, *pages, window=Window(WINDOW.start, WINDOW.end, WINDOW.observed_at)))
