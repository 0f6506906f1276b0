"""The gate opens for what is consistent, and shuts for everything that a contract, a build or a suite can lack."""

from typing import Any

import pandas as pd
import pytest

from expectations import frames
from tests.gates.consistent import Break, case, judge, members, setting, shut, unlanded
from tests.gates.tables import TABLES, Table
from tokenshare.metrics import GROUP_BY_ID, METRIC_BY_ID, METRICS

GROUPS = sorted({metric.group for metric in METRICS})
IDENTIFIED, TOTAL, VENDORS = "china_share_identified_weekly", "router_tokens_weekly", "vendor_share_weekly"
PRICES = "list_price_daily"
ROWS = "expect_table_row_count_to_be_between"
NULL, BETWEEN = "expect_column_values_to_not_be_null", "expect_column_values_to_be_between"
SET, PATTERN = "expect_column_values_to_be_in_set", "expect_column_values_to_match_regex"


def _empty(table: Table) -> Table:
    return []


def _twice(table: Table) -> Table:
    return [*table, table[0]]


BROKEN: tuple[tuple[str, Break, str], ...] = (
    *((id, _empty, ROWS) for id in (TOTAL, VENDORS, PRICES, "dim_models")),
    (TOTAL, _twice, "expect_column_values_to_be_unique:week_start_date"),
    (VENDORS, _twice, "expect_compound_columns_to_be_unique:week_start_date:vendor_id"),
    (IDENTIFIED, setting("china_share", None), f"{NULL}:china_share"),
    (IDENTIFIED, setting("china_share", float("nan")), f"{NULL}:china_share"),
    (IDENTIFIED, setting("china_share", float("inf")), f"{BETWEEN}:china_share"),
    (IDENTIFIED, setting("china_share", float("-inf")), f"{BETWEEN}:china_share"),
    (IDENTIFIED, setting("china_share", 1.5), f"{BETWEEN}:china_share"),
    (IDENTIFIED, setting("china_share", -0.1), f"{BETWEEN}:china_share"),
    (IDENTIFIED, setting("chinese_tokens", -1), f"{BETWEEN}:chinese_tokens"),
    (TOTAL, setting("week_start_date", None), f"{NULL}:week_start_date"),
    (TOTAL, setting("growth_ratio", float("inf")), f"{BETWEEN}:growth_ratio"),
    (VENDORS, setting("upper_share", 1.0001), f"{BETWEEN}:upper_share"),
    (VENDORS, setting("vendor_id", None), f"{NULL}:vendor_id"),
    (PRICES, setting("input_usd_per_million", float("inf")), f"{BETWEEN}:input_usd_per_million"),
    ("model_rank_weekly", setting("model_rank", 0), f"{BETWEEN}:model_rank"),
    ("openness_share_weekly", setting("openness", "ajar"), f"{SET}:openness"),
    ("fct_usage_daily", setting("model_permaslug", "a\x00b"), f"{PATTERN}:model_permaslug"),
    ("dim_vendors", setting("country_code", "China"), f"{PATTERN}:country_code"),
)


@pytest.mark.parametrize("group", GROUPS)
def test_the_gates_of_a_consistent_group_open(group: str) -> None:
    checks = judge(case(*members(group)))
    assert {id: [check for check in found if check.outcome != "passed"] for id, found in checks.items()} == {
        id: [] for id in members(group)
    }
    for id, found in checks.items():
        names = {check.name for check in found}
        assert {
            "dbt_build",
            "suite_pinned",
            *(evidence.name for evidence in GROUP_BY_ID[group].evidence),
            *METRIC_BY_ID[id].laws,
        } <= names
        assert len(names) == len(found)


def test_every_metric_has_a_consistent_candidate() -> None:
    assert set(TABLES) == set(METRIC_BY_ID)


@pytest.mark.parametrize(("id", "broken", "check"), BROKEN, ids=lambda value: value if isinstance(value, str) else "")
def test_a_row_that_breaks_its_contract_shuts_the_gate(id: str, broken: Break, check: str) -> None:
    assert check in shut(unlanded(case(id, **{id: broken})))[id]


@pytest.mark.parametrize("id", [IDENTIFIED, VENDORS])
@pytest.mark.parametrize("change", ["missing", "extra"])
def test_another_set_of_columns_shuts_the_gate(id: str, change: str, monkeypatch: pytest.MonkeyPatch) -> None:
    share = "china_share" if id == IDENTIFIED else "named_share"
    frame_of = frames.frame_of

    def other_columns(candidate: Any) -> pd.DataFrame:
        frame = frame_of(candidate)
        if candidate.metric.id != id:
            return frame
        return frame.drop(columns=share) if change == "missing" else frame.assign(extra=1)

    monkeypatch.setattr(frames, "frame_of", other_columns)
    assert any(name.startswith("expect_table_columns_to_match_set") for name in shut(unlanded(case(id)))[id])
