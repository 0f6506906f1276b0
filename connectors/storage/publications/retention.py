"""Versions replaced long ago, pruned by policy; their decisions stay on record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from connectors.storage.home import Home
from connectors.storage.publications import history
from connectors.storage.warehouse import Connection, transaction
from tokenshare.metrics import Metric


@dataclass(frozen=True)
class Pruned:
    """A version whose rows were pruned; its digest, checks and restatements stay."""

    metric: str
    version: int


def prune(
    connection: Connection, home: Home, metrics: Sequence[Metric], replaced_before: datetime, at: datetime
) -> list[Pruned]:
    """Remove the rows and files of versions replaced before `replaced_before`; never a shown or held one.

    The provenance of the other versions stays, for their lineage.
    """
    found = [Pruned(metric.id, v) for metric in metrics for v in _replaced(connection, metric, replaced_before)]
    with transaction(connection):
        for old in found:
            connection.execute(f"DELETE FROM versions.{old.metric} WHERE version = ?", [old.version])
            connection.execute("INSERT INTO decisions.pruned VALUES (?, ?, ?)", [old.metric, old.version, at])
        if found:
            connection.execute(
                """DELETE FROM decisions.provenance WHERE run NOT IN (
                    SELECT run_id FROM decisions.publications ANTI JOIN decisions.pruned USING (metric, version)
                )"""
            )
    for metric, version in history.read_pruned(connection):
        for folder in (home.published / metric, home.published / metric / "held"):
            (folder / f"{version}.parquet").unlink(missing_ok=True)
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
