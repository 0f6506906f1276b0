"""One alert for a fault, told once when it begins and once when it is over, whatever it does in between."""

from datetime import timedelta
from itertools import pairwise

import pytest

from tests.alerts.alerting import HOUR, START, Home, fault
from tokenshare.alerting import LONGEST_WAIT, MOST_AT_ONCE, Observation, next_try, remind
from tokenshare.alerts import document_of

DAY = timedelta(days=1)


def test_a_fault_is_told_once_when_it_begins_and_once_when_it_is_over() -> None:
    home, bad = Home(), fault("router")
    assert home.say() == []
    assert home.say(bad) == [("trigger", "held/router")]
    assert home.say(bad) == home.say(bad) == []
    assert home.say() == [("resolve", "held/router")]
    assert home.say() == []
    assert home.alerts == ()


def test_what_a_pass_did_not_look_at_stays_as_it_is() -> None:
    home = Home()
    home.see(fault("source"))
    assert home.say(unknown=["source"]) == []
    assert [alert.fault.id for alert in home.alerts] == ["source"]


def test_a_fault_that_is_found_to_be_part_of_another_moves_there() -> None:
    home = Home()
    home.see(fault("claims", "held/router"), fault("router", "held/router"))
    assert home.say(fault("claims", "held/claims")) == [("trigger", "held/claims"), ("resolve", "held/router")]
    assert home.say() == [("resolve", "held/claims")]


def test_the_reason_may_change_and_the_beginning_does_not() -> None:
    home = Home()
    home.see(fault("router", reason="first"))
    later = fault("router", reason="second").model_copy(update={"since": START + DAY})
    home.see(later)
    assert [(alert.fault.reason, alert.fault.since) for alert in home.alerts] == [("second", START)]
    (over,) = home.see().notices
    assert (over.action, over.faults[0].reason) == ("resolve", "second")


def test_a_flapping_alert_says_so() -> None:
    home, bad = Home(), fault("router")
    notices = [notice for turn in range(5) for notice in home.see(*([bad] if turn % 2 == 0 else [])).notices]
    assert [notice.is_flapping for notice in notices] == [False, False, False, False, True]


def test_a_few_at_once_are_told_one_by_one() -> None:
    home, few = Home(), [fault(f"m{number}") for number in range(MOST_AT_ONCE)]
    assert len(home.say(*few)) == len(home.say()) == MOST_AT_ONCE


def test_faults_of_several_kinds_at_once_are_counted_by_kind() -> None:
    home = Home()
    sources = [fault(f"s{number}", kind="source") for number in range(5)]
    (notice,) = home.see(*sources, fault("router")).notices
    document = document_of(notice, "here", "recorded", "docs/")
    assert document.title == "here (recorded): 6 faults at once (5 without answer, 1 held)"
    assert document.severity == "error"
    assert document.faults[0].runbook == "docs/completeness.md#other_rows"


def test_what_lasts_is_told_again_after_a_while_and_says_so() -> None:
    home, every = Home(), timedelta(hours=24)
    home.see(fault("router"))
    first = Observation("later", START + every, START + every)
    assert remind(home.alerts, home.told, Observation("early", START, START + 23 * HOUR), every) == []
    (again,) = remind(home.alerts, home.told, first, every)
    assert (again.action, again.key, again.reminder) == ("trigger", "held/router", 1)
    assert document_of(again, "here", "live", "").title == "here: still held metrics.router"
    home.see()
    assert remind(home.alerts, home.told, first, every) == []


def test_no_two_messages_share_an_id_and_one_is_the_same_whenever_it_is_made() -> None:
    homes = Home(), Home()
    ids = []
    for home in homes:
        turns = [home.see(*([fault("router")] if turn % 2 == 0 else [])) for turn in range(4)]
        ids.append([notice.id for made in turns for notice in made.notices])
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == 4


def test_a_key_begins_with_the_name_of_the_set_up() -> None:
    (notice,) = Home().see(fault("router")).notices
    assert document_of(notice, "berlin", "live", "").dedup_key == "berlin/held/router"


def test_waits_double_up_to_a_limit_and_no_call_comes_before_its_time() -> None:
    waits = [next_try(tries, START) - START for tries in range(1, 40)]
    assert all(later in (2 * wait, LONGEST_WAIT) for wait, later in pairwise(waits))
    assert waits[0] == timedelta(seconds=1)
    assert waits[-1] == LONGEST_WAIT


@pytest.mark.parametrize(("asked", "wait"), [(120, 120), (0, 1), (10**6, 3600)])
def test_a_service_that_asks_for_patience_is_given_it_within_reason(asked: int, wait: int) -> None:
    assert next_try(1, START, timedelta(seconds=asked)) == START + timedelta(seconds=wait)
