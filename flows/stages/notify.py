"""Stage 12: deliver the outbox to every channel; call the heartbeat address after a pass with all alerts delivered."""

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
from connectors.storage.home import Home, kind_of
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

QUICK_WAITS = (0.5, 1.0)  # seconds between the attempts of one round
MOST_WAIT = 5.0  # seconds; the longest Retry-After waited for within a round
MOST_MESSAGES = 20  # per channel and round; the others wait for the next round
AlertCounts = dict[str, int]


@dataclass(frozen=True)
class Notifier:
    """The settings, channels and clock of a delivery."""

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
    """Deliver due messages. A failing channel stops no other: its messages stay and are retried."""
    notifier = Notifier(run.settings, run.channels, run.clock)
    with fencing.open_fenced(run.home.warehouse, run.fence) as connection:
        with run.checkpoint("alert") as midway:
            _deliver(connection, notifier, notifier.clock(), midway)
        return _count(connection, notifier, run.id)


def deliver_now(settings: Settings) -> AlertCounts:
    """Deliver without a pass and without regard to retry times; send due reminders too."""
    notifier, at = Notifier(settings, open_channels(settings)), now()
    run_id = new_run_id(at)
    with lock.acquire(notifier.home.lock, run_id, now), warehouse.open_warehouse(notifier.home.warehouse) as connection:
        seen = Observation(run_id, at, at)
        due = remind(outbox.read_open(connection), outbox.read_sent(connection), seen, settings.alert_repeat)
        with warehouse.transaction(connection):
            outbox.write(connection, due, notifier.names)
        _deliver(connection, notifier, None, noop)
        return _count(connection, notifier, run_id)


def alert_failure(settings: Settings, run_id: str, as_of: datetime, error: Exception, fence: int) -> None:
    """Record the failure of a pass and alert people; the caller owns the home under that fencing number."""
    notifier = Notifier(settings, open_channels(settings))
    with fencing.open_fenced(notifier.home.warehouse, fence) as connection:
        at = notifier.clock()
        plan = plan_failure_alerts(connection, run_id, as_of, at, error)
        with warehouse.transaction(connection):
            outbox.store(connection, plan, run_id, at, notifier.names)
        _deliver(connection, notifier, at, noop)
        _count(connection, notifier, run_id)


def alert_stale_lock(settings: Settings, run_id: str, owner: Owner) -> None:
    """Alert once about an owner without heartbeats; unrecorded, for the database belongs to that owner."""
    notifier, at = Notifier(settings, open_channels(settings)), now()
    if runs.is_alerted(notifier.home.skipped, owner.run_id):
        return
    fault = Fault(
        id=f"unheard/{owner.run_id}",
        kind="skipped",
        subject=owner.run_id,
        since=at,
        runbook="pass_skipped",
        reason=f"pid {owner.pid} on {owner.host} owns the home and sends no heartbeat",
    )
    (notice,) = inform("unheard", [fault], Observation(run_id, at, at))
    outcomes = [attempt(channel, notice, notifier)[0] for channel in notifier.channels]
    if any(outcome.is_delivered for outcome in outcomes):
        runs.mark_alerted(notifier.home.skipped, owner.run_id)


def send_test(settings: Settings) -> list[dict[str, Any]]:
    """Send one message to every channel, unrecorded; return each channel's outcome and answer.

    Raises UsageError if there is no channel.
    """
    notifier, at = Notifier(settings, open_channels(settings)), now()
    if not notifier.channels:
        raise UsageError("no channel is set up", f"set {name_of('alert_webhook_url')} or {name_of('alert_channels')}")
    fault = Fault(
        id="test",
        kind="test",
        subject=settings.alert_name,
        reason="a person asked for this test of the channels",
        since=at,
        runbook="alert_undelivered",
    )
    notice = notice_of("trigger", "test", [fault], Observation(new_run_id(at), at, at))
    found = ((channel.name, attempt(channel, notice, notifier)[0]) for channel in notifier.channels)
    return [{"channel": name, "is_delivered": outcome.is_delivered, "said": outcome.answer} for name, outcome in found]


def beat(settings: Settings, progress: Progress) -> None:
    """Call the heartbeat address, if one is set. A failed call is reported, and is not a fault of the pass."""
    if settings.heartbeat_url:
        outcome = Caller(settings.heartbeat_url).call("GET")
        if not outcome.is_delivered:
            progress(f"the heartbeat failed: {outcome.answer}")


def attempt(channel: Channel, notice: Notice, notifier: Notifier) -> tuple[DeliveryOutcome, int]:
    """Make one round of attempts; return the outcome of the last one and their number."""
    origin = kind_of(notifier.home)
    document = document_of(notice, notifier.settings.alert_name, origin, notifier.settings.alert_runbooks)
    tries = 0
    for wait in (*QUICK_WAITS, None):
        outcome, tries = channel.send(document), tries + 1
        if outcome.is_delivered or outcome.is_final or wait is None or outcome.wait_seconds > MOST_WAIT:
            break
        notifier.rest(max(wait, outcome.wait_seconds))
    return outcome, tries


def _deliver(connection: Connection, notifier: Notifier, by: datetime | None, midway: Callable[[], None]) -> None:
    """Deliver one round; without `by` no message waits for its time. Messages of one key keep their order."""
    outbox.owe_newcomers(connection, notifier.names, by or notifier.clock())
    waiting = [
        (channel, owed)
        for channel in notifier.channels
        for owed in outbox.read_owed(connection, channel.name)[:MOST_MESSAGES]
    ]
    if not waiting:
        midway()
    stuck: set[tuple[str, str]] = set()  # (channel, key): that key has to wait; (channel, ""): the channel is down
    for number, (channel, owed) in enumerate(waiting):
        if by and owed.next_try_at > by:
            stuck.add((channel.name, owed.notice.key))
        if not {(channel.name, ""), (channel.name, owed.notice.key)} & stuck:
            stuck |= _deliver_one(connection, notifier, channel, owed)
        if number == 0:
            midway()


def _deliver_one(
    connection: Connection, notifier: Notifier, channel: Channel, owed: PendingDelivery
) -> set[tuple[str, str]]:
    outcome, tries = attempt(channel, owed.notice, notifier)
    if outcome.is_delivered:
        outbox.record_delivery(connection, owed.notice.id, channel.name, notifier.clock())
        return set()
    asked = timedelta(seconds=outcome.wait_seconds)
    outbox.record_failure(connection, owed, channel.name, outcome.answer, tries, notifier.clock(), asked)
    return {(channel.name, owed.notice.key if outcome.is_final else "")}


def _count(connection: Connection, notifier: Notifier, run_id: str) -> AlertCounts:
    alert_status.write(connection, notifier.home, notifier.clock(), notifier.names)
    return outbox.count(connection, run_id, notifier.names)
