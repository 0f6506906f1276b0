"""Days and their order: the same rows in any order, days at every edge of a calendar, days of nothing."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from math import isfinite
from time import monotonic
from typing import Any

import duckdb
import pytest

from tests.faults.models import BEFORE, EDGE, EMPTY, LEAP, Models, build, in_another_order
from tests.gates.consistent import case, found, judge, measuring

Record = Callable[[str, Any], None]
ORDERS = 100
WEEKS = {EDGE: 700, LEAP: 700, LEAP + timedelta(days=7): 700 + 7 * len(BEFORE)}
NEXT_YEAR = EDGE.year + 1


def rows_of(connection: duckdb.DuckDBPyConnection, query: str, *values: Any) -> list[Any]:
    return connection.execute(query, list(values)).fetchall()


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Models:
    with pytest.MonkeyPatch.context() as patch:
        return build(tmp_path_factory.mktemp("models"), patch)


@pytest.mark.long
def test_t01_a_hundred_orders_give_the_same_rows(models: Models, record_property: Record) -> None:
    """The raw rows of five fetches in a hundred other orders, offsets and partitions."""
    begun = monotonic()
    with models.open() as connection:
        usual = models.shown(connection)
        for seed in range(ORDERS):
            with in_another_order(connection, seed):
                models.run(connection)
                assert models.shown(connection) == usual, seed
    rows = sum(map(len, usual.values()))
    record_property("observed", f"{ORDERS} orders, {rows} rows the same, {monotonic() - begun:.0f} s")


def test_t06_a_day_is_a_utc_day_at_every_edge(models: Models, record_property: Record) -> None:
    """A build in New York's zone, of a leap day, a new year and the Sunday of a clock change."""
    with models.open() as connection:
        weeks = dict(rows_of(connection, "select week_start_date, tokens from metrics.router_tokens_weekly"))
        days = rows_of(connection, "select usage_date, sum(tokens) from metrics.vendor_share_daily group by 1")
        rows = rows_of(connection, "select usage_date, model_permaslug from marts.fct_usage_daily")
    assert weeks == {**WEEKS, EMPTY: 0}
    for day in (date(2024, 2, 29), date(2024, 3, 1), date(2020, 12, 31), date(NEXT_YEAR, 1, 1)):
        assert dict(days)[day] == 100, day
    assert dict(days)[date(2024, 3, 10)] == 100 + len(BEFORE)
    assert set(Counter(rows).values()) == {1}
    assert len(days) == 28
    record_property("observed", "28 days, one row each a model; leap day, 1 January and 10 March whole")


def test_k03_a_fetch_that_is_not_whole_moves_no_number(models: Models, record_property: Record) -> None:
    """A newer fetch of a day lacks one landed event, as if killed when half of a page was produced."""
    with models.open() as connection:
        torn = rows_of(connection, "select * from intermediate.int_fetches_verified where not is_complete")
        spoken = rows_of(
            connection,
            "select model_permaslug, tokens from marts.fct_usage_daily where usage_date = ? order by all", LEAP,
        )  # fmt: skip
    assert len(torn) == 1
    assert spoken == sorted(BEFORE)
    record_property("observed", "its day is told by the fetch before it, to the token")


def test_d03_no_column_of_any_relation_holds_what_is_not_finite(models: Models, record_property: Record) -> None:
    """A week of zeros beside good ones: every cell of every relation is looked at."""
    with models.open() as connection:
        cells = [cell for rows in models.shown(connection).values() for row in rows for cell in row]
    numbers = [cell for cell in cells if isinstance(cell, float)]
    assert numbers
    assert all(map(isfinite, numbers))
    record_property("observed", f"{len(numbers)} fractions, all finite")


def test_d04_a_week_of_zeros_has_no_share_and_no_zero(models: Models, record_property: Record) -> None:
    """A week without any usage: a denominator of zero."""
    with models.open() as connection:
        shares = connection.execute(
            "select vendor_share, tokens from metrics.vendor_share_weekly where week_start_date = ?", [EMPTY]
        ).fetchall()
        measured = connection.execute(
            "select observed from intermediate.int_usage_evidence where key >= ? and check_name = 'unknown_share'",
            [f"{EMPTY}"],
        ).fetchall()
    assert {share for share, _ in shares} == {None}
    assert {observed for (observed,) in measured} == {None}
    record_property("observed", f"{len(shares)} shares and {len(measured)} measures unknown, none of them 0")


def test_d04_what_cannot_be_divided_is_held(record_property: Record) -> None:
    """An unknown share and an unknown measure, in front of the gate."""
    id, day = "vendor_share_weekly", "2026-01-11"
    judged = measuring(case(id), "unknown_share", day, float("nan"))
    checks = judge(judged)[id]
    assert found(checks, "unknown_share").shuts
    record_property("observed", f"held: unknown_share observed {found(checks, 'unknown_share').observed}")


def test_d11_the_waterfall_closes_to_the_token_with_strangers_and_variants(
    models: Models, record_property: Record
) -> None:
    """A vendor nobody mapped, a free variant, and one model under two names, with a quarter of the tokens."""
    with models.open() as connection:
        steps = connection.execute(
            "select step, numerator_tokens, denominator_tokens from metrics.china_share_reconciliation_weekly "
            "where week_start_date = ? order by step_number",
            [LEAP],
        ).fetchall()
        bounds = connection.execute(
            "select unknown_tokens, tokens from metrics.china_share_bounds_weekly where week_start_date = ?", [LEAP]
        ).fetchone()
        vendors = dict(
            connection.execute(
                "select vendor_id, tokens from metrics.vendor_share_weekly where week_start_date = ?", [LEAP]
            ).fetchall()
        )
    assert bounds == (7 * (15 + 30), 700)
    assert (steps[0][1:], steps[-1][1:]) == ((210, 700), (210, 700 - 315))
    assert vendors == {"deepseek": 210, "openai": 175, "unknown": 315}
    record_property("observed", "210 of 700 identified, 210 of 385 known, 315 unknown: no token is lost")


def test_d11_strangers_over_one_in_a_hundred_are_told_and_hold_nothing(record_property: Record) -> None:
    """Unmapped vendors with 1 % and with a little more of a day."""
    id = "router_tokens_weekly"
    for observed, outcome in ((0.01, "passed"), (0.0101, "failed")):
        judged = case(id)
        check = found(judge(measuring(judged, "unmapped_share", "2026-01-11", observed))[id], "unmapped_share")
        assert (check.outcome, check.severity, check.shuts) == (outcome, "alert", False)
    record_property("observed", "1 % passes, 1.01 % is told; no gate is shut")
