"""Stage 12: what the outbox holds, carried to every channel; and the heartbeat after a pass that ended well."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import sleep
from typing import Any

from connectors import lock
from connectors.alerts.channel import Channel, DeliveryOutcome
from connectors.alerts.webhook import Caller
from connectors.lock import Owner
from connectors.storage import warehouse
from connectors.storage.alert_log import alert_status, outbox
from connectors.storage.alert_log.outbox import PendingDelivery
from connectors.storage.home import Home, describe
from connectors.storage.warehouse import Connection, fencing, runs
from flows.settings import Settings, name_of
from flows.setup import Progress
from flows.setup.channels import open_channels
from flows.setup.clock import new_run_id, now
from flows.setup.context import PassContext
from flows.stages.alert_rules import plan_failure_alerts
from tokenshare.alerting import Observation, inform, remind
from tokenshare.alerts import Fault, Notice, document_of, notice_of
from tokenshare.errors import UsageError
from tokenshare.noop import noop

QUICK_WAITS = (0.5, 1.0)  # seconds between the tries of one round
MOST_WAIT = 5.0  # what another side may ask for within a round
MOST_MESSAGES = 20  # to one channel in one round; the others wait for the next
AlertCounts = dict[str, int]


@dataclass(frozen=True)
class Notifier:
    """Who tells whom, and by which clock."""

    settings: Settings
    channels: tuple[Channel, ...]
    clock: Callable[[], datetime] = now
    rest: Callable[[float], None] = sleep

    @property
    def names(self) -> list[str]:
        return [channel.name for channel in self.channels]

    @property
    def home(self) -> Home:
        return Home(self.settings.home)


def notify(run: PassContext) -> AlertCounts:
    """Delivers what is due. A channel that fails stops nobody: its messages stay, and are tried again."""
    teller = Notifier(run.settings, run.channels, run.clock)
    with fencing.open_fenced(run.home.warehouse, run.fence) as connection:
        with run.checkpoint("alert") as midway:
            _deliver(connection, teller, teller.clock(), midway)
        return _count(connection, teller, run.id)


def deliver_now(settings: Settings) -> AlertCounts:
    """Delivers without a pass, whatever its waiting time; what is open for long enough is told again."""
    teller, at = Notifier(settings, open_channels(settings)), now()
    run_id = new_run_id(at)
    with lock.acquire(teller.home.lock, run_id, now), warehouse.open_warehouse(teller.home.warehouse) as connection:
        seen = Observation(run_id, at, at)
        due = remind(outbox.read_open(connection), outbox.read_told(connection), seen, settings.alert_repeat)
        with warehouse.transaction(connection):
            outbox.write(connection, due, teller.names)
        _deliver(connection, teller, None, noop)
        return _count(connection, teller, run_id)


def alert_failure(settings: Settings, run_id: str, as_of: datetime, error: Exception, fence: int) -> None:
    """Puts on record that a pass did not get through, and tells of it; the caller holds the home
    under that fencing number."""
    teller = Notifier(settings, open_channels(settings))
    with fencing.open_fenced(teller.home.warehouse, fence) as connection:
        at = teller.clock()
        plan = plan_failure_alerts(connection, run_id, as_of, at, error)
        with warehouse.transaction(connection):
            outbox.store(connection, plan, run_id, at, teller.names)
        _deliver(connection, teller, at, noop)
        _count(connection, teller, run_id)


def alert_stale_lock(settings: Settings, run_id: str, holder: Owner) -> None:
    """Tells once that a pass which holds the home is not heard; on no record, for the database is that pass's."""
    teller, at = Notifier(settings, open_channels(settings)), now()
    if runs.is_alerted(teller.home.skipped, holder.run_id):
        return
    fault = Fault(
        id=f"unheard/{holder.run_id}",
        kind="skipped",
        subject=holder.run_id,
        since=at,
        runbook="pass_skipped",
        reason=f"pid {holder.pid} on {holder.host} holds the home and is not heard",
    )
    (notice,) = inform("unheard", [fault], Observation(run_id, at, at))
    outcomes = [attempt(channel, notice, teller)[0] for channel in teller.channels]
    if any(outcome.is_delivered for outcome in outcomes):
        runs.mark_alerted(teller.home.skipped, holder.run_id)


