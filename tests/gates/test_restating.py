"""What counts as a restatement between two versions, cell by cell."""

from datetime import date

import pytest

from tokenshare.metrics import METRIC_BY_ID
from tokenshare.publication import Row
from tokenshare.restatements import key_json, restated

FACT, TOTAL = METRIC_BY_ID["fct_usage_daily"], METRIC_BY_ID["router_tokens_weekly"]
VENDORS = METRIC_BY_ID["dim_vendors"]
ONE, TWO = date(2026, 1, 5), date(2026, 1, 6)
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
    found = restated(FACT, old, new)
    assert [(cell.period, cell.column, cell.old, cell.new) for cell in found] == cells


def test_a_row_that_was_lost_is_restated_to_nothing() -> None:
    found = restated(FACT, [A, B], [A])
    assert {cell.key for cell in found} == {'{"usage_date": "2026-01-05", "model_permaslug": "b/y"}'}
    assert {(cell.column, cell.old, cell.new) for cell in found} >= {("tokens", "20", None), ("origin", "other", None)}


def test_a_row_that_is_late_in_a_known_period_is_restated_from_nothing() -> None:
    found = restated(FACT, [A], [A, B])
    assert {(cell.column, cell.old, cell.new) for cell in found} >= {("tokens", None, "20"), ("variant", None, "")}
    assert all(cell.period == "2026-01-05" for cell in found)


def test_a_period_that_was_lost_is_restated_whole() -> None:
    found = restated(FACT, [A, fact(TWO, "a/x", 7)], [A])
    assert {cell.period for cell in found} == {"2026-01-06"}
    assert {cell.new for cell in found} == {None}


def test_a_null_that_becomes_known_is_restated() -> None:
    (cell,) = restated(TOTAL, [(ONE, 7, None, None)], [(ONE, 7, None, 1.5)])
    assert (cell.key, cell.column, cell.old, cell.new) == (
        '{"week_start_date": "2026-01-05"}',
        "growth_ratio",
        None,
        "1.5",
    )
    (cell,) = restated(TOTAL, [(ONE, 7, 0, None)], [(ONE, 7, None, None)])
    assert (cell.column, cell.old, cell.new) == ("tokens_year_ago", "0", None)


def test_rows_without_a_period_are_restated_only_where_they_were_before() -> None:
    old, new = ("v", ONE, "V", "V", "CN", True, "c"), ("w", ONE, "W", "W", "US", False, "c")
    assert restated(VENDORS, [old], [old, new]) == []
    cells = restated(VENDORS, [old], [(*old[:4], "US", False, "c"), new])
    assert [(cell.period, cell.column, cell.old, cell.new) for cell in cells] == [
        (None, "country_code", "CN", "US"),
        (None, "is_chinese", "true", "false"),
    ]


def test_a_key_is_named_in_the_order_of_the_grain() -> None:
    assert key_json(FACT, (ONE, "a/x")) == '{"usage_date": "2026-01-05", "model_permaslug": "a/x"}'
    assert key_json(METRIC_BY_ID["model_rank_weekly"], (ONE, 3)) == '{"week_start_date": "2026-01-05", "model_rank": 3}'
