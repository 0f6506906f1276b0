"""From the outbox to the channels: in order, to each on its own, again until it is taken, and never twice."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from flows import settings
from flows.setup.channels import open_channels
from flows.stages import notify
from tests.alerts.alerting import fault
from tests.alerts.outbox_home import OutboxHome, outbox_home, receiver, told
from tests.receiver import DOWN, Receiver
from tokenshare.errors import UsageError

__all__ = ["outbox_home", "receiver"]
NOTHING = {"opened": 0, "resolved": 0, "undelivered": 0}


def test_a_new_channel_hears_of_what_is_open_and_of_nothing_that_is_over(
    outbox_home: OutboxHome, receiver: Receiver
) -> None:
    url = outbox_home.variables.pop("TOKENSHARE_ALERT_WEBHOOK_URL")
    outbox_home.see(fault("over"), fault("open"))
    outbox_home.see(fault("open"))
    assert outbox_home.deliver() == 0
    outbox_home.variables["TOKENSHARE_ALERT_WEBHOOK_URL"] = url
    assert outbox_home.deliver() == outbox_home.deliver() == 0
    outbox_home.see()
    assert outbox_home.deliver() == 0
    assert told(receiver) == [("trigger", "held/open"), ("resolve", "held/open")]


def test_a_channel_that_is_gone_is_owed_nothing(outbox_home: OutboxHome, receiver: Receiver) -> None:
    receiver.otherwise = DOWN
    outbox_home.see(fault("router"))
    assert outbox_home.deliver() == 1
    outbox_home.variables.clear()
    assert outbox_home.deliver() == 0


def test_a_round_cut_off_between_sending_and_noting_it_sends_the_same_message_again(
    outbox_home: OutboxHome, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox_home.see(fault("router"))
    with monkeypatch.context() as patch:
        patch.setattr(
            "connectors.storage.alert_log.outbox.record_delivery", lambda *_: pytest.fail("the power is gone")
        )
        with pytest.raises(pytest.fail.Exception):
            outbox_home.deliver()
    assert outbox_home.deliver() == 0
    first, second = (one.headers["Idempotency-Key"] for one in receiver.taken())
    assert first == second


def test_commands_deliver_list_and_test(
    outbox_home: OutboxHome, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    from typer.testing import CliRunner

    from flows.cli.commands import app

    for name, value in {"TOKENSHARE_HOME": str(outbox_home.root), **outbox_home.variables}.items():
        monkeypatch.setenv(name, value)
    run: Callable[[Sequence[str]], Any] = lambda words: CliRunner().invoke(app, ["alerts", *words])  # noqa: E731
    outbox_home.see(fault("router"))
    said = run(["deliver", "--json"])
    assert (said.exit_code, json.loads(said.stdout)["alerts"]) == (0, NOTHING)
    listed = json.loads(run(["list", "--json"]).stdout)
    (held,) = listed["open"]
    assert (held["key"], held["runbook"]) == ("held/router", "completeness.md#other_rows")
    assert "held/router" in run(["list"]).stdout
    receiver.answers = [(200, b'{"ok": false}', {})]
    failed, taken = run(["test", "--json"]), run(["test"])
    (channel,) = json.loads(failed.stdout)["channels"]
    assert (failed.exit_code, channel["is_delivered"]) == (13, False)
    assert (taken.exit_code, "webhook" in taken.stdout) == (0, True)
    assert told(receiver)[-1] == ("trigger", "test")


def test_reminders_are_written_by_the_command_too(outbox_home: OutboxHome, receiver: Receiver) -> None:
    outbox_home.at = datetime.now(UTC) - timedelta(hours=30)
    outbox_home.see(fault("router"))
    outbox_home.deliver()
    assert notify.deliver_now(outbox_home.teller.settings)["undelivered"] == 0
    assert notify.deliver_now(outbox_home.teller.settings)["undelivered"] == 0
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
