"""From the outbox to the channels: in order, to each on its own, again until it is taken, and never twice."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from connectors.storage import home, noticeboard, outbox, warehouse
from connectors.storage.home import Home
from flows import notify, settings
from flows.channels import open_channels
from flows.notify import Teller
from flows.run import go_on
from tests.alerts.alerting import fault
from tests.receiver import DOWN, Receiver, listening
from tokenshare.alerting import Seen, plan
from tokenshare.alerts import Fault
from tokenshare.errors import UsageError

AT = datetime(2026, 7, 14, 6, tzinfo=UTC)
NOTHING = {"opened": 0, "resolved": 0, "undelivered": 0}


@dataclass
class Office:
    """A home with an outbox, whose clock is turned by hand, and one or two channels."""

    root: Path
    variables: dict[str, str]
    at: datetime = AT
    rests: list[float] = field(default_factory=list)

    @property
    def teller(self) -> Teller:
        found = settings.load({"TOKENSHARE_HOME": str(self.root), **self.variables})
        return Teller(found, open_channels(found), lambda: self.at, self.rests.append)

    def see(self, *faults: Fault) -> None:
        """A pass that sees these faults and finds all others well."""
        self.at += timedelta(minutes=5)
        with warehouse.open_warehouse(Home(self.root).warehouse) as connection:
            standing = outbox.read_open(connection)
            well = frozenset({alert.fault.id for alert in standing} - {one.id for one in faults})
            made = plan(standing, Seen(f"run-{self.at}", self.at, self.at, faults, well), outbox.read_told(connection))
            with warehouse.transaction(connection):
                outbox.keep(connection, made, f"run-{self.at}", self.at, self.teller.names)

    def deliver(self, by: bool = True, midway: Callable[[], None] = go_on) -> int:
        """One round; how many messages some channel has not taken after it."""
        teller = self.teller
        with warehouse.open_warehouse(Home(self.root).warehouse) as connection:
            notify._deliver(connection, teller, self.at if by else None, midway)
            return notify._count(connection, teller, "")["undelivered"]

    @property
    def board(self) -> dict[str, Any]:
        return noticeboard.read(Home(self.root))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as found:
        yield found


@pytest.fixture
def office(tmp_path: Path, receiver: Receiver) -> Office:
    home.claim(Home(tmp_path / "home"), "live")
    return Office(tmp_path / "home", {"TOKENSHARE_ALERT_WEBHOOK_URL": f"{receiver.url}/hook"})


def told(receiver: Receiver, path: str = "/hook") -> list[tuple[str, str]]:
    return [(action, key.removeprefix("tokenshare/")) for action, key in receiver.told(path)]


def test_a_fault_and_its_end_arrive_once_each(office: Office, receiver: Receiver) -> None:
    office.see(fault("router"))
    assert office.deliver() == office.deliver() == 0
    office.see()
    assert office.deliver() == office.deliver() == 0
    assert told(receiver) == [("trigger", "held/router"), ("resolve", "held/router")]
    assert office.rests == []


def test_a_receiver_that_is_down_is_tried_thrice_then_later_and_later(office: Office, receiver: Receiver) -> None:
    receiver.otherwise = DOWN
    office.see(fault("router"))
    tries = []
    for minutes in range(25):
        office.at += timedelta(minutes=minutes and 1)
        assert office.deliver() == 1
        tries.append(len(receiver.requests))
    assert tries[0] == 3
    assert office.rests[:2] == [0.5, 1.0]
    rounds = [minute for minute, (before, after) in enumerate(pairwise(tries)) if after > before]
    assert 6 < len(rounds) < 12
    assert rounds[-1] - rounds[-2] > rounds[1] - rounds[0]
    (message,) = office.board["messages"]
    assert (message["tries"], message["state"], message["said"]) == (tries[-1], "failed", "status 503")
    receiver.otherwise = (200, b"", {})
    assert office.deliver(by=False) == 0
    assert told(receiver) == [("trigger", "held/router")]


def test_what_is_over_before_it_could_be_told_is_told_in_its_order(office: Office, receiver: Receiver) -> None:
    receiver.otherwise = DOWN
    office.see(fault("router"))
    office.deliver()
    office.see()
    assert office.deliver() == 2
    receiver.otherwise = (200, b"", {})
    assert office.deliver(by=False) == 0
    assert told(receiver) == [("trigger", "held/router"), ("resolve", "held/router")]


def test_an_end_is_not_told_before_a_beginning_that_still_waits(office: Office, receiver: Receiver) -> None:
    receiver.answers = [(404, b"", {})] * 20
    office.see(fault("router"))
    for _ in range(12):
        office.deliver(by=False)
    receiver.answers = []
    office.see()
    assert office.deliver() == 2
    assert told(receiver) == []


def test_a_message_that_is_refused_does_not_stop_the_others(office: Office, receiver: Receiver) -> None:
    receiver.answers = [(200, b"invalid_payload", {})]
    office.see(fault("a"), fault("b"))
    assert office.deliver() == 1
    assert [one.document["dedup_key"] for one in receiver.requests] == ["tokenshare/held/a", "tokenshare/held/b"]
    (waiting,) = (message for message in office.board["messages"] if message["state"] != "delivered")
    assert (waiting["key"], waiting["said"]) == ("held/a", "status 200, and a body that tells of an error")


def test_a_channel_that_fails_stops_no_other(office: Office, receiver: Receiver) -> None:
    with listening(otherwise=DOWN) as broken:
        office.variables["TOKENSHARE_ALERT_CHANNELS"] = (
            f"broken=gotify://127.0.0.1:{broken.port}/token well=gotify://127.0.0.1:{receiver.port}/token"
        )
        office.see(fault("router"))
        assert office.deliver() == 1
        assert len(broken.requests) > 0
    assert len(receiver.taken("/hook")) == len(receiver.taken("/message")) == 1
    states = {channel["channel"]: channel["waiting_count"] for channel in office.board["channels"]}
    assert states == {"webhook": 0, "broken": 1, "well": 0}


def test_a_new_channel_hears_of_what_is_open_and_of_nothing_that_is_over(office: Office, receiver: Receiver) -> None:
    url = office.variables.pop("TOKENSHARE_ALERT_WEBHOOK_URL")
    office.see(fault("over"), fault("open"))
    office.see(fault("open"))
    assert office.deliver() == 0
    office.variables["TOKENSHARE_ALERT_WEBHOOK_URL"] = url
    assert office.deliver() == office.deliver() == 0
    office.see()
    assert office.deliver() == 0
    assert told(receiver) == [("trigger", "held/open"), ("resolve", "held/open")]


def test_a_channel_that_is_gone_is_owed_nothing(office: Office, receiver: Receiver) -> None:
    receiver.otherwise = DOWN
    office.see(fault("router"))
    assert office.deliver() == 1
    office.variables.clear()
    assert office.deliver() == 0


def test_many_messages_are_sent_some_at_a_time_and_none_is_lost(office: Office, receiver: Receiver) -> None:
    for number in range(25):
        office.see(*(fault(f"m{n}") for n in range(number + 1)))
    rounds = 0
    while office.deliver():
        rounds += 1
        assert len(receiver.requests) <= rounds * notify.MOST_MESSAGES
    assert rounds == 1
    assert told(receiver) == [("trigger", f"held/m{number}") for number in range(25)]


@pytest.mark.parametrize("wait", ["3", "600"])
def test_patience_that_is_asked_for_is_given(office: Office, receiver: Receiver, wait: str) -> None:
    receiver.otherwise = (429, b"", {"Retry-After": wait})
    office.see(fault("router"))
    office.deliver()
    assert (office.rests, len(receiver.requests)) == (([3.0, 3.0], 3) if wait == "3" else ([], 1))
    (message,) = office.board["messages"]
    assert datetime.fromisoformat(message["next_try_at"]) - office.at >= timedelta(seconds=float(wait))


def test_a_round_cut_off_between_sending_and_noting_it_sends_the_same_message_again(
    office: Office, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.see(fault("router"))
    with monkeypatch.context() as patch:
        patch.setattr("connectors.storage.outbox.record_delivery", lambda *_: pytest.fail("the power is gone"))
        with pytest.raises(pytest.fail.Exception):
            office.deliver()
    assert office.deliver() == 0
    first, second = (one.headers["Idempotency-Key"] for one in receiver.taken())
    assert first == second


def test_commands_deliver_list_and_test(office: Office, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    from typer.testing import CliRunner

    from flows.cli import app

    for name, value in {"TOKENSHARE_HOME": str(office.root), **office.variables}.items():
        monkeypatch.setenv(name, value)
    run: Callable[[Sequence[str]], Any] = lambda words: CliRunner().invoke(app, ["alerts", *words])  # noqa: E731
    office.see(fault("router"))
    said = run(["deliver", "--json"])
    assert (said.exit_code, json.loads(said.stdout)["alerts"]) == (0, NOTHING)
    listed = json.loads(run(["list", "--json"]).stdout)
    assert [one["key"] for one in listed["open"]] == ["held/router"]
    assert "held/router" in run(["list"]).stdout
    receiver.answers = [(200, b'{"ok": false}', {})]
    failed, taken = run(["test", "--json"]), run(["test"])
    (channel,) = json.loads(failed.stdout)["channels"]
    assert (failed.exit_code, channel["is_delivered"]) == (13, False)
    assert (taken.exit_code, "webhook" in taken.stdout) == (0, True)
    assert told(receiver)[-1] == ("trigger", "test")


def test_reminders_are_written_by_the_command_too(office: Office, receiver: Receiver) -> None:
    office.at = datetime.now(UTC) - timedelta(hours=30)
    office.see(fault("router"))
    office.deliver()
    assert notify.deliver_now(office.teller.settings)["undelivered"] == 0
    assert notify.deliver_now(office.teller.settings)["undelivered"] == 0
    assert [one.document["reminder"] for one in receiver.taken()] == [0, 1]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("ALERT_CHANNELS", "slack://canary-x", "number 1 in TOKENSHARE_ALERT_CHANNELS is not usable"),
        ("ALERT_CHANNELS", "gotify://h/t json://127.0.0.1/canary-x", "use TOKENSHARE_ALERT_WEBHOOK_URL"),
        ("ALERT_CHANNELS", "gotify://h/t gotify://h/canary-x", "two channels are called gotify"),
        ("ALERT_CHANNELS", "canary-x", "number 1 is not"),
        ("ALERT_WEBHOOK_URL", "http://example.com/canary-x", "plain http to another machine"),
        ("ALERT_WEBHOOK_URL", "https://canary-x@example.com/", "user or password"),
        ("HEARTBEAT_URL", "https://192.168.0.1/canary-x", "private"),
        ("ALERT_NAME", "Canary X", "TOKENSHARE_ALERT_NAME"),
    ],
)
def test_a_wrong_setting_is_told_without_repeating_a_secret(name: str, value: str, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        open_channels(settings.load({f"TOKENSHARE_{name}": value}))
    assert said in str(refused.value)
    assert "canary-x" not in str(refused.value)
