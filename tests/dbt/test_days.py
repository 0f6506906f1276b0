"""A fetch that names its days states those alone: what it says of them, what is gone of them, and what it replaces."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import duckdb
import pytest

from connectors.storage.landing import gaps
from tests.dbt.conftest import built
from tests.dbt.landing import Fetched, Landing, fetch_usage, fetched, stamp_of
from tests.dbt.world import EXPORTS, RANKINGS
from tokenshare.events import Event
from tokenshare.topics import FX_OBSERVED, QUOTE_OBSERVED, USAGE_CATEGORY_OBSERVED, Topic

Warehouse = duckdb.DuckDBPyConnection
MODELS = (
    "fct_usage_daily",
    "int_usage_disappeared",
    "int_usage_restated",
    "int_usage_gaps",
    "int_category_evidence",
    "int_days_disappeared",
)
BUILD = ("build", "--exclude-resource-type", "test", "--exclude-resource-type", "unit_test", "--select",
         *(f"+{name}" for name in MODELS))  # fmt: skip
MONDAYS = (date(2026, 1, 5), date(2026, 1, 12), date(2026, 1, 19))  # days to some events, weeks to others
GONE, KEPT = MONDAYS[1], (MONDAYS[0], MONDAYS[2])
ASKED = (MONDAYS[0], date(2026, 1, 25))


def night(number: int, hour: int = 2) -> datetime:
    return datetime(2026, 1, number, hour, tzinfo=UTC)


def usage(day: date, **tokens: int) -> list[tuple[date, str, int]]:
    return [(day, model.replace("_", "/"), count) for model, count in tokens.items()]


def whole() -> list[tuple[date, str, int]]:
    return [row for day in MONDAYS for row in usage(day, openai_g=60, deepseek_d=30, other=10)]


def dated(
    topic: Topic, source_id: str, at: datetime, *days: date, of: tuple[date, ...] | None = None, times: int = 1
) -> Fetched:
    """A fetch with an event on each of the days, so many times as large; it names the days `of`."""
    stamp = stamp_of(source_id, at)
    contents: dict[Topic, dict[str, Any]] = {
        USAGE_CATEGORY_OBSERVED: {"category": "programming", "model_permaslug": "other", "tokens": 5 * times},
        QUOTE_OBSERVED: {"symbol": "NVDA", "close": f"{200 * times}", "currency": "USD", "is_partial": False},
        FX_OBSERVED: {"base": "EUR", "quote": "USD", "rate": f"{2 * times}"},
    }
    made: list[Event] = []
    for day in days:
        event: type[Event] = topic.event
        made.append(event.identified(**stamp, **contents[topic], **{str(event.period): day}))
    return fetched(stamp, {topic: tuple(made)}, ASKED, of)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    landing = Landing()
    fetch_usage(RANKINGS, night(26), whole(), ASKED).land(landing)
    restated = usage(KEPT[0], openai_g=61, other=39)  # one row has left the list
    fetch_usage(RANKINGS, night(27), restated, ASKED, days=(KEPT[0], GONE)).land(landing)
    fetch_usage(RANKINGS, night(28), whole(), ASKED, days=KEPT).land(landing, drop=1)
    fetch_usage(RANKINGS, night(29), usage(KEPT[0], other=100), ASKED, days=KEPT[:1]).land(landing)
    fetch_usage(EXPORTS, night(26), whole(), ASKED).land(landing, drop=1)
    fetch_usage(EXPORTS, night(27), whole(), ASKED, days=MONDAYS).land(landing)
    for topic, source in DATED.items():
        dated(topic, source, night(26), *MONDAYS).land(landing)
        dated(topic, source, night(27), of=(GONE,)).land(landing)
    with built(landing, tmp_path_factory.mktemp("days"), *BUILD) as found:
        yield found


DATED = {USAGE_CATEGORY_OBSERVED: "openrouter_categories", QUOTE_OBSERVED: "eodhd_quotes", FX_OBSERVED: "ecb_rates"}


def read(warehouse: Warehouse, query: str, *values: Any) -> list[tuple[Any, ...]]:
    return warehouse.execute(query, list(values)).fetchall()


def test_a_named_day_is_stated_whole_and_the_others_stay(warehouse: Warehouse) -> None:
    query = "select model_permaslug, tokens from marts.fct_usage_daily where usage_date = ? order by all"
    assert read(warehouse, query, KEPT[0]) == [("other", 100)]
    assert read(warehouse, query, KEPT[1]) == [("deepseek/d", 30), ("openai/g", 60), ("other", 10)]


def test_only_a_named_day_without_rows_has_disappeared(warehouse: Warehouse) -> None:
    assert read(warehouse, "select usage_date from intermediate.int_usage_disappeared") == [(GONE,)]
    days = "select kind, stated_date from intermediate.int_days_disappeared where has_disappeared order by all"
    assert read(warehouse, days) == [("closes", GONE), ("rates", GONE)]
    weeks = """select key from intermediate.int_category_evidence
        where check_name = 'disappeared_days' and observed > 0"""
    assert read(warehouse, weeks) == [(f"{GONE}",)]


def test_a_torn_fetch_waits_until_each_of_its_days_is_stated_again(warehouse: Warehouse) -> None:
    query = """select source_id, day(observed_at) from intermediate.int_fetches_verified
        where is_pending order by all"""
    assert read(warehouse, query) == [
        (EXPORTS, 26),  # of a whole answer nobody knows the days: the same days again do not replace it
        (RANKINGS, 28),  # one of its two days has been stated since
    ]
    assert gaps.read_torn(warehouse) == [(EXPORTS, None), (RANKINGS, list(KEPT))]


def test_a_day_that_was_asked_for_and_never_stated_is_covered(warehouse: Warehouse) -> None:
    covered = "select count(*) from intermediate.int_usage_gaps where not is_covered"
    assert read(warehouse, covered) == [(0,)]


@pytest.fixture(scope="module")
def restated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """Each source states three days or weeks, then all of them a hundredfold, and a fourth that fits them."""
    later = (*MONDAYS, date(2026, 1, 26))
    landing = Landing()
    fetch_usage(RANKINGS, night(26), whole(), ASKED).land(landing)
    often = [(day, model, 100 * tokens) for day, model, tokens in whole()]
    fetch_usage(RANKINGS, night(27), often, ASKED, days=MONDAYS).land(landing)
    for topic, source in DATED.items():
        dated(topic, source, night(26), *MONDAYS).land(landing)
        dated(topic, source, night(27), *later, of=later, times=100).land(landing)
    evidence = ("+int_usage_evidence", "+int_quote_evidence", "+int_cap_evidence")
    with built(landing, tmp_path_factory.mktemp("restated"), *BUILD, *evidence) as found:
        yield found


@pytest.mark.parametrize(
    ("subject", "entity"), [("usage", ""), ("category", ""), ("quote", " NVDA"), ("rate", " EUR/USD"), ("cap", " NVDA")]
)
def test_another_unit_moves_the_middle_of_what_is_restated(restated: Warehouse, subject: str, entity: str) -> None:
    query = f"""select key, observed from intermediate.int_{subject}_evidence
        where check_name = 'restated_middle' and key like '%' || ? order by all"""
    assert read(restated, query, entity) == [(f"{day}{entity}", 100) for day in MONDAYS]


def test_one_day_put_right_moves_as_it_likes(warehouse: Warehouse) -> None:
    assert read(warehouse, "select count(*) from intermediate.int_usage_restated") == [(0,)]
