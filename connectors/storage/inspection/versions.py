"""Decisions read for consistency: versions, their gates, and the restatements between them."""

from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from connectors.storage.publications.candidates import columns_sql, read_rows
from connectors.storage.publications.history import COLUMNS, read_version
from connectors.storage.warehouse import Connection, has_relation
from tokenshare.columns import columns_of
from tokenshare.inspected import GateRun, StoredVersion, VersionDiff
from tokenshare.metrics import METRICS, Metric
from tokenshare.publication import Candidate, Publication, Row
from tokenshare.restatements import Restatement, restated

VersionKey = tuple[str, int]  # metric, version
JUDGED = """WITH judged AS (
    SELECT run, metric, candidate_version AS version,
        count(*) FILTER (outcome <> 'skipped') AS evaluated,
        count(*) FILTER (severity = 'hold' AND outcome IN ('failed', 'skipped')) AS shutting,
        list("check" ORDER BY "check") AS names,
        coalesce(list("check" ORDER BY "check") FILTER (outcome = 'released'), []) AS released,
        coalesce(max(observed) FILTER ("check" = 'suite_pinned'), '') AS pinned
    FROM decisions.gate_results WHERE candidate_version IS NOT NULL GROUP BY ALL
)
SELECT * FROM judged """


def read_publications(connection: Connection) -> list[Publication]:
    """Every version on record, by metric and version."""
    query = f"SELECT {', '.join(COLUMNS)} FROM decisions.publications ORDER BY metric, version"
    return [Publication(*row) for row in connection.execute(query).fetchall()]


def read_public(connection: Connection) -> frozenset[tuple[str, int]]:
    """The versions ever published."""
    query = "SELECT metric, version FROM decisions.publications WHERE published_at IS NOT NULL"
    return frozenset(connection.execute(query).fetchall())


def read_openings(connection: Connection) -> list[GateRun]:
    """The first gate that opened for each candidate, else its first gate; run ids sort by time."""
    return _judgements(connection, "PARTITION BY metric, version ORDER BY shutting > 0, run")


def read_newest_judgements(connection: Connection) -> list[GateRun]:
    """The newest gate of each metric."""
    return _judgements(connection, "PARTITION BY metric ORDER BY run DESC")


def read_stored(
    connection: Connection, digested: Collection[tuple[str, int]], published: Path
) -> Iterator[StoredVersion]:
    """The number of stored rows of each version, metric by metric; for those in `digested` the digest too."""
    for metric in METRICS:
        if not has_relation(connection, "versions", metric.id):
            continue
        counted = f"SELECT version, count(*) FROM versions.{metric.id} GROUP BY ALL ORDER BY ALL"
        for version, rows in connection.execute(counted).fetchall():
            is_asked = (metric.id, version) in digested
            digest = _digest(connection, metric, version, published) if is_asked else None
            yield StoredVersion(metric, version, rows, digest)


def read_replaced(
    connection: Connection, public: Collection[VersionKey], pruned: Collection[VersionKey], most: int | None
) -> Iterator[VersionDiff]:
    """The newest `most` pairs of successive public versions of each metric, with differing and recorded cells.

    All pairs if `most` is None or 0; no pair with a pruned version.
    """
    runs = _inputs(connection)
    opened = {(opening.metric, opening.version): opening.run for opening in read_openings(connection)}
    for metric in METRICS:
        versions = sorted(version for id, version in public if id == metric.id)
        pairs = [pair for pair in pairwise(versions) if not {(metric.id, version) for version in pair} & set(pruned)]
        for old, new in pairs[-most:] if most else pairs:
            cause = _cause(runs, opened.get((metric.id, new), ""))
            cells = _differing(connection, metric, old, new) if metric.period or cause != "upstream" else []
            recorded = _recorded(connection, metric, old, new)
            known = [cell for cell, _ in recorded]
            causes = tuple(sorted({label for _, label in recorded}))
            yield VersionDiff(metric, old, new, cause, tuple(cells), tuple(known), causes)


