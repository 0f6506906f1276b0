"""Closes, counts and rates that their sources take back, one by one and wholesale: what stays, and what is missed."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import duckdb
import pytest

from tests.dbt.conftest import built
from tests.dbt.landing import Landing, fetched, stamp_of
from tokenshare.events import Event, FxObserved, QuoteObserved, ShareCountObserved
from tokenshare.topics import FX_OBSERVED, QUOTE_OBSERVED, SHARE_COUNT_OBSERVED, Topic

Warehouse = duckdb.DuckDBPyConnection
Row = tuple[str, int]  # a line, and a day of January 2026
FILES = {"closes": "quotes_dropped", "counts": "shares_dropped"}
FEEDS = {"closes": "eodhd_quotes", "counts": "edgar_shares", "rates": "ecb_rates"}
KINDS: dict[str, tuple[Topic, type[Event], str, dict[str, Any]]] = {
    "closes": (QUOTE_OBSERVED, QuoteObserved, "session_date", {"close": "5", "currency": "USD", "is_partial": False}),
    "counts": (SHARE_COUNT_OBSERVED, ShareCountObserved, "date", {"shares_issued": 9, "units_per_line": 1}),
    "rates": (FX_OBSERVED, FxObserved, "rate_date", {"base": "EUR", "rate": "2"}),
}
SELECTED = {
    "closes": "select source_id, symbol, day(session_date) from intermediate.int_quotes_selected",
    "counts": "select source_id, symbol, day(count_date) from intermediate.int_shares_selected",
    "rates": "select source_id, quote_currency, day(rate_date) from intermediate.int_fx_selected",
}
MODELS = ("int_cap_evidence", "int_quote_evidence", "int_rate_evidence")
BUILD = ("build", "--exclude-resource-type", "test", "--exclude-resource-type", "unit_test", "--select",
         *(f"+{name}" for name in MODELS))  # fmt: skip


def day(number: int) -> date:
    return date(2026, 1, number)


def rows_of(lines: Mapping[str, tuple[int, ...]]) -> list[Row]:
    return [(line, number) for line, days in lines.items() for number in days]


# Rates have currencies for lines.
KEPT, MEANT, SLIP, ALONE, SOLE, ONE, LINE, OTHER = ("HKD", "USD", "CNY", "GBP", "JPY", "KRW", "CHF", "SEK")


@dataclass(frozen=True)
class Told:
    """One answer, at an hour of 20 January, for the days it was asked for."""

    kind: str
    source: str
    hour: int
    asked: tuple[int, int]

    def land(self, landing: Landing, rows: Iterable[Row], withdrawn: tuple[str, ...] = ()) -> None:
        topic, event, dated, value = KINDS[self.kind]
        stamp = stamp_of(self.source, datetime(2026, 1, 20, self.hour, tzinfo=UTC))
        named = "quote" if self.kind == "rates" else "symbol"
        events = tuple(event.identified(**stamp, **{named: line, dated: day(on)}, **value) for line, on in rows)
        made = fetched(stamp, {topic: events}, (day(self.asked[0]), day(self.asked[1])))
        completed = made.completed.model_copy(update={"withdrawn": withdrawn or None})
        replace(made, completed=completed).land(landing)


def land_file(landing: Landing, kind: str) -> None:
    """A file withdraws two rows in so many words, one of them the only one of its day, and loses two."""
    whole = {KEPT: (5, 6, 7), MEANT: (5, 6, 7), SLIP: (5, 6, 7), ALONE: (3,), SOLE: (2,)}
    Told(kind, FILES[kind], 1, (1, 19)).land(landing, rows_of(whole))
    words = (f"{ALONE} 2026-01-03", f"{MEANT} 2026-01-06")
    left = rows_of({KEPT: (5, 6, 7), MEANT: (5, 7), SLIP: (5, 7)})
    Told(kind, FILES[kind], 2, (1, 19)).land(landing, left, words)


def land_feed(landing: Landing, kind: str) -> None:
    """A feed takes back a row, then loses all of a line and all of a day; what it is not asked for stays."""
    whole = {ONE: (9, 11, 12), LINE: (11, 12, 13), OTHER: (11, 12, 14)}
    Told(kind, FEEDS[kind], 1, (5, 14)).land(landing, rows_of(whole))
    Told(kind, FEEDS[kind], 2, (11, 14)).land(landing, rows_of({ONE: (12,), OTHER: (11, 12)}))


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    landing = Landing()
    for kind in FILES:
        land_file(landing, kind)
    for kind in FEEDS:
        land_feed(landing, kind)
    with built(landing, tmp_path_factory.mktemp("taken back"), *BUILD) as connection:
        yield connection


def shown(warehouse: Warehouse, kind: str, source: str) -> set[Row]:
    return {(line, on) for found, line, on in warehouse.execute(SELECTED[kind]).fetchall() if found == source}


def missed(warehouse: Warehouse, kind: str) -> set[tuple[str, str]]:
    query = "select check_name, key from intermediate.int_missing_evidence where kind = ?"
    return set(warehouse.execute(query, [kind]).fetchall())


@pytest.mark.parametrize("kind", FILES)
def test_a_row_that_a_file_leaves_out_is_gone_and_the_others_stay(warehouse: Warehouse, kind: str) -> None:
    kept = rows_of({KEPT: (5, 6, 7), MEANT: (5, 7), SLIP: (5, 7)})
    assert shown(warehouse, kind, FILES[kind]) == set(kept)


@pytest.mark.parametrize("kind", FEEDS)
def test_a_row_that_a_feed_leaves_out_is_gone_and_days_not_asked_for_stay(warehouse: Warehouse, kind: str) -> None:
    assert shown(warehouse, kind, FEEDS[kind]) == set(rows_of({ONE: (9, 12), OTHER: (11, 12)}))


@pytest.mark.parametrize("kind", FEEDS)
def test_what_was_lost_without_a_word_is_missed_by_name(warehouse: Warehouse, kind: str) -> None:
    line = {"rates": f"EUR/{LINE}"}.get(kind, LINE)
    lost = {("lost_rows", f"2026-01-{number} {line}") for number in (11, 12)}
    days = {("disappeared_days", f"2026-01-{number}") for number in (13, 14)}
    if kind in FILES:
        lost.add(("lost_rows", f"2026-01-06 {SLIP}"))
        days.add(("disappeared_days", "2026-01-02"))
    assert missed(warehouse, kind) == lost | days


@pytest.mark.parametrize("model", MODELS)
def test_the_gates_judge_each_key_once(warehouse: Warehouse, model: str) -> None:
    query = f"select check_name, key, count(*) from intermediate.{model} group by all having count(*) > 1"
    assert not warehouse.execute(query).fetchall()
    (found,) = warehouse.execute(
        f"select count(*) from intermediate.{model} where check_name = 'disappeared_days'"
    ).fetchone()  # type: ignore[misc]
    assert found


@pytest.mark.parametrize(("kind", "model", "dated"), [("closes", "int_closes_stated", "session_date"),
                                                      ("counts", "int_counts_stated", "count_date"),
                                                      ("rates", "int_rates_stated", "rate_date")])  # fmt: skip
def test_the_fetch_that_takes_a_row_back_is_on_record_for_its_day(
    warehouse: Warehouse, kind: str, model: str, dated: str
) -> None:
    """A number is computed again from the recorded fetches alone: with the older one only, the row would be back."""
    query = f"select distinct observed_at from intermediate.{model} where source_id = ? and day({dated}) = 14"
    assert warehouse.execute(query, [FEEDS[kind]]).fetchall() == [(datetime(2026, 1, 20, 2, tzinfo=UTC),)]
