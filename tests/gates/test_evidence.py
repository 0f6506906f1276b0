"""What the landed rows show: each check outside its interval shuts the gate, also the age of the newest day."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pandas as pd
import pytest
import yaml

from expectations.evidence import Measured
from expectations.gates import Case
from expectations.measures import Measure, breaches_of
from flows.queries.verify.promises.decided import required_checks
from flows.setup.shipped import PROJECT
from tests.gates.consistent import AS_OF, EVIDENCE, case, found, judge, measuring, members, setting, shut
from tests.gates.tables import DAYS
from tokenshare.metrics import GROUP_BY_ID, GROUPS, METRIC_BY_ID, Interval
from tokenshare.publication import Breach

ALONE = {  # the last one never grows old, and is judged by what landed all the same
    "router": "router_tokens_weekly",
    "list_price_daily": "list_price_daily",
    "leaderboard_rank": "leaderboard_rank",
    "market_cap_daily": "market_cap_daily",
    "fct_quotes_daily": "fct_quotes_daily",
}
LAST = DAYS[-1].isoformat()
SIDES: dict[str, Callable[[Interval], float]] = {
    "below": lambda interval: interval.minimum - 0.01,
    "above": lambda interval: interval.maximum + 0.01,
    "unknown": lambda interval: float("nan"),
}
AGES = [(0, True), (6, True), (72, True), (72.01, False), (24 * 30, False), (-24, True), (-24.01, False)]


def _alone(group: str) -> Case:
    return case(ALONE[group])


def _all_at(group: str, value_of: Callable[[Interval], float]) -> Case:
    judged = _alone(group)
    for evidence in GROUP_BY_ID[group].evidence:
        judged = measuring(judged, evidence.name, LAST, value_of(evidence.within))
    return judged


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("group", ALONE)
def test_each_check_outside_its_interval_shuts_the_gate(group: str, side: str) -> None:
    (checks,) = judge(_all_at(group, SIDES[side])).values()
    evidence = GROUP_BY_ID[group].evidence
    holding = {one.name for one in evidence if not one.alerts_only}
    assert {check.name for check in checks if check.holds} == holding
    assert {check.name for check in checks if check.shuts} == holding - {one.name for one in evidence if one.keeps_last}
    assert {found(checks, one.name).breaches[0].key for one in evidence} == {LAST}
    assert {found(checks, one.name).outcome for one in evidence if not one.keeps_last} == {"failed"}


@pytest.mark.parametrize("group", [group for group in ALONE if any(e.keeps_last for e in GROUP_BY_ID[group].evidence)])
def test_a_key_without_a_day_shuts_the_gate_whatever_the_models_keep(group: str) -> None:
    (name, *_) = (evidence.name for evidence in GROUP_BY_ID[group].evidence if evidence.keeps_last)
    assert shut(measuring(_alone(group), name, "a line", 1)) == {ALONE[group]: [name]}


@pytest.mark.parametrize("group", ALONE)
def test_one_check_outside_its_interval_is_enough(group: str) -> None:
    assert shut(measuring(_alone(group), "conflicting_keys", LAST, 1)) == {ALONE[group]: ["conflicting_keys"]}


@pytest.mark.parametrize("group", ALONE)
def test_the_ends_of_the_intervals_hold_nothing(group: str) -> None:
    for value_of in (lambda interval: interval.minimum, lambda interval: interval.maximum):
        assert shut(_all_at(group, value_of)) == {ALONE[group]: []}


@pytest.mark.parametrize(("hours", "is_fresh"), AGES)
def test_the_newest_day_must_be_fresh_and_not_of_the_future(hours: float, is_fresh: bool) -> None:
    end_of_newest = AS_OF - timedelta(hours=6)
    aged = replace(_alone("list_price_daily"), as_of=end_of_newest + timedelta(hours=hours))
    assert shut(aged) == {ALONE["list_price_daily"]: [] if is_fresh else ["freshness"]}


@pytest.mark.parametrize("group", [group for group, id in ALONE.items() if METRIC_BY_ID[id].freshness])
@pytest.mark.parametrize("days", [-365, 31])
def test_no_group_is_fresh_a_month_late_or_a_year_early(group: str, days: int) -> None:
    assert "freshness" in shut(replace(_alone(group), as_of=AS_OF + timedelta(days=days)))[ALONE[group]]


def test_what_has_no_limit_does_not_grow_old() -> None:
    assert shut(replace(_alone("leaderboard_rank"), as_of=AS_OF + timedelta(days=3650))) == {"leaderboard_rank": []}


@pytest.mark.parametrize("group", [group for group, id in ALONE.items() if METRIC_BY_ID[id].freshness])
def test_nothing_landed_is_not_fresh(group: str) -> None:
    sound = _alone(group)
    undated = tuple(m for m in sound.measured if m.check != GROUP_BY_ID[group].dated_by)
    assert "freshness" in shut(replace(sound, measured=undated))[ALONE[group]]
    nothing = replace(sound, measured=())
    assert "freshness" in shut(nothing)[ALONE[group]]
    (checks,) = judge(nothing).values()
    assert found(checks, "freshness").observed == "no day has landed"


def test_a_day_that_was_never_served_holds_only_while_it_is_expected() -> None:
    old = (AS_OF - timedelta(days=4)).date().isoformat()
    assert shut(measuring(_alone("router"), "unserved_days", old, 1)) == {ALONE["router"]: []}
    (checks,) = judge(measuring(_alone("router"), "unserved_days", LAST, 1)).values()
    assert found(checks, "unserved_days").outcome == "held"
    (checks,) = judge(measuring(_alone("router"), "unserved_days", old, 1)).values()
    assert found(checks, "unserved_days").outcome == "passed"


def test_the_walk_over_days_has_the_band_of_its_check() -> None:
    (check,) = (evidence for evidence in GROUP_BY_ID["router"].evidence if evidence.name == "volume_ratio")
    declared = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())["vars"]["volume_band"]
    assert declared == [check.within.minimum, check.within.maximum]


def test_the_consistent_evidence_reads_every_check_but_the_unserved() -> None:
    read = {group: {m.check for m in measured} for group, measured in EVIDENCE.items()}
    declared = {group.id: {evidence.name for evidence in group.evidence} for group in GROUPS if group.evidence}
    assert read == {group: found - {"unserved_days"} for group, found in declared.items()}


GONE = ("china 2026-01-05/2026-01-11", "coding 2026-01-05/2026-01-11", "deal 2026-01-05/2026-01-11", "fifth 2026-01")
ACCEPTED = "0 (tokenshare gates release METRIC VERSION --by NAME --reason TEXT accepts it)"


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (1, f"1 row, {GONE[0]}"),
        (2, f"2 rows, {GONE[0]}, {GONE[1]}"),
        (4, f"4 rows, {GONE[0]}, {GONE[1]}, {GONE[2]} and 1 more"),
    ],
)
def test_rows_that_are_gone_are_counted_and_named_with_what_accepts_them(count: int, said: str) -> None:
    judged = case("claim_verdict")
    for key in GONE[:count]:
        judged = measuring(judged, "withdrawn_rows", key, 1)
    assert shut(judged) == {"claim_verdict": ["withdrawn_rows"]}
    check = found(judge(judged)["claim_verdict"], "withdrawn_rows")
    assert (check.observed, check.expected) == (said, ACCEPTED)
    released = frozenset(("withdrawn_rows", key, "1") for key in GONE[:count])
    assert found(judge(replace(judged, released=released))["claim_verdict"], "withdrawn_rows").outcome == "released"


def test_a_file_that_is_gone_shuts_the_gate_and_says_which_and_since_when() -> None:
    gone = Breach("leaderboards.csv", "is gone from the world, last read 2026-01-11 06:00 UTC")
    judged = replace(_alone("leaderboard_rank"), gone=(gone,))
    assert shut(judged) == {"leaderboard_rank": ["missing_files"]}
    check = found(judge(judged)["leaderboard_rank"], "missing_files")
    assert (check.observed, check.breaches) == (f"{gone.key} {gone.observed}", (gone,))
    released = replace(judged, released=frozenset({("missing_files", gone.key, gone.observed)}))
    assert shut(released) == {"leaderboard_rank": []}


@pytest.mark.parametrize("group", [group.id for group in GROUPS])
def test_verify_requires_exactly_the_checks_that_a_gate_always_makes(group: str) -> None:
    for id, checks in judge(case(*members(group))).items():
        made = {check.name for check in checks if not check.name.startswith("expect_")}
        assert required_checks(METRIC_BY_ID[id]) == made


def test_one_failing_member_holds_its_whole_group() -> None:
    broken = case(*members("router"), free_share_weekly=setting("free_share", 1.5))
    shuts = shut(broken)
    assert shuts.pop("free_share_weekly") == ["expect_column_values_to_be_between:free_share"]
    assert shuts == {id: ["coherence_group"] for id in members("router") if id != "free_share_weekly"}


FINDING = ("volume_ratio", LAST, "3")


@pytest.mark.parametrize(
    ("released", "outcome"),
    [
        ({FINDING}, "released"),
        ({FINDING, ("volume_ratio", DAYS[2].isoformat(), "9")}, "released"),
        (set(), "failed"),
        ({("volume_ratio", LAST, "3.1")}, "failed"),
        ({("volume_ratio", DAYS[2].isoformat(), "3")}, "failed"),
        ({("unknown_share", LAST, "3")}, "failed"),
    ],
)
def test_only_the_very_finding_that_was_released_passes(released: set[tuple[str, str, str]], outcome: str) -> None:
    judged = measuring(case(ALONE["router"], released=frozenset(released)), "volume_ratio", LAST, 3.0)
    assert found(judge(judged)[ALONE["router"]], "volume_ratio").outcome == outcome


def test_a_second_finding_beside_the_released_one_shuts_the_gate() -> None:
    judged = measuring(case(ALONE["router"], released=frozenset({FINDING})), "volume_ratio", LAST, 3.0)
    assert shut(judged) == {ALONE["router"]: []}
    assert shut(measuring(judged, "volume_ratio", DAYS[2].isoformat(), 2.5)) == {ALONE["router"]: ["volume_ratio"]}


def test_a_released_row_is_released_by_the_digest_of_its_candidate() -> None:
    id, check = "dim_vendors", "expect_column_values_to_match_regex:country_code"
    broken = case(id, dim_vendors=setting("country_code", "China"))
    (breach,) = found(judge(broken)[id], check).breaches
    finding = (check, breach.key, breach.observed)
    assert breach.observed == broken.candidates[id].digest
    assert shut(replace(broken, released=frozenset({finding}))) == {id: []}
    other = case(id, dim_vendors=setting("country_code", "Chine"), released=frozenset({finding}))
    assert shut(other) == {id: [check]}


def test_what_was_measured_of_another_check_does_not_count() -> None:
    stray = replace(_alone("router"), measured=(*EVIDENCE["router"], Measured("stray", LAST, 99)))
    assert shut(stray) == {ALONE["router"]: []}


def test_an_unknown_number_is_a_breach_in_words() -> None:
    observed = pd.Series([1.5, None, "3"], index=["2026-01-05", "2026-01-06", "2026-01-07"], dtype=object)
    breaches = breaches_of(Measure("volume_ratio", observed, Interval(0.6, 1.6)))
    assert [(breach.key, breach.observed) for breach in breaches] == [("2026-01-06", "no number"), ("2026-01-07", "3")]
