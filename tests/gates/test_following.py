"""A metric drawn from another group's numbers is no better than those: its gate follows theirs."""

from dataclasses import replace

from tests.gates.consistent import case, found, shut
from tokenshare.metrics import GROUP_BY_ID, GROUPS, METRICS

VERDICTS = "claim_verdict"


def test_the_gate_is_shut_while_a_group_it_follows_is() -> None:
    sound = case(VERDICTS)
    assert shut(sound) == {VERDICTS: []}
    assert shut(replace(sound, shut=("router",))) == {VERDICTS: ["followed_groups"]}


def test_the_reason_names_the_group() -> None:
    from expectations.gates import judge

    check = found(judge(replace(case(VERDICTS), shut=("router",)))[VERDICTS], "followed_groups")
    assert (check.observed, check.expected) == ("router held", "all pass")


def test_a_group_that_follows_none_is_not_asked() -> None:
    assert shut(replace(case("router_tokens_weekly"), shut=("claims",))) == {"router_tokens_weekly": []}


def test_groups_are_judged_after_those_they_follow() -> None:
    judged = list(dict.fromkeys(metric.group for metric in METRICS))
    for group in GROUPS:
        assert all(judged.index(followed) < judged.index(group.id) for followed in group.follows), group.id
        assert set(group.follows) <= GROUP_BY_ID.keys()
