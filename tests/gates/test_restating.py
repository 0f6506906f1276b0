"""What counts as a restatement between two versions, cell by cell."""

from datetime import UTC, date, datetime

import pytest

from tokenshare.metrics import METRIC_BY_ID
from tokenshare.publication import Row
from tokenshare.restatements import key_json, restated, was_over

FACT, TOTAL = METRIC_BY_ID["fct_usage_daily"], METRIC_BY_ID["router_tokens_weekly"]
HOURLY, DAILY = METRIC_BY_ID["gateway_share_hourly"], METRIC_BY_ID["gateway_token_share_daily"]
VENDORS = METRIC_BY_ID["dim_vendors"]
ONE, TWO = date(2026, 1, 5), date(2026, 1, 6)
AT = datetime(2026, 1, 5, 10, 20, tzinfo=UTC)
Cell = tuple[str, str, str | None, str | None]  # period, column, old, new


def fact(day: date, slug: str, tokens: int, origin: str = "other") -> Row:
    return (day, slug, slug, "", slug.split("/")[0], origin, "open", tokens)


A, B = fact(ONE, "a/x", 10), fact(ONE, "b/y", 20)

# old rows, new rows, the restated (period, column, old, new)
TABLE: tuple[tuple[list[Row], list[Row], list[Cell]], ...] = (
    ([], [], []),
    ([], [A, B], []),
    ([A, B], [A, B], []),
    ([A, B], [B, A], []),
    ([A], [A, fact(TWO, "a/x", 10)], []),
    ([A, B], [fact(ONE, "a/x", 11), B], [("2026-01-05", "tokens", "10", "11")]),
    (
        [A],
        [fact(ONE, "a/x", 0, "chinese")],
        [("2026-01-05", "origin", "other", "chinese"), ("2026-01-05", "tokens", "10", "0")],
    ),
    ([A], [fact(ONE, "a/x", 12), fact(TWO, "a/x", 9)], [("2026-01-05", "tokens", "10", "12")]),
)


@pytest.mark.parametrize(("old", "new", "cells"), TABLE)
def test_cells_that_differ(old: list[Row], new: list[Row], cells: list[Cell]) -> None:
    found = restated(FACT, old, new, AT)
    assert [(cell.period, cell.column, cell.old, cell.new) for cell in found] == cells


def test_a_row_that_was_lost_is_restated_to_nothing() -> None:
    found = restated(FACT, [A, B], [A], AT)
    assert {cell.key for cell in found} == {'{"usage_date": "2026-01-05", "model_permaslug": "b/y"}'}
    assert {(cell.column, cell.old, cell.new) for cell in found} >= {("tokens", "20", None), ("origin", "other", None)}


def test_a_row_that_is_late_in_a_known_period_is_restated_from_nothing() -> None:
    found = restated(FACT, [A], [A, B], AT)
    assert {(cell.column, cell.old, cell.new) for cell in found} >= {("tokens", None, "20"), ("variant", None, "")}
    assert all(cell.period == "2026-01-05" for cell in found)


def test_a_period_that_was_lost_is_restated_whole() -> None:
    found = restated(FACT, [A, fact(TWO, "a/x", 7)], [A], AT)
    assert {cell.period for cell in found} == {"2026-01-06"}
    assert {cell.new for cell in found} == {None}


def test_a_null_that_becomes_known_is_restated() -> None:
    (cell,) = restated(TOTAL, [(ONE, 7, None, None)], [(ONE, 7, None, 1.5)], AT)
    assert (cell.key, cell.column, cell.old, cell.new) == (
        '{"week_start_date": "2026-01-05"}',
        "growth_ratio",
        None,
        "1.5",
    )
    (cell,) = restated(TOTAL, [(ONE, 7, 0, None)], [(ONE, 7, None, None)], AT)
    assert (cell.column, cell.old, cell.new) == ("tokens_year_ago", "0", None)


def test_rows_without_a_period_are_restated_only_where_they_were_before() -> None:
    old, new = ("v", ONE, "V", "V", "CN", True, "c"), ("w", ONE, "W", "W", "US", False, "c")
    assert restated(VENDORS, [old], [old, new], AT) == []
    cells = restated(VENDORS, [old], [(*old[:4], "US", False, "c"), new], AT)
    assert [(cell.period, cell.column, cell.old, cell.new) for cell in cells] == [
        (None, "country_code", "CN", "US"),
        (None, "is_chinese", "true", "false"),
    ]


def test_a_key_is_named_in_the_order_of_the_grain() -> None:
    assert key_json(FACT, (ONE, "a/x")) == '{"usage_date": "2026-01-05", "model_permaslug": "a/x"}'
    assert key_json(METRIC_BY_ID["model_rank_weekly"], (ONE, 3)) == '{"week_start_date": "2026-01-05", "model_rank": 3}'


def hourly(hour: int, tokens: int) -> Row:
    return (ONE, datetime(2026, 1, 5, hour, tzinfo=UTC), "openai", *(tokens for _ in HOURLY.row.model_fields))[
        : len(HOURLY.row.model_fields)
    ]


def daily(day: date, tokens: int) -> Row:
    return (day, "openai", *(tokens for _ in DAILY.row.model_fields))[: len(DAILY.row.model_fields)]


def test_what_is_pushed_is_restated_from_the_end_of_its_hour_or_day_on() -> None:
    running = restated(HOURLY, [hourly(9, 1), hourly(10, 1)], [hourly(9, 1), hourly(10, 2)], AT)
    late = restated(HOURLY, [hourly(9, 1), hourly(10, 1)], [hourly(9, 2), hourly(10, 2)], AT)
    assert (running, {cell.key for cell in late}) == ([], {key_json(HOURLY, hourly(9, 1)[:3])})
    assert restated(DAILY, [daily(ONE, 1)], [daily(ONE, 2)], AT) == []
    assert restated(DAILY, [daily(ONE, 1)], [daily(ONE, 2)], datetime(2026, 1, 6, tzinfo=UTC)) != []


def test_a_key_says_whether_its_hour_or_day_was_over() -> None:
    keys = [key_json(HOURLY, hourly(hour, 1)[:3]) for hour in (9, 10)]
    assert [was_over(HOURLY, key, AT) for key in keys] == [True, False]
    assert [was_over(DAILY, key_json(DAILY, daily(day, 1)[:2]), AT) for day in (date(2026, 1, 4), ONE)] == [True, False]
    assert was_over(FACT, key_json(FACT, A[:2]), AT)
