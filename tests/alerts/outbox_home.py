"""A home with an outbox, a receiver that may fail, and the messages between them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from connectors.alerts.channel import DeliveryOutcome
from connectors.alerts.webhook import Caller, Webhook
from connectors.storage import home, warehouse
from connectors.storage.alert_log import alert_status, outbox
from connectors.storage.home import Home
from flows import settings
from flows.setup.channels import open_channels
from flows.stages import notify
from flows.stages.notify import Notifier
from tests.alerts.documents import document
from tests.receiver import Receiver, listening
from tokenshare.alerting import Observation, plan
from tokenshare.alerts import Fault
from tokenshare.noop import noop

AT = datetime(2026, 7, 14, 6, tzinfo=UTC)
CANARY = "canary-8c53f0a1"


@dataclass
class OutboxHome:
    """A home with an outbox, a clock turned by hand, and one or two channels."""

    root: Path
    variables: dict[str, str]
    at: datetime = AT
    rests: list[float] = field(default_factory=list)

    @property
    def teller(self) -> Notifier:
        found = settings.load({"TOKENSHARE_HOME": str(self.root), **self.variables})
        return Notifier(found, open_channels(found), lambda: self.at, self.rests.append)

    def see(self, *faults: Fault) -> None:
        """A pass with these faults, and all others gone."""
        self.at += timedelta(minutes=5)
        with warehouse.open_warehouse(Home(self.root).warehouse) as connection:
            standing = outbox.read_open(connection)
            well = frozenset({alert.fault.id for alert in standing} - {one.id for one in faults})
            made = plan(
                standing, Observation(f"run-{self.at}", self.at, self.at, faults, well), outbox.read_sent(connection)
            )
            with warehouse.transaction(connection):
                outbox.store(connection, made, f"run-{self.at}", self.at, self.teller.names)

    def deliver(self, by: bool = True, midway: Callable[[], None] = noop) -> int:
        """One round; how many messages some channel has not taken after it."""
        teller = self.teller
        with warehouse.open_warehouse(Home(self.root).warehouse) as connection:
            notify._deliver(connection, teller, self.at if by else None, midway)
            return notify._count(connection, teller, "")["undelivered"]

    @property
    def board(self) -> dict[str, Any]:
        return alert_status.read(Home(self.root))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as found:
        yield found


@pytest.fixture
def outbox_home(tmp_path: Path, receiver: Receiver) -> OutboxHome:
    home.initialise(Home(tmp_path / "home"), "live")
    return OutboxHome(tmp_path / "home", {"TOKENSHARE_ALERT_WEBHOOK_URL": f"{receiver.url}/hook"})


def told(receiver: Receiver, path: str = "/hook") -> list[tuple[str, str]]:
    return [(action, key.removeprefix("tokenshare/")) for action, key in receiver.told(path)]


def caller(url: str, seconds: float = 10.0) -> Caller:
    return Caller(SecretStr(url), seconds)


def send(receiver: Receiver, seconds: float = 10.0) -> DeliveryOutcome:
    return Webhook(caller(f"{receiver.url}/{CANARY}?token={CANARY}", seconds)).send(document())
