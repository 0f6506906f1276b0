"""Failing channels: each is tried again on its own, undelivered messages stay on record, an end is sent once."""

import socket
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from time import monotonic
from typing import Any

import pytest
from pydantic import SecretStr

from connectors.alerts.channel import DeliveryOutcome
from connectors.alerts.services import Service
from flows.stages import notify
from tests.alerts.alerting import Home, fault
from tests.alerts.documents import document
from tests.alerts.outbox_home import CANARY, OutboxHome, caller, outbox_home, receiver, send, told
from tests.alerts.test_services import SLACK, slack
from tests.receiver import DOWN, Receiver, listening
from tokenshare.alerting import CALM
from tokenshare.alerts import document_of

__all__ = ["outbox_home", "receiver", "slack"]
Record = Callable[[str, Any], None]
DAY = timedelta(days=1)


def test_a01_a_receiver_that_is_down_is_tried_thrice_then_later_and_later(
    outbox_home: OutboxHome, receiver: Receiver, record_property: Record
) -> None:
    """A webhook answering 503 for 25 minutes."""
    receiver.otherwise = DOWN
    outbox_home.see(fault("router"))
    tries = []
    for minutes in range(25):
        outbox_home.at += timedelta(minutes=minutes and 1)
        assert outbox_home.deliver() == 1
        tries.append(len(receiver.requests))
    assert tries[0] == 3
    assert outbox_home.rests[:2] == [0.5, 1.0]
    rounds = [minute for minute, (before, after) in enumerate(pairwise(tries)) if after > before]
    assert 6 < len(rounds) < 12
    assert rounds[-1] - rounds[-2] > rounds[1] - rounds[0]
    (message,) = outbox_home.board["messages"]
    assert (message["tries"], message["state"], message["said"]) == (tries[-1], "failed", "status 503")
    receiver.otherwise = (200, b"", {})
    assert outbox_home.deliver(by=False) == 0
    assert told(receiver) == [("trigger", "held/router")]
    record_property("observed", f"{tries[-1]} calls in {len(rounds)} rounds, then delivered once")


def test_a01_a_channel_that_fails_stops_no_other(
    outbox_home: OutboxHome, receiver: Receiver, record_property: Record
) -> None:
    """One of three channels answers 503."""
    with listening(otherwise=DOWN) as broken:
        outbox_home.variables["TOKENSHARE_ALERT_CHANNELS"] = (
            f"broken=gotify://127.0.0.1:{broken.port}/token well=gotify://127.0.0.1:{receiver.port}/token"
        )
        outbox_home.see(fault("router"))
        assert outbox_home.deliver() == 1
        assert len(broken.requests) > 0
    assert len(receiver.taken("/hook")) == len(receiver.taken("/message")) == 1
    states = {channel["channel"]: channel["waiting_count"] for channel in outbox_home.board["channels"]}
    assert states == {"webhook": 0, "broken": 1, "well": 0}
    record_property("observed", "two have it, one is owed it")


@pytest.mark.parametrize("wait", ["3", "600"])
def test_a01_patience_that_is_asked_for_is_given(
    outbox_home: OutboxHome, receiver: Receiver, wait: str, record_property: Record
) -> None:
    """429 with a Retry-After of 3 and of 600 seconds."""
    receiver.otherwise = (429, b"", {"Retry-After": wait})
    outbox_home.see(fault("router"))
    outbox_home.deliver()
    assert (outbox_home.rests, len(receiver.requests)) == (([3.0, 3.0], 3) if wait == "3" else ([], 1))
    (message,) = outbox_home.board["messages"]
    assert datetime.fromisoformat(message["next_try_at"]) - outbox_home.at >= timedelta(seconds=float(wait))
    record_property("observed", f"{len(receiver.requests)} calls, next not before {wait} s")


def test_a01_what_is_over_before_it_could_be_told_is_told_in_its_order(
    outbox_home: OutboxHome, receiver: Receiver, record_property: Record
) -> None:
    """A webhook down from the beginning of a fault to its end."""
    receiver.otherwise = DOWN
    outbox_home.see(fault("router"))
    outbox_home.deliver()
    outbox_home.see()
    assert outbox_home.deliver() == 2
    receiver.otherwise = (200, b"", {})
    assert outbox_home.deliver(by=False) == 0
    assert told(receiver) == [("trigger", "held/router"), ("resolve", "held/router")]
    record_property("observed", "trigger, then resolve")


