"""Versions replaced long ago, pruned by policy; their decisions stay on record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from connectors.storage.warehouse import Connection, transaction
from tokenshare.metrics import Metric

KEPT = "decisions.publications ANTI JOIN decisions.pruned USING (metric, version)"
# The spans without a version that is kept.
UNUSED_ROWS = f"""DELETE FROM versions.{{id}} AS stored WHERE NOT EXISTS (
    SELECT 1 FROM (SELECT version FROM {KEPT} WHERE metric = '{{id}}') AS kept
    WHERE version BETWEEN stored.first_version AND coalesce(stored.last_version, version)
)"""
UNUSED_PROVENANCE = f"""DELETE FROM decisions.provenance AS stored WHERE NOT EXISTS (
    SELECT 1 FROM (SELECT number FROM decisions.inputs WHERE run IN (SELECT run_id FROM {KEPT})) AS kept
    WHERE number BETWEEN stored.first_number AND coalesce(stored.last_number, number)
)"""


@dataclass(frozen=True)
class Pruned:
    """A version whose rows were pruned; its digest, checks and restatements stay."""

    metric: str
    version: int


def prune(connection: Connection, metrics: Sequence[Metric], replaced_before: datetime, at: datetime) -> list[Pruned]:
    """Remove the rows of versions replaced before `replaced_before`; never a shown or held one.

    The provenance of the other versions stays, for their lineage.
    """
    found = [Pruned(metric.id, v) for metric in metrics for v in _replaced(connection, metric, replaced_before)]
    with transaction(connection):
        for old in found:
            connection.execute("INSERT INTO decisions.pruned VALUES (?, ?, ?)", [old.metric, old.version, at])
        for metric in sorted({old.metric for old in found}):
            connection.execute(UNUSED_ROWS.format(id=metric))
        if found:
            connection.execute(UNUSED_PROVENANCE)
    return found


def _replaced(connection: Connection, metric: Metric, before: datetime) -> list[int]:
    """Superseded versions with a successor published before that moment; for a candidate, decided before it."""
    rows = connection.execute(
        """SELECT version FROM (
            SELECT version, status, lead(coalesce(published_at, as_of)) OVER (ORDER BY version) AS replaced_at
            FROM decisions.publications WHERE metric = ?
        ) ANTI JOIN (SELECT version FROM decisions.pruned WHERE metric = ?) USING (version)
        WHERE status = 'superseded' AND replaced_at < ? ORDER BY version""",
        [metric.id, metric.id, before],
    ).fetchall()
    return [row[0] for row in rows]
