"""The lineage of a published number: its inputs, fetches and offsets, and a scratch database of just those rows."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from connectors.storage.warehouse import Connection, holds, records_sql
from tokenshare.held_periods import HeldStatement
from tokenshare.metrics import Metric
from tokenshare.offsets import RETIRED
from tokenshare.topics import TOPICS, Topic

_HELD = TypeAdapter(tuple[HeldStatement, ...])
# The lineage of parts, by topic and partition.
LINEAGE = """topic, "partition", min(first_offset), max(last_offset), sum(records)::BIGINT,
    sha256(string_agg(digest, '' ORDER BY first_offset))"""
_RECORDS = """SELECT fetch_id, topic, "partition", "offset" AS first_offset, "offset" AS last_offset, 1 AS records,
    event_id AS digest"""
_PUSHED = """SELECT fetch_id, topic, "partition", min("offset") AS first_offset, max("offset") AS last_offset,
    count(*) AS records, sha256(string_agg(event_id, '' ORDER BY "offset")) AS digest
    FROM raw.{table} WHERE {within} GROUP BY fetch_id, topic, "partition", "offset" // {block}"""
BLOCK = 10_000  # offsets digested together, as in int_requests_landed
WHOLE_HOURS = 2**62  # earlier versions digested an hour of a partition as one


@dataclass(frozen=True)
class Span:
    """Offsets of one partition without a gap, both ends included."""

    topic: str
    partition: int
    first_offset: int
    last_offset: int
    records: int


@dataclass(frozen=True)
class BuildInputs:
    """The inputs of a pass's candidates: its dbt variables, and the digests of seeds and SQL at that time.

    `held` are the statements that its build left out.
    """

    run_id: str
    variables: Mapping[str, Any]
    seeds_digest: str
    models_digest: str
    held: tuple[HeldStatement, ...] = ()


def read_build_inputs(connection: Connection, metric: Metric, version: int) -> BuildInputs:
    """The inputs of the pass that made a version, not of a later one that confirmed it.

    A version that its pass did not judge was refused there: it was built with nothing left out. Raises LookupError if
    the version is not on record.
    """
    found = connection.execute(
        """SELECT run_id, EXISTS (FROM decisions.gate_results AS judged WHERE judged.run = made.run_id
            AND judged.metric = made.metric AND judged.candidate_version = made.version)
        FROM decisions.publications AS made WHERE made.metric = ? AND made.version = ?""",
        [metric.id, version],
    ).fetchone()
    if found is None:
        raise LookupError(f"{metric.id} version {version} is not on record")
    inputs = read_run(connection, found[0])
    return inputs if found[1] else replace(inputs, held=())


def read_run(connection: Connection, run_id: str) -> BuildInputs:
    """The inputs of a pass; raises LookupError if it decided nothing."""
    found = connection.execute(
        "SELECT run, variables, seeds_digest, models_digest, held_statements FROM decisions.inputs WHERE run = ?",
        [run_id],
    ).fetchone()
    if found is None:
        raise LookupError(f"{run_id} decided nothing")
    return BuildInputs(found[0], json.loads(found[1]), found[2], found[3], _HELD.validate_json(found[4] or "[]"))


def parts_sql(topic: Topic, within: str = "true", block: int = BLOCK) -> str:
    """The parts of a lineage that landed of a topic: each record, of a pushed topic the blocks of each hour."""
    if topic.pushed_by:
        return _PUSHED.format(table=topic.table, within=within, block=block)
    return f"{_RECORDS} FROM raw.{topic.table} WHERE {within}"


def read_fetches(connection: Connection, inputs: BuildInputs, group: str, days: Sequence[date]) -> list[str]:
    """The fetches selected for the days by the pass of `inputs`; for all days if `days` is empty."""
    rows = connection.execute(
        "SELECT DISTINCT fetch_id FROM decisions.selected WHERE run = ? AND coherence_group = ? "
        "AND (len(?) = 0 OR list_contains(?, period_date)) ORDER BY ALL",
        [inputs.run_id, group, list(days), list(days)],
    ).fetchall()
    return [row[0] for row in rows]


def read_spans(connection: Connection, fetches: Sequence[str]) -> list[Span]:
    """The offsets of those fetches' records, as spans without gaps; over all topics, to show if each is whole."""
    records = " UNION ALL ".join(
        f'SELECT topic, "partition", "offset", fetch_id FROM raw.{topic.table}' for topic in TOPICS
    )
    rows = connection.execute(
        f"""WITH records AS ({records}),
        islands AS (
            SELECT topic, "partition", "offset",
                "offset" - row_number() OVER (PARTITION BY topic, "partition" ORDER BY "offset") AS island
            FROM records WHERE list_contains(?, fetch_id)
        )
        SELECT topic, "partition", min("offset"), max("offset"), count(*)
        FROM islands GROUP BY topic, "partition", island ORDER BY ALL""",
        [list(fetches)],
    ).fetchall()
    return [Span(*row) for row in rows]


def scratch_in(folder: Path) -> Path:
    """The path of a scratch database in a folder, made here: it has the build database's name, as in dbt's parse."""
    scratch = folder / "scratch" / "warehouse.duckdb"
    scratch.parent.mkdir()
    return scratch


def copy_spans(connection: Connection, spans: Sequence[Span], inputs: BuildInputs, scratch: Path) -> None:
    """Write a database with exactly the records of the spans in its `raw` schema; the other tables are empty."""
    quoted = str(scratch).replace("'", "''")
    connection.execute(f"ATTACH '{quoted}' AS scratch; CREATE SCHEMA scratch.raw")
    try:
        for topic in TOPICS:
            wanted = [span for span in spans if span.topic.partition(RETIRED)[0] == topic.name]
            within = " OR ".join(map(_within, wanted)) or "false"
            table = f"scratch.raw.{topic.table}"
            connection.execute(f"CREATE TABLE {table} AS SELECT * FROM raw.{topic.table} WHERE {within}")
        connection.execute(records_sql("scratch.raw"))
        holds.add(connection, inputs.held, "scratch.raw.held_statements")
    finally:
        connection.execute("DETACH scratch")


def _within(span: Span) -> str:
    place = f"topic = '{span.topic}' AND \"partition\" = {span.partition}"
    return f'({place} AND "offset" BETWEEN {span.first_offset} AND {span.last_offset})'
