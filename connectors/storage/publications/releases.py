"""Releases by people, and the checks they are decided on."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from connectors.storage.warehouse import Connection
from tokenshare.metrics import Metric
from tokenshare.publication import Breach, Check


@dataclass(frozen=True)
class Release:
    """A person's release of one held version of a metric."""

    metric: Metric
    version: int
    by: str
    reason: str
    at: datetime


def read_checks(connection: Connection, metric: Metric) -> list[Check]:
    """The checks of the metric's newest gate, with their breaches; none before the first."""
    newest = connection.execute(
        "SELECT run FROM decisions.gate_results JOIN ledger.runs ON run = run_id WHERE metric = ? "
        "ORDER BY as_of DESC, started_at DESC LIMIT 1",
        [metric.id],
    ).fetchone()
    if newest is None:
        return []
    breaches: dict[str, list[Breach]] = defaultdict(list)
    for name, key, observed in connection.execute(
        'SELECT "check", key, observed FROM decisions.breaches WHERE run = ? AND metric = ?',
        [newest[0], metric.id],
    ).fetchall():
        breaches[name].append(Breach(key, observed))
    rows = connection.execute(
        'SELECT "check", outcome, observed, expected, severity, lowest, highest FROM decisions.gate_results '
        "WHERE run = ? AND metric = ?",
        [newest[0], metric.id],
    ).fetchall()
    return [
        Check(name, outcome, observed, expected, severity, tuple(breaches[name]), *ends)
        for name, outcome, observed, expected, severity, *ends in rows
    ]


def read_citation(connection: Connection, metric: Metric) -> str:
    """The citation under which the metric was last judged."""
    found = connection.execute("SELECT citation FROM decisions.metric_states WHERE metric = ?", [metric.id]).fetchone()
    return str(found[0]) if found else ""


def record(connection: Connection, release: Release, checks: Sequence[Check]) -> None:
    """Record a release finding by finding: a released finding does not hold the metric again."""
    findings = {
        (check.name, breach.key, breach.observed) for check in checks if check.holds for breach in check.breaches
    }
    for name, key, observed in sorted(findings):
        connection.execute(
            "INSERT INTO decisions.releases VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                release.metric.id,
                release.version,
                release.metric.group,
                name,
                key,
                observed,
                release.by,
                release.reason,
                release.at,
            ],
        )
