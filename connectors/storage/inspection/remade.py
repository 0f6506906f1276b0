"""Versions to compute again: the passes to repeat, their records, and the differences in the results."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from connectors.storage.inspection import reading
from connectors.storage.inspection.landed import RESTORE
from connectors.storage.inspection.versions import VersionKey
from connectors.storage.publications.candidates import columns_sql, grain_sql
from connectors.storage.publications.lineage import BuildInputs, read_run
from connectors.storage.publications.outline import quoted
from connectors.storage.publications.version_rows import query_of
from connectors.storage.warehouse import Connection, has_relation, holds, records_sql
from tokenshare.inspected import Recomputation
from tokenshare.metrics import METRIC_BY_ID
from tokenshare.topics import TOPICS

MOST_ROWS = 200  # differing rows fetched of a version


@dataclass(frozen=True)
class Batch:
    """A pass, and the versions to compute from its evidence in one scratch build."""

    inputs: BuildInputs
    versions: tuple[VersionKey, ...]


def plan(
    connection: Connection, wanted: Collection[VersionKey], seeds: str, models: str
) -> tuple[list[Batch], list[VersionKey]]:
    """Few passes for all wanted versions, and the versions not given by any pass with these seeds and SQL.

    A pass gives a version if its judged candidate was that version, made or confirmed by it, and its provenance is
    still on record.
    """
    rows = connection.execute(
        """SELECT DISTINCT run, metric, candidate_version FROM decisions.gate_results
        JOIN decisions.inputs USING (run) JOIN ledger.runs ON run = run_id
        WHERE candidate_version IS NOT NULL AND seeds_digest = ? AND models_digest = ?
            AND (run IN (SELECT run_id FROM decisions.publications ANTI JOIN decisions.pruned USING (metric, version))
                OR NOT EXISTS (FROM decisions.pruned)) ORDER BY ALL""",
        [seeds, models],
    ).fetchall()
    given: dict[str, set[VersionKey]] = {}
    for run, metric, version in rows:
        if (metric, version) in wanted and metric in METRIC_BY_ID:
            given.setdefault(run, set()).add((metric, version))
    batches, left = [], set().union(*given.values())
    beyond = sorted(set(wanted) - left)
    while left:  # greedy cover: the pass with the most versions left, the newest of equals
        run = max(given, key=lambda run: (len(given[run] & left), run))
        batches.append(Batch(read_run(connection, run), tuple(sorted(given[run] & left))))
        left -= given[run]
    return batches, beyond


def copy_records(connection: Connection, inputs: BuildInputs, scratch: Path) -> None:
    """Write a database with exactly the events of a pass's selected fetches in its `raw` schema."""
    connection.execute(f"ATTACH '{quoted(scratch)}' AS scratch; CREATE SCHEMA scratch.raw")
    try:
        selected = f"SELECT fetch_id FROM decisions.selected WHERE run = '{inputs.run_id}'"
        with reading("a landed file", RESTORE):
            for topic in TOPICS:
                records = f"SELECT * FROM raw.{topic.table} WHERE fetch_id IN ({selected})"
                connection.execute(f"CREATE TABLE scratch.raw.{topic.table} AS {records}")
        connection.execute(records_sql("scratch.raw"))
        holds.add(connection, inputs.held, "scratch.raw.held_statements")
    finally:
        connection.execute("DETACH scratch")


def compare(
    connection: Connection, scratch: Path, versions: Sequence[VersionKey], failed: Collection[str]
) -> list[Recomputation]:
    """The differences between versions and a scratch build's results; nothing for an equal version."""
    connection.execute(f"ATTACH '{quoted(scratch)}' AS scratch (READ_ONLY)")
    try:
        return [found for at in versions if (found := _compared(connection, *at, failed))]
    finally:
        connection.execute("DETACH scratch")


def _compared(connection: Connection, id: str, version: int, failed: Collection[str]) -> Recomputation | None:
    metric = METRIC_BY_ID[id]
    if id in failed or not has_relation(connection, metric.schema, id, "scratch"):
        return Recomputation(metric, version, problem="the models do not compute it from its offsets")
    columns = columns_sql(metric)
    kept = query_of(metric, version)
    made = f"SELECT {columns} FROM scratch.{metric.relation}"
    try:
        surplus, lacking = (
            tuple(
                connection.execute(f"({a}) EXCEPT ALL ({b}) ORDER BY {grain_sql(metric)} LIMIT {MOST_ROWS}").fetchall()
            )
            for a, b in ((kept, made), (made, kept))
        )
    except duckdb.Error as error:
        return Recomputation(metric, version, problem=str(error).splitlines()[0][:100])
    return Recomputation(metric, version, surplus, lacking) if surplus or lacking else None
