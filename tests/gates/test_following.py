"""A row drawn from another group's numbers is no better than those: it may not move while their gate is shut."""

from dataclasses import replace

from expectations.gates import Case
from tests.gates.consistent import Break, case, found, judge, setting, shut
from tokenshare.metrics import GROUP_BY_ID, GROUPS, METRICS
from tokenshare.publication import Check

VERDICTS = "claim_verdict"
THIRD, HALF, ELSEWHERE, CODING = range(4)


def shown(*without: int) -> Case:
    """A sound case beside what readers see of it: the same rows, but for those `without`."""
    sound = case(VERDICTS)
    rows = sound.candidates[VERDICTS].rows
    return replace(sound, shown={VERDICTS: tuple(row for place, row in enumerate(rows) if place not in without)})


def moved(change: Break, seen: Case | None = None) -> Case:
    """The case whose candidate is no longer what readers see."""
    return replace(seen or shown(), candidates=case(VERDICTS, **{VERDICTS: change}).candidates)


def said(of: Case) -> Check:
    return found(judge(of)[VERDICTS], "followed_groups")


def test_a_shut_group_that_moves_nothing_shuts_no_other() -> None:
    check = said(replace(shown(), shut=("router", "programming")))
    assert (check.outcome, check.observed) == ("passed", "router, programming held, nothing moves")
    assert said(shown()).observed == "all pass"


def test_a_row_that_a_shut_group_would_move_shuts_the_gate_and_is_named_with_it() -> None:
    case = moved(setting("variants_tried", 14, row=HALF))
    assert shut(replace(case, shut=("router",))) == {VERDICTS: ["followed_groups"]}
    check = said(replace(case, shut=("programming", "router")))
    assert (check.observed, check.expected) == ("router held, would move half", "no row moved by a held group")


def test_rows_that_stand_elsewhere_may_move() -> None:
    case = moved(setting("variants_tried", 14, row=HALF))
    assert said(replace(case, shut=("programming",))).outcome == "passed"
    assert said(replace(case, shut=())).outcome == "passed"


def test_a_number_that_nobody_has_seen_is_no_better_than_its_group() -> None:
    unseen = replace(shown(CODING), shut=("programming",))
    assert said(unseen).observed == "programming held, would move coding"
    assert said(replace(shown(THIRD, HALF, CODING), shut=("router", "programming"))).observed == (
        "router, programming held, would move third, half, coding"
    )
    first = replace(case(VERDICTS), shut=("router",))
    assert said(first).observed == "router held, would move third, half", "nothing was ever published"


def test_a_new_claim_without_data_tells_no_number_of_a_shut_group() -> None:
    empty = dict.fromkeys(("nearest", "method", "period", "numerator", "denominator", "reproduced_by", "beside"))
    none = {**empty, "verdict": "no_data", "variants_tried": 0, "variants_matched": 0}
    silent = moved(lambda table: [{**r, **(none if n == HALF else {})} for n, r in enumerate(table)], shown(HALF))
    assert shut(replace(silent, shut=("router",))) == {VERDICTS: []}
    known = replace(silent, shown=shown().shown, shut=("router",))
    assert said(known).observed == "router held, would move half", "what readers see would go away"


def test_more_rows_than_one_reads_are_counted() -> None:
    many = replace(case(VERDICTS, **{VERDICTS: lambda table: [{**table[0], "claim_id": f"c{n}"} for n in range(5)]}))
    assert said(replace(many, shut=("router",))).observed == "router held, would move c0, c1, c2 and 2 more"


def test_a_group_that_follows_none_is_not_asked() -> None:
    assert shut(replace(case("router_tokens_weekly"), shut=("claims",))) == {"router_tokens_weekly": []}


def test_groups_are_judged_after_those_they_follow() -> None:
    judged = list(dict.fromkeys(metric.group for metric in METRICS))
    for group in GROUPS:
        assert all(judged.index(followed) < judged.index(group.id) for followed in group.follows.groups), group.id
        assert set(group.follows.groups) <= GROUP_BY_ID.keys()


def test_a_group_that_follows_names_the_columns_by_which_it_does() -> None:
    for metric in METRICS:
        follows = GROUP_BY_ID[metric.group].follows
        named = {follows.stands_on, follows.number} - {""}
        assert named <= metric.row.model_fields.keys(), metric.id
        assert len(named) in (0, 2), metric.id
