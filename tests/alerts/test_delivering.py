"""From the outbox to the channels: in order, to each on its own, again until it is taken, and never twice."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from flows import notify, settings
from flows.channels import open_channels
from tests.alerts.alerting import fault
from tests.alerts.office import Office, office, receiver, told
from tests.receiver import DOWN, Receiver
from tokenshare.errors import UsageError

__all__ = ["office", "receiver"]
NOTHING = {"opened": 0, "resolved": 0, "undelivered": 0}


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


def test_a_round_cut_off_between_sending_and_noting_it_sends_the_same_message_again(
    office: Office, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.see(fault("router"))
    with monkeypatch.context() as patch:
        patch.setattr(
            "connectors.storage.alert_log.outbox.record_delivery", lambda *_: pytest.fail("the power is gone")
        )
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