def send_test(settings: Settings) -> list[dict[str, Any]]:
    """One message to every channel, on no record; for each whether it was taken, and what it said.

    Raises UsageError where there is no channel.
    """
    teller, at = Notifier(settings, open_channels(settings)), now()
    if not teller.channels:
        raise UsageError("no channel is set up", f"set {name_of('alert_webhook_url')} or {name_of('alert_channels')}")
    fault = Fault(
        id="test",
        kind="test",
        subject=settings.alert_name,
        reason="somebody asked whether alerts arrive",
        since=at,
        runbook="alert_undelivered",
    )
    notice = notice_of("trigger", "test", [fault], Observation(new_run_id(at), at, at))
    found = ((channel.name, attempt(channel, notice, teller)[0]) for channel in teller.channels)
    return [{"channel": name, "is_delivered": one.is_delivered, "said": one.said} for name, one in found]


def beat(settings: Settings, progress: Progress) -> None:
    """Calls the heartbeat's address, where there is one; that it did not answer is told, and is no fault of a pass."""
    if settings.heartbeat_url:
        outcome = Caller(settings.heartbeat_url).call("GET")
        if not outcome.is_delivered:
            progress(f"the heartbeat was not taken: {outcome.said}")


def attempt(channel: Channel, notice: Notice, teller: Notifier) -> tuple[DeliveryOutcome, int]:
    """One round of tries; what came of the last one, and how many there were."""
    origin = str((describe(teller.home) or {}).get("origin", "live"))
    document = document_of(notice, teller.settings.alert_name, origin, teller.settings.alert_runbooks)
    tries = 0
    for wait in (*QUICK_WAITS, None):
        outcome, tries = channel.send(document), tries + 1
        if outcome.is_delivered or outcome.is_final or wait is None or outcome.wait_seconds > MOST_WAIT:
            break
        teller.rest(max(wait, outcome.wait_seconds))
    return outcome, tries


def _deliver(connection: Connection, teller: Notifier, by: datetime | None, midway: Callable[[], None]) -> None:
    """One round; without `by` nothing waits for its time. What is told of one key keeps its order."""
    outbox.owe_newcomers(connection, teller.names, by or teller.clock())
    waiting = [
        (channel, owed)
        for channel in teller.channels
        for owed in outbox.read_owed(connection, channel.name)[:MOST_MESSAGES]
    ]
    if not waiting:
        midway()
    stuck: set[tuple[str, str]] = set()  # (channel, key) that has to wait, and (channel, "") that is not there
    for number, (channel, owed) in enumerate(waiting):
        if by and owed.next_try_at > by:
            stuck.add((channel.name, owed.notice.key))
        if not {(channel.name, ""), (channel.name, owed.notice.key)} & stuck:
            stuck |= _deliver_one(connection, teller, channel, owed)
        if number == 0:
            midway()


def _deliver_one(
    connection: Connection, teller: Notifier, channel: Channel, owed: PendingDelivery
) -> set[tuple[str, str]]:
    outcome, tries = attempt(channel, owed.notice, teller)
    if outcome.is_delivered:
        outbox.record_delivery(connection, owed.notice.id, channel.name, teller.clock())
        return set()
    asked = timedelta(seconds=outcome.wait_seconds)
    outbox.record_failure(connection, owed, channel.name, outcome.said, tries, teller.clock(), asked)
    return {(channel.name, owed.notice.key if outcome.is_final else "")}


def _count(connection: Connection, teller: Notifier, run_id: str) -> AlertCounts:
    alert_status.write(connection, teller.home, teller.clock(), teller.names)
    return outbox.count(connection, run_id, teller.names)