def test_a02_many_messages_are_sent_some_at_a_time_and_none_is_lost(
    outbox_home: OutboxHome, receiver: Receiver, record_property: Record
) -> None:
    """Twenty-five faults, one after the other, before anything is sent."""
    for number in range(25):
        outbox_home.see(*(fault(f"m{n}") for n in range(number + 1)))
    rounds = 0
    while outbox_home.deliver():
        rounds += 1
        assert len(receiver.requests) <= rounds * notify.MOST_MESSAGES
    assert rounds == 1
    assert told(receiver) == [("trigger", f"held/m{number}") for number in range(25)]
    record_property(
        "observed", f"{len(receiver.requests)} messages, at most {notify.MOST_MESSAGES} a round, in their order"
    )


def test_a03_a_message_that_is_refused_does_not_stop_the_others(
    outbox_home: OutboxHome, receiver: Receiver, record_property: Record
) -> None:
    """The first of two messages is answered 200 and `invalid_payload`."""
    receiver.answers = [(200, b"invalid_payload", {})]
    outbox_home.see(fault("a"), fault("b"))
    assert outbox_home.deliver() == 1
    assert [one.document["dedup_key"] for one in receiver.requests] == ["tokenshare/held/a", "tokenshare/held/b"]
    (waiting,) = (message for message in outbox_home.board["messages"] if message["state"] != "delivered")
    assert (waiting["key"], waiting["said"]) == ("held/a", "status 200, and a body that tells of an error")
    record_property("observed", f"one taken, one owed: {waiting['said']}")


def test_a04_a_fault_and_its_end_arrive_once_each(
    outbox_home: OutboxHome, receiver: Receiver, record_property: Record
) -> None:
    """A fault and its end, with rounds of delivery between."""
    outbox_home.see(fault("router"))
    assert outbox_home.deliver() == outbox_home.deliver() == 0
    outbox_home.see()
    assert outbox_home.deliver() == outbox_home.deliver() == 0
    assert told(receiver) == [("trigger", "held/router"), ("resolve", "held/router")]
    assert outbox_home.rests == []
    record_property("observed", "one trigger, one resolve, one key")


def test_a04_an_end_is_not_told_before_a_beginning_that_still_waits(
    outbox_home: OutboxHome, receiver: Receiver, record_property: Record
) -> None:
    """A beginning refused twelve times."""
    receiver.answers = [(404, b"", {})] * 20
    outbox_home.see(fault("router"))
    for _ in range(12):
        outbox_home.deliver(by=False)
    receiver.answers = []
    outbox_home.see()
    assert outbox_home.deliver() == 2
    assert told(receiver) == []
    record_property("observed", "the resolve waits with its trigger")


def test_a01_a_receiver_that_hangs_or_drips_is_left_at_the_deadline(record_property: Record) -> None:
    """A receiver that thinks for 3 s, and one that answers in drips, under a deadline of 0.5 s."""
    for options in ({"seconds": 3.0}, {"drips": True, "otherwise": (200, b"o" * 40, {})}):
        with listening(**options) as receiver:
            begun = monotonic()
            outcome = send(receiver, seconds=0.5)
            assert monotonic() - begun < 2.5
            assert outcome.state == "unreachable", options
    record_property("observed", "unreachable after half a second")


