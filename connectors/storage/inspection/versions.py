"""Decisions read for consistency: versions, their gates, and the restatements between them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import combinations, pairwise

from connectors.storage.publications.candidates import read_rows
from connectors.storage.publications.history import COLUMNS, read_version
from connectors.storage.publications.version_rows import of_version, query_of
from connectors.storage.warehouse import Connection, has_relation
from tokenshare.columns import columns_of
from tokenshare.inspected import GateRun, StoredVersion, VersionDiff
from tokenshare.metrics import METRICS, Metric
from tokenshare.publication import Candidate, Publication
from tokenshare.restatements import Restatement, restated, was_over

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
# The number of rows of each version: those begun until then without those ended before.
COUNTED = """WITH changes AS (
    SELECT first_version AS version, count(*) AS rows FROM versions.{id} GROUP BY ALL
    UNION ALL SELECT last_version + 1, -count(*) FROM versions.{id} WHERE last_version IS NOT NULL GROUP BY ALL
)
SELECT version, (SELECT sum(rows) FROM changes WHERE changes.version <= known.version)::BIGINT AS counted
FROM (FROM decisions.publications ANTI JOIN decisions.pruned USING (metric, version)) AS known
WHERE metric = '{id}' AND counted > 0 ORDER BY version"""
MOST_GAINED = 4  # columns gained by a contract since a version that has none of them


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


def read_stored(connection: Connection, digested: Mapping[VersionKey, str]) -> Iterator[StoredVersion]:
    """The number of stored rows of each version, metric by metric; for those in `digested` the digest too.

    A version without rows is left out, and so is a pruned one, whose rows may stand in others. `digested` gives the
    digests on record.
    """
    for metric in METRICS:
        if not has_relation(connection, "versions", metric.id):
            continue
        for version, rows in connection.execute(COUNTED.format(id=metric.id)).fetchall():
            recorded = digested.get((metric.id, version))
            digest = _digest(connection, metric, version, recorded) if recorded else None
            yield StoredVersion(metric, version, rows, digest)


def read_replaced(
    connection: Connection, public: Collection[VersionKey], pruned: Collection[VersionKey], most: int | None
) -> Iterator[VersionDiff]:
    """The newest `most` pairs of successive public versions of each metric, with differing and recorded cells.

    All pairs if `most` is None or 0; no pair with a pruned version.
    """
    runs = _inputs(connection)
    query = "SELECT metric, version, as_of FROM decisions.publications"
    made = {(id, version): as_of for id, version, as_of in connection.execute(query).fetchall()}
    opened = {(opening.metric, opening.version): opening.run for opening in read_openings(connection)}
    for metric in METRICS:
        versions = sorted(version for id, version in public if id == metric.id)
        pairs = [pair for pair in pairwise(versions) if not {(metric.id, version) for version in pair} & set(pruned)]
        for old, new in pairs[-most:] if most else pairs:
            cause, known_at = _cause(runs, opened.get((metric.id, new), "")), made[metric.id, old]
            is_dated = metric.period or cause != "upstream"
            cells = _differing(connection, metric, old, new, known_at) if is_dated else []
            stored = _recorded(connection, metric, old, new)  # an earlier release recorded running hours, too
            recorded = [found for found in stored if was_over(metric, found[0].key, known_at)]
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


def _digest(connection: Connection, metric: Metric, version: int, recorded: str) -> str:
    """The digest of the rows; of the columns of then, if these give the recorded one.

    A column that the contract has gained since is null in all of them.
    """
    rows = read_version(connection, metric, version)
    found = Candidate(metric, rows).digest
    empty = [place for place in range(len(columns_of(metric.row))) if all(row[place] is None for row in rows)]
    for count in range(1, min(len(empty), MOST_GAINED) + 1) if found != recorded else ():
        for gained in combinations(empty, count):
            then = tuple(tuple(value for place, value in enumerate(row) if place not in gained) for row in rows)
            if Candidate(metric, then).digest == recorded:
                return recorded
    return found


def _differing(connection: Connection, metric: Metric, old: int, new: int, known_at: datetime) -> list[Restatement]:
    """The differing cells, read from the changed periods alone."""
    relation = f"versions.{metric.id}"
    before, after = (query_of(metric, version) for version in (old, new))
    changed = f"(({before}) EXCEPT ({after})) UNION (({after}) EXCEPT ({before}))"
    within = f'"{metric.period}" IN (SELECT "{metric.period}" FROM ({changed}))' if metric.period else "true"
    earlier, later = (
        read_rows(connection, metric, relation, f"{of_version(version)} AND {within}") for version in (old, new)
    )
    return restated(metric, earlier, later, known_at)


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
