"""The published state of a home, and its invariants after any accident."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from typing import Any

import duckdb

from connectors.kafka import groups, ranges
from connectors.kafka.cluster import Cluster
from connectors.storage.publications.published import open_published
from connectors.storage.warehouse import open_warehouse
from tests.scene import Scene
from tokenshare.metrics import METRICS
from tokenshare.topics import CONSUMER_GROUP, TOPIC_NAMES

Rows = list[tuple[Any, ...]]
PUBLICATIONS = (
    "SELECT metric, version, as_of, valid_through, rows, digest, suite_digest, checks_evaluated, status, held_since, "
    "reason FROM catalog.publications ORDER BY ALL"
)
# Without source_offsets: a page that is produced again lies at other offsets, and says the same.
RESTATEMENTS = (
    'SELECT metric, key, "column", old, new, old_version, new_version, cause FROM catalog.restatements ORDER BY ALL'
)


@dataclass(frozen=True)
class Shown:
    """The published state, without clocks and run ids. `files` digests each version's Parquet, byte by byte."""

    relations: dict[str, Rows]
    publications: Rows
    restatements: Rows
    files: dict[str, str]


def shown(scene: Scene) -> Shown:
    """Opens the published file as BI does."""
    with open_published(scene.home.published_file) as reader:
        relations = {m.id: reader.execute(f"SELECT * FROM {m.relation} ORDER BY ALL").fetchall() for m in METRICS}
        publications, restatements = (reader.execute(query).fetchall() for query in (PUBLICATIONS, RESTATEMENTS))
    folder = scene.home.published
    files = {
        str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*.parquet"))
    }
    return Shown(relations, publications, restatements, files)


def versions(found: Shown) -> Rows:
    """Metric, version, digest and status of every publication."""
    return [(row[0], row[1], row[5], row[8]) for row in found.publications]


def find_torn(scene: Scene) -> list[str]:
    """Raw payloads not matching the digests in their names; "none" for an empty archive."""
    payloads = [p for p in scene.home.archive.glob("*/*/*") if p.suffix not in (".json", ".tmp")]
    return [str(p) for p in payloads if sha256(p.read_bytes()).hexdigest() != p.name] + ([] if payloads else ["none"])


def find_litter(scene: Scene) -> list[str]:
    """Drafts, logs and relations left by a killed pass, and torn payloads."""
    home = scene.home
    drafts = [p for folder in (home.published, home.archive, home.landing) for p in folder.rglob("*.tmp")]
    litter = [str(path.relative_to(home.root)) for path in (*drafts, *home.published.rglob("*.wal"))]
    return litter + find_torn(scene) + _leftover_relations(scene)


def find_losses(scene: Scene) -> list[str]:
    """Disagreements of ledger, landed files, Kafka and its group about the landed records."""
    with open_warehouse(scene.home.warehouse) as connection:
        query = 'SELECT topic, "partition", start_offset, end_offset, rows, rejected FROM ledger.landed ORDER BY ALL'
        ledger = connection.execute(query).fetchall()
        pending = connection.execute("SELECT * FROM ledger.pending").fetchall()
    files = str(scene.home.landing / "*" / "*" / "*.parquet")
    landed, distinct = duckdb.sql(
        f"""SELECT count(*), count(DISTINCT (topic, "partition", "offset")) FROM
        read_parquet('{files}', union_by_name = true)"""
    ).fetchall()[0]
    problems = [*_gaps(ledger), *(f"planned and not landed: {row}" for row in pending)]
    if not landed == distinct == sum(rows for *_, rows, _ in ledger):
        problems.append(f"{landed} rows landed at {distinct} coordinates, not as the ledger says")
    return problems + _disagreements(scene, ledger)


def _gaps(ledger: Rows) -> Iterator[str]:
    """Ranges not following one another from 0, and ranges with other than one record per offset."""
    partitions = {row[:2] for row in ledger}
    for at in sorted(partitions):
        spans = [row[2:4] for row in ledger if row[:2] == at]
        if spans[0][0] != 0 or any(before[1] != after[0] for before, after in pairwise(spans)):
            yield f"{at} has gaps or overlaps: {spans}"
    yield from (f"{row} lacks records" for row in ledger if row[3] - row[2] != row[4] + row[5])


def _disagreements(scene: Scene, ledger: Rows) -> list[str]:
    cluster = Cluster(scene.broker, topic_prefix=scene.prefix)
    reached = {(row[0], row[1]): row[3] for row in ledger}
    ends = {at: end for at, (_, end) in ranges.positions(cluster, TOPIC_NAMES).items() if end}
    group = {at: offset for at, offset in groups.committed(cluster, CONSUMER_GROUP, TOPIC_NAMES).items() if offset}
    return [
        f"{name}: {told} and not {reached}" for name, told in (("Kafka", ends), ("group", group)) if told != reached
    ]


def _leftover_relations(scene: Scene) -> list[str]:
    """Relations of an interrupted dbt run."""
    with open_warehouse(scene.home.warehouse) as connection:
        query = "SELECT schema_name || '.' || {0}_name FROM duckdb_{0}s() WHERE {0}_name LIKE '%\\_\\_dbt%' ESCAPE '\\'"
        return [row[0] for kind in ("table", "view") for row in connection.execute(query.format(kind)).fetchall()]