def test_a01_nobody_there_and_no_tls(record_property: Record) -> None:
    """A port without a listener, and one without TLS."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        assert caller(f"http://127.0.0.1:{free.getsockname()[1]}/{CANARY}").call("POST").answer == "no connection"
    with listening() as plain:
        found = caller(f"https://127.0.0.1:{plain.port}/{CANARY}").call("POST")
    assert found == DeliveryOutcome("unreachable", "no connection, or no certificate that is trusted")
    record_property("observed", "no connection; no certificate that is trusted")


@pytest.mark.parametrize(
    ("answer", "state", "is_final", "said"),
    [
        ((200, b"", {}), "delivered", False, ""),
        ((202, b'{"ok": true}', {}), "delivered", False, ""),
        ((200, b'{"status": "success", "errors": []}', {}), "delivered", False, ""),
        ((200, b"Message accepted, 1 receiver", {}), "delivered", False, ""),
        ((200, b"invalid_payload", {}), "refused", True, "a body that tells of an error"),
        ((200, b"no_service", {}), "refused", True, "a body that tells of an error"),
        ((200, b'{"ok": false, "error": "invalid_auth"}', {}), "refused", True, "a body that tells of an error"),
        ((200, b'{"status": "invalid event"}', {}), "refused", True, "a body that tells of an error"),
        ((200, b'{"errors": ["x"]}', {}), "refused", True, "a body that tells of an error"),
        ((200, b"<!doctype html><html>log in", {}), "refused", True, "a body that tells of an error"),
        ((500, b"", {}), "refused", False, "status 500"),
        ((429, b"", {"Retry-After": "7"}), "refused", False, "status 429"),
        ((404, b"", {}), "refused", True, "status 404"),
    ],
)
def test_a03_what_counts_as_taken(
    receiver: Receiver,
    answer: tuple[int, bytes, dict[str, str]],
    state: str,
    is_final: bool,
    said: str,
    record_property: Record,
) -> None:
    """Answers of every status, and some of 200 with an error in the body."""
    receiver.otherwise = answer
    outcome = send(receiver)
    assert (outcome.state, outcome.is_final) == (state, is_final)
    assert said in outcome.answer
    assert outcome.wait_seconds == (7 if "Retry-After" in answer[2] else 0)
    record_property("observed", f"{outcome.state} {outcome.answer}".strip())


@pytest.mark.parametrize("answer", [(200, b"invalid_payload", {}), (400, b"invalid_payload", {}), (500, b"", {})])
def test_a03_slack_that_says_no_has_not_taken_it(
    slack: Receiver, answer: tuple[int, bytes, dict[str, str]], record_property: Record
) -> None:
    """Slack answers 200, 400 and 500, and no."""
    slack.otherwise = answer
    outcome = Service("slack", SecretStr(SLACK)).send(document())
    assert outcome.state == "refused"
    assert CANARY not in repr(outcome)
    record_property("observed", outcome.answer[:60])


def test_a01_a_service_that_hangs_is_left_behind(record_property: Record) -> None:
    """A service answering after 5 s, under a deadline of 0.5 s."""
    with listening(seconds=5.0) as slow:
        begun = monotonic()
        outcome = Service("gotify", SecretStr(f"gotify://127.0.0.1:{slow.port}/{CANARY}"), seconds=0.5).send(document())
        assert monotonic() - begun < 3
    assert (outcome.state, outcome.answer) == ("unreachable", "no answer within 0.5 s")
    record_property("observed", outcome.answer)


@pytest.mark.threat("X22")
def test_a02_a_thousand_faults_at_once_are_one_alert_and_all_on_record(record_property: Record) -> None:
    """A thousand faults in one pass."""
    home, many = Home(), [fault(f"m{number}") for number in range(1000)]
    (notice,) = home.see(*many).notices
    assert (notice.action, notice.key, len(notice.faults)) == ("trigger", "flood/run-1", 1000)
    assert {alert.fault.id for alert in home.alerts} == {one.id for one in many}
    assert document_of(notice, "here", "live", "").title == "here: held metrics.m0 and 999 more"
    assert home.say(*many[1:]) == []
    assert len(home.alerts) == 999
    assert home.say(*many[:1]) == [("trigger", "held/m0"), ("resolve", "flood/run-1")]
    assert home.say() == [("resolve", "held/m0")]
    record_property("observed", "one message, a thousand on record, ended one by one")


def test_a04_faults_of_one_key_are_one_alert_until_the_last_is_over(record_property: Record) -> None:
    """Several faults of one cause, over one after the other."""
    home, one, two, three = Home(), *(fault(id, "held/router") for id in ("a", "b", "c"))
    (notice,) = home.see(one, two).notices
    assert [told.id for told in notice.faults] == ["a", "b"]
    assert home.say(two, three) == []
    assert home.say(three) == []
    assert home.say() == [("resolve", "held/router")]
    record_property("observed", "one trigger, one resolve with the last")


def test_g03_a_gate_that_flaps_is_told_at_its_transitions_until_it_is_calm(record_property: Record) -> None:
    """A gate shutting and opening twelve times in as many hours."""
    home, bad = Home(), fault("router")
    said = [home.say(bad) if turn % 2 == 0 else home.say() for turn in range(12)]
    assert [len(one) for one in said] == [1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0]
    assert all(alert.is_flapping for alert in home.alerts)
    calm = [home.say() for _ in range(CALM)]
    assert [one for one in calm if one] == [[("resolve", "held/router")]]
    assert home.alerts == ()
    record_property("observed", "5 messages, then none until three calm passes")


def test_g03_a_fault_of_every_other_day_is_told_each_time(record_property: Record) -> None:
    """A gate shutting every other day."""
    home, bad = Home(apart=DAY), fault("router")
    said = [home.say(bad) if turn % 2 == 0 else home.say() for turn in range(8)]
    assert [len(one) for one in said] == [1] * 8
    record_property("observed", "told each time: that is no flapping")
