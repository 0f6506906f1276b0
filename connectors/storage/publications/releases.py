"""Releases by people, and the checks they are decided on."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
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


def read_checks(connection: Connection, metrics: Iterable[Metric]) -> dict[str, list[Check]]:
    """The checks of the newest gate of each metric, with their breaches, by its id; none before the first."""
    found: dict[str, list[Check]] = {metric.id: [] for metric in metrics}
    breaches: dict[tuple[str, str], list[Breach]] = defaultdict(list)
    for metric, name, key, observed in connection.execute(
        _of_newest('"check", key, observed', "breaches"), [[*found]]
    ).fetchall():
        breaches[metric, name].append(Breach(key, observed))
    columns = '"check", outcome, observed, expected, severity, lowest, highest'
    for metric, name, outcome, observed, expected, severity, *ends in connection.execute(
        _of_newest(columns, "gate_results"), [[*found]]
    ).fetchall():
        named = tuple(breaches[metric, name])
        found[metric].append(Check(name, outcome, observed, expected, severity, named, *ends))
    return found


def _of_newest(columns: str, table: str) -> str:
    """A query for rows of the newest gate of each of some metrics, in the order that they were stored in."""
    return f"""SELECT metric, {columns} FROM decisions.{table} AS stored SEMI JOIN (
            SELECT metric, run FROM (
                SELECT DISTINCT metric, run FROM decisions.gate_results WHERE list_contains(?, metric)
            ) JOIN ledger.runs ON run = run_id
            QUALIFY row_number() OVER (PARTITION BY metric ORDER BY as_of DESC, started_at DESC) = 1
        ) USING (metric, run) ORDER BY stored.rowid"""


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
