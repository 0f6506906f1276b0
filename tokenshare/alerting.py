"""Rules for opening, repeating and closing alerts, from the open alerts and the observation of a pass; pure.

A fault opens an alert at once; one pass without it closes the alert. A fault coming back again and again within half
a day flaps: its alert stays open until several passes in a row are without it, or people would get a message for each
turn. Many faults beginning at once share one message. Flapping is measured by the as-of of the passes, repetition by
the clock.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tokenshare.alerts import Action, Fault, Notice, notice_of

MOST_AT_ONCE = 5  # keys beginning in one pass; more are one flood
FLAP_WINDOW = timedelta(hours=12)
FLAPS = 2  # beginnings within the window; with one more the alert flaps
CALM = 3  # passes in a row without a flapping fault before it is over
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=1), timedelta(minutes=30)
FLOOD = "flood/"


@dataclass(frozen=True)
class Observation:
    """The faults found by a pass, failed or not, and the recorded faults it found gone."""

    run_id: str
    as_of: datetime
    at: datetime
    faults: tuple[Fault, ...] = ()
    well: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Alert:
    """A fault on record. `well_count` is the number of passes in a row without it."""

    fault: Fault
    opened_at: datetime
    well_count: int = 0
    is_flapping: bool = False

    @property
    def key(self) -> str:
        return self.fault.key

    @property
    def is_over(self) -> bool:
        return self.well_count >= (CALM if self.is_flapping else 1)


@dataclass(frozen=True)
class SentNotice:
    """A message written earlier."""

    key: str
    action: Action
    reminder: int
    as_of: datetime
    at: datetime


@dataclass(frozen=True)
class AlertPlan:
    """Open alerts, resolved alerts, and the messages about both, for a pass to record."""

    alerts: tuple[Alert, ...] = ()
    resolved: tuple[Alert, ...] = ()
    notices: tuple[Notice, ...] = ()


def plan(standing: Sequence[Alert], seen: Observation, sent: Sequence[SentNotice]) -> AlertPlan:
    """One message for each beginning or ending key; none for a lasting one."""
    faults = {fault.id: fault for fault in seen.faults}
    carried = [_carried(alert, faults.get(alert.fault.id), seen.well) for alert in standing]
    known, before = {alert.fault.id for alert in standing}, {alert.key for alert in standing}
    opened = [Alert(fault, seen.as_of) for fault in seen.faults if fault.id not in known]
    lasting = [alert for alert in carried if not alert.is_over]
    begun = {alert.key for alert in (*lasting, *opened)} - before
    current = [_begun(alert, begun, sent, seen) for alert in (*lasting, *opened)]
    begins = sorted({alert.key for alert in current} - before)
    ends = sorted(before - {alert.key for alert in current})
    triggers = [_notice("trigger", key, current, seen) for key in begins]
    resolves = [_notice("resolve", key, standing, seen) for key in ends]
    return AlertPlan(tuple(current), tuple(alert for alert in carried if alert.is_over), (*triggers, *resolves))


def remind(alerts: Sequence[Alert], sent: Sequence[SentNotice], seen: Observation, every: timedelta) -> list[Notice]:
    """A message for each open key whose newest message is at least `every` old."""
    newest = {notice.key: notice for notice in sorted(sent, key=lambda notice: notice.at)}
    due = sorted(
        key
        for key in {alert.key for alert in alerts}
        if key in newest and newest[key].action == "trigger" and seen.at - newest[key].at >= every
    )
    return [_notice("trigger", key, alerts, seen, newest[key].reminder + 1) for key in due]


def inform(key: str, faults: Sequence[Fault], seen: Observation) -> list[Notice]:
    """One message about an event: it opens no alert, so no resolve follows."""
    return [notice_of("inform", f"{key}/{seen.run_id}", faults, seen)] if faults else []


def next_try(rounds: int, at: datetime, asked: timedelta = timedelta()) -> datetime:
    """The moment of the next try: the wait doubles after each round, and is never shorter than the channel asks."""
    wait = min(LONGEST_WAIT, FIRST_WAIT * (1 << min(max(rounds - 1, 0), 20)))
    return at + max(wait, min(asked, timedelta(hours=1)))


def _carried(alert: Alert, fault: Fault | None, well: frozenset[str]) -> Alert:
    """A standing alert after one more pass; an alert of a flood stays in it."""
    if fault is not None:
        key = alert.key if alert.key.startswith(FLOOD) else fault.key
        newest = fault.model_copy(update={"key": key, "since": min(fault.since, alert.fault.since)})
        return replace(alert, fault=newest, well_count=0)
    return replace(alert, well_count=alert.well_count + 1) if alert.fault.id in well else alert


def _begun(alert: Alert, begun: set[str], sent: Sequence[SentNotice], seen: Observation) -> Alert:
    """A new alert: part of a flood if many begin together, flapping if it began before today."""
    if alert.key not in begun:
        return alert
    if len(begun) > MOST_AT_ONCE:
        return replace(alert, fault=alert.fault.model_copy(update={"key": f"{FLOOD}{seen.run_id}"}))
    return replace(alert, is_flapping=alert.is_flapping or _flaps(alert.key, sent, seen.as_of))


def _flaps(key: str, sent: Iterable[SentNotice], as_of: datetime) -> bool:
    first = (notice for notice in sent if notice.key == key and notice.action == "trigger" and not notice.reminder)
    return sum(as_of - notice.as_of <= FLAP_WINDOW for notice in first) >= FLAPS


def _notice(action: Action, key: str, alerts: Sequence[Alert], seen: Observation, reminder: int = 0) -> Notice:
    concerned = [alert for alert in alerts if alert.key == key]
    flapping = any(alert.is_flapping for alert in concerned)
    return notice_of(action, key, [a.fault for a in concerned], seen, reminder=reminder, is_flapping=flapping)
