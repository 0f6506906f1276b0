"""Which last judgements stand for a group without a row."""

from datetime import UTC, datetime

import pytest

from expectations.evidence import OF_THE_PASS
from flows.stages import carry
from tokenshare.publication import Check, Publication, Standing, Status

AT = datetime(2026, 6, 1, tzinfo=UTC)
NO_ROW = Check("expect_table_row_count_to_be_between", "failed", "does not hold in 0 rows", "holds")


def version(rows: int, status: Status = "held") -> Publication:
    return Publication("router_tokens_weekly", 1, AT, AT, rows, "", "", 1, status)


def is_empty(standing: Standing, *checks: Check) -> bool:
    return carry._is_empty({"router_tokens_weekly": (standing, checks)})


def test_a_held_metric_without_a_row_is_judged_no_more() -> None:
    assert is_empty(Standing(None, version(0), 1), NO_ROW)
    assert not is_empty(Standing(None, version(1), 1), NO_ROW)
    assert not is_empty(Standing(version(1, "current"), version(0), 2), NO_ROW)


@pytest.mark.parametrize("name", OF_THE_PASS)
def test_unless_a_pass_held_it_that_met_something(name: str) -> None:
    assert not is_empty(Standing(None, version(0), 1), NO_ROW, Check(name, "failed", "something", "nothing"))
    assert is_empty(Standing(None, version(0), 1), NO_ROW, Check(name, "passed", "nothing", "nothing"))