def read_released(connection: Connection) -> frozenset[tuple[str, str, str, str]]:
    """Every finding released by a person, as (coherence group, check, key, observed)."""
    query = 'SELECT coherence_group, "check", key, observed FROM decisions.releases'
    return frozenset(connection.execute(query).fetchall())


def read_strange_pairs(connection: Connection, public: Collection[tuple[str, int]]) -> list[tuple[str, int, int, int]]:
    """Restatements recorded between versions that are not successive, as (metric, old version, new version, rows)."""
    query = "SELECT metric, old_version, new_version, count(*) FROM decisions.restatements GROUP BY ALL ORDER BY ALL"
    found = connection.execute(query).fetchall()
    return [row for row in found if row[1] != _before(public, row[0], row[2])]


def _before(public: Collection[tuple[str, int]], metric: str, version: int) -> int | None:
    """The public version before this one; None if this one is the first, or is not public."""
    earlier = [known for id, known in public if id == metric and known < version]
    return max(earlier, default=None) if (metric, version) in public else None


def _judgements(connection: Connection, window: str) -> list[GateRun]:
    rows = connection.execute(f"{JUDGED} QUALIFY row_number() OVER ({window}) = 1").fetchall()
    return [
        GateRun(run, metric, version, evaluated, shutting, tuple(names), tuple(released), pinned)
        for run, metric, version, evaluated, shutting, names, released, pinned in rows
    ]


def _digest(connection: Connection, metric: Metric, version: int, published: Path) -> str:
    """The digest of the rows in the version's own columns: its contract may have gained some since."""
    rows = read_version(connection, metric, version)
    names = [column.name for column in columns_of(metric.row)]
    present = _columns_then(published / metric.id / f"{version}.parquet") or set(names)
    places = [place for place, name in enumerate(names) if name in present]
    if len(places) < len(names):
        rows = tuple(tuple(row[place] for place in places) for row in rows)
    return Candidate(metric, rows).digest


def _columns_then(path: Path) -> set[str]:
    """The columns of a version's file; none if it is missing or damaged, a breach of another promise."""
    try:
        return set(pq.read_schema(path).names)
    except (OSError, pa.ArrowException):
        return set()


def _differing(connection: Connection, metric: Metric, old: int, new: int) -> list[Restatement]:
    """The differing cells, read from the changed periods alone."""
    relation, columns = f"versions.{metric.id}", columns_sql(metric)
    before, after = (f"SELECT {columns} FROM {relation} WHERE version = {version}" for version in (old, new))
    changed = f"(({before}) EXCEPT ({after})) UNION (({after}) EXCEPT ({before}))"
    within = f'"{metric.period}" IN (SELECT "{metric.period}" FROM ({changed}))' if metric.period else "true"
    rows: list[Sequence[Row]] = [
        read_rows(connection, metric, relation, f"version = {version} AND {within}") for version in (old, new)
    ]
    return restated(metric, *rows)


def _recorded(connection: Connection, metric: Metric, old: int, new: int) -> list[tuple[Restatement, str]]:
    query = """SELECT key, "column", old, new, cause FROM decisions.restatements
        WHERE metric = ? AND old_version = ? AND new_version = ?"""
    rows = connection.execute(query, [metric.id, old, new]).fetchall()
    return [(Restatement(key, None, column, was, now), cause) for key, column, was, now, cause in rows]


def _inputs(connection: Connection) -> list[tuple[str, str, str, bool]]:
    """Each deciding run by time: its id, the digests of its seeds and models, and True if it was a pass."""
    return connection.execute(
        "SELECT run, seeds_digest, models_digest, runs.run_id IS NOT NULL FROM decisions.inputs "
        "LEFT JOIN ledger.runs ON run = run_id ORDER BY run"
    ).fetchall()


def _cause(runs: Sequence[tuple[str, str, str, bool]], deciding: str) -> str:
    """The cause of a decision's changed cells: its seeds and SQL compared with those of the newest pass before it."""
    made = next((run for run in runs if run[0] == deciding), None)
    earlier = [run for run in runs if run[3] and run[0] < deciding]
    if made is None or not earlier or made[1:3] == earlier[-1][1:3]:
        return "upstream"
    return "attribution" if made[1] != earlier[-1][1] else "methodology"
