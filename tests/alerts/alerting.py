"""Faults and passes to try the rules of alerting with."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from tokenshare.alerting import Alert, AlertPlan, Observation, SentNotice, plan
from tokenshare.alerts import Fault, Kind

START = datetime(2026, 7, 1, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)


def fault(id: str, key: str = "", kind: Kind = "held", reason: str = "why") -> Fault:
    return Fault(
        id=id, key=key or f"held/{id}", kind=kind, subject=f"metrics.{id}", reason=reason, since=START,
        runbook="other_rows",
    )  # fmt: skip


class Home:
    """The record after each pass, without a database."""

    def __init__(self, apart: timedelta = HOUR) -> None:
        self.alerts: tuple[Alert, ...] = ()
        self.told: list[SentNotice] = []
        self.passes = 0
        self.apart = apart

    def see(self, *faults: Fault, unknown: Sequence[str] = ()) -> AlertPlan:
        """A pass with these faults: the unknown ones unknown, and all others gone."""
        at = START + self.apart * self.passes
        self.passes += 1
        known = {alert.fault.id for alert in self.alerts}
        well = frozenset(known - {one.id for one in faults} - set(unknown))
        made = plan(self.alerts, Observation(f"run-{self.passes}", at, at, faults, well), self.told)
        self.alerts = made.alerts
        self.told += [SentNotice(n.key, n.action, n.reminder, n.as_of, n.at) for n in made.notices]
        return made

    def say(self, *faults: Fault, unknown: Sequence[str] = ()) -> list[tuple[str, str]]:
        """Action and key of each message of such a pass."""
        return [(notice.action, notice.key) for notice in self.see(*faults, unknown=unknown).notices]
