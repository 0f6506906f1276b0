"""Well-formed and wrong numbers, as dbt measures them: each shuts the gates of the metrics depending on it."""

from collections.abc import Callable
from typing import Any

import pytest

from connectors.sources import quotes_file
from tests.gates.consistent import case, found, judge, measuring, members, setting, shut, unlanded
from tests.sources.payloads import fetch_of
from tokenshare.errors import PayloadRefused
from tokenshare.metrics import GROUPS
from tokenshare.sources import Page

pytestmark = pytest.mark.slow

Record = Callable[[str, Any], None]


def held_by(check: str, observed: float, *spared: str) -> str:
    """Judge every group with the check at that observation; return the finding if all are held by it."""
    said = []
    asking = (group for group in GROUPS if check in {one.name for one in group.evidence} and group.id not in spared)
    for group in asking:
        judged = case(members(group.id)[0])
        key = next(one.key for one in judged.measured if one.check == check)
        assert check not in shut(judged)[judged.metrics[0].id]
        (checks,) = judge(measuring(judged, check, key, observed)).values()
        assert found(checks, check).holds, group.id
        said.append(group.id)
    assert said
    return f"{check} {observed:g} holds {', '.join(said)}"


def test_d06_two_values_of_one_key_hold(record_property: Record) -> None:
    """One fetch gave two values for one key."""
    record_property("observed", held_by("conflicting_keys", 1))


@pytest.mark.parametrize(("check", "observed"), [("counted_downloads", 0), ("fallen_share", 1), ("counted_share", 0.4)])
def test_d08_counters_that_fall_or_vanish_hold(check: str, observed: float, record_property: Record) -> None:
    """All counters at zero, all of them fallen, half of them gone."""
    record_property("observed", held_by(check, observed))


@pytest.mark.parametrize(
    ("column", "value", "check"),
    [
        ("downloads_flow", -1, "expect_column_values_to_be_between:downloads_flow"),
        ("is_counter_reset", True, "resets_have_no_flow"),
    ],
)
def test_d08_no_negative_flow_is_let_out(column: str, value: Any, check: str, record_property: Record) -> None:
    """A flow below zero, and one beside a restarted counter."""
    id = "family_downloads_daily"
    assert check in shut(unlanded(case(id, **{id: setting(column, value, row=1)})))[id]
    record_property("observed", f"held by {check}")


@pytest.mark.parametrize(("times", "spared"), [(2, ["programming"]), (3, [])])
def test_d09_a_day_that_is_two_or_three_times_as_large_holds(
    times: float, spared: list[str], record_property: Record
) -> None:
    """A day with two and three times the tokens of the day before; a sampled week really doubles at times."""
    record_property("observed", held_by("volume_ratio", times, *spared))


def test_d09_an_answer_of_other_days_altogether_holds(record_property: Record) -> None:
    """All days restated twice as large, the new one among them: each fits the day before."""
    record_property("observed", held_by("restated_middle", 2))


def test_d09_all_counters_that_double_hold(record_property: Record) -> None:
    """The middle repository gains twice as much in a day as it ever had; one alone more than it could."""
    record_property("observed", f"{held_by('middle_growth', 2)}, {held_by('counter_rise', 3)}")


@pytest.mark.parametrize(
    ("check", "observed"),
    [
        *(("foreign_currency", 1), ("unconverted_closes", 1), ("split_suspected", 0.5), ("usual_split", 0.8)),
        ("middle_move", 100),
    ],
)
def test_d10_a_strange_currency_or_a_split_holds(check: str, observed: float, record_property: Record) -> None:
    """A close in pence or in another currency, one without a rate, a value that halves, all closes a hundredfold."""
    record_property("observed", held_by(check, observed))


@pytest.mark.parametrize(
    ("close", "currency", "said"),
    [
        ("1.5", "", "line 2: currency of NVDA is '': not a currency, and none is assumed"),
        ("1.5", "GBp", "is 'GBp': a hundredth of a currency"),
        ("1.5", "GBX", "is 'GBX': a hundredth of a currency"),
        ("1.5", "usd", "not a currency"),
        ("0", "USD", "close of NVDA is '0': nothing is worth nothing"),
        ("0.00", "USD", "nothing is worth nothing"),
    ],
)
def test_d10_a_close_without_a_currency_or_of_nothing_is_refused(
    close: str, currency: str, said: str, record_property: Record
) -> None:
    """A dropped file with a close in no currency, in hundredths of one, and one of 0."""
    row = f"2026-05-11T22:00:00Z,NVDA,2026-05-11,{close},{currency},false"
    page = Page("quotes.csv", f"known_at,symbol,date,close,currency,is_partial\n{row}\n".encode(), "text/csv")
    with pytest.raises(PayloadRefused) as refusal:
        quotes_file.parse(fetch_of("quotes_dropped", page))
    assert said in str(refusal.value)
    record_property("observed", f"refused: {said[:70]}")


@pytest.mark.parametrize(
    ("check", "observed"),
    [
        *(("series_ratio", 1000), ("nearest_ratio", 1e6), ("zero_price", 1), ("batch_ratio", 1e6)),
        *(("model_moved", 1000), ("close_moved", 100), ("count_moved", 1000)),
    ],
)
def test_d10_a_new_row_in_another_unit_than_its_neighbours_holds(
    check: str, observed: float, record_property: Record
) -> None:
    """A figure in billions, a price per million, per thousand or lost to 0, a close in pence, a count in thousands."""
    record_property("observed", held_by(check, observed))


@pytest.mark.parametrize(("check", "observed"), [("other_rows", 0), ("other_rows", 2), ("missing_rows", 1)])
def test_d13_a_list_that_is_not_whole_holds(check: str, observed: float, record_property: Record) -> None:
    """No row of all others, two of them, and one row short of fifty."""
    record_property("observed", held_by(check, observed))


@pytest.mark.parametrize("check", ["incomplete_fetches", "disappeared_days", "lost_rows"])
def test_d14_a_fetch_that_is_not_whole_holds(check: str, record_property: Record) -> None:
    """A fetch landed in part, and a day no longer stated."""
    record_property("observed", held_by(check, 1))
