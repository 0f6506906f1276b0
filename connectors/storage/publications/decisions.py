"""Decisions about versions, with their evidence, restatements and lineage, committed together."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any

from connectors.storage.publications import lineage, version_rows, withdrawal
from connectors.storage.publications.candidates import provenance_sql
from connectors.storage.publications.history import COLUMNS, read_standings
from connectors.storage.warehouse import BUILT, Connection, Relations, insert, relations_of, transaction
from connectors.storage.warehouse.holds import KEPT
from tokenshare.columns import Column, columns_of
from tokenshare.held_periods import HeldPeriod, HeldStatement
from tokenshare.metrics import GROUP_BY_ID, Group, Metric
from tokenshare.origins import Origin
from tokenshare.publication import Check, GateOutcome, Standing
from tokenshare.restatements import Restatement

# Of the gates of one version with the same outcomes, the first one stays, and the newest gate of all: hourly passes
# without news, and turns every few seconds beside a held metric, would make the table grow for ever.
CONFIRMATIONS = """DELETE FROM decisions.gate_results WHERE (run, metric) IN (
    SELECT run, metric FROM decisions.gate_results AS judged SEMI JOIN (
        SELECT DISTINCT metric, candidate_version AS version FROM decisions.gate_results WHERE run = ?
    ) AS newest ON judged.metric = newest.metric AND judged.candidate_version IS NOT DISTINCT FROM newest.version
    GROUP BY run, metric, candidate_version
    QUALIFY run <> ? AND row_number() OVER (
        PARTITION BY metric, candidate_version, string_agg("check" || outcome, ' ' ORDER BY "check") ORDER BY run
    ) > 1
)"""
WITHOUT_GATE = """DELETE FROM decisions.breaches AS found WHERE NOT EXISTS (
    SELECT 1 FROM decisions.gate_results AS judged WHERE judged.run = found.run AND judged.metric = found.metric
)"""
PUBLIC = ("current", "released")
CONFIRMED = """ON CONFLICT DO UPDATE SET as_of = excluded.as_of, valid_through = excluded.valid_through,
    suite_digest = excluded.suite_digest, checks_evaluated = excluded.checks_evaluated, status = excluded.status,
    held_since = excluded.held_since, reason = excluded.reason,
    published_at = coalesce(publications.published_at, excluded.published_at)"""
STATED_ANEW = """ON CONFLICT DO UPDATE SET state = excluded.state, reason = excluded.reason,
    citation = excluded.citation"""
GATHERED = "gathered_lineage"
LINEAGE_COLUMNS = (
    'coherence_group VARCHAR, topic_name VARCHAR, topic VARCHAR, "partition" INTEGER, first_offset BIGINT, '
    "last_offset BIGINT, records BIGINT, digest VARCHAR"
)


@dataclass(frozen=True)
class Decision:
    """The decision about one metric; `cause` and `source_offsets` explain its restatements.

    It is made anew if the newest version on record is withdrawn first, and its number used again.
    """

    metric: Metric
    outcome: GateOutcome
    checks: tuple[Check, ...]
    citation: str
    held_periods: tuple[HeldPeriod, ...] = ()
    restatements: tuple[Restatement, ...] = ()
    old_version: int | None = None
    cause: str = ""
    source_offsets: tuple[str, ...] = ()  # one per restatement, JSON
    is_anew: bool = False


@dataclass(frozen=True)
class DecisionContext:
    """The deciding pass; `origin` is that of its numbers, None for a release, which fetches nothing."""

    id: str
    at: datetime
    seeds_digest: str
    models_digest: str
    variables: Mapping[str, Any]
    origin: Origin | None = None
    held: Collection[HeldStatement] = ()  # left out of the build of the candidates


def record(
    connection: Connection,
    run: DecisionContext,
    decisions: Sequence[Decision],
    also: Callable[[], None],
    midway: Callable[[], None],
) -> None:
    """Commit every decision of a pass in one transaction; `also` joins it, to write the alerts."""
    known = relations_of(connection)
    with transaction(connection):
        connection.execute(
            """INSERT OR REPLACE INTO decisions.inputs
            (run, seeds_digest, models_digest, variables, held_statements, number)
            SELECT ?, ?, ?, ?, ?, coalesce(max(number), 0) + 1 FROM decisions.inputs""",
            [run.id, run.seeds_digest, run.models_digest, json.dumps(run.variables), _json(run.held)],
        )
        _store_origin(connection, run.origin)
        groups = dict.fromkeys(decision.metric.group for decision in decisions)
        _store_provenance(connection, run, [GROUP_BY_ID[id] for id in groups], known)
        withdrawn = withdrawal.withdraw(connection, {d.metric.id: d.outcome.version for d in decisions if d.is_anew})
        standings = read_standings(connection)
        new = {d.metric.id: _find_new(d, standings.get(d.metric.id, Standing())) for d in decisions}
        _gather_lineage(connection, run, [d.metric for d in decisions if new[d.metric.id]])
        for index, decision in enumerate(decisions):
            _store_new(connection, decision, new[decision.metric.id])
            if index == len(decisions) // 2:
                midway()
        _store_outcomes(connection, run, decisions)
        _store_checks(connection, run, decisions)
        withdrawal.forget(connection, withdrawn, run.id)
        also()


def _store_origin(connection: Connection, origin: Origin | None) -> None:
    if origin:
        connection.execute("DELETE FROM decisions.origin")
        values = [origin.kind, origin.as_of, origin.citation]
        connection.execute("INSERT INTO decisions.origin VALUES (?, ?, ?)", values)


def gain_columns(connection: Connection, metrics: Iterable[Metric]) -> None:
    """Add the columns that contracts have gained since these metrics' versions were stored: null in all of them."""
    for metric, column in find_gained(connection, metrics):
        connection.execute(f'ALTER TABLE versions.{metric.id} ADD COLUMN "{column.name}" {column.sql_type}')


def find_gained(connection: Connection, metrics: Iterable[Metric]) -> list[tuple[Metric, Column]]:
    """The columns that stored versions of these metrics lack."""
    query = """SELECT table_name, list(column_name) FROM duckdb_columns()
        WHERE database_name = current_database() AND schema_name = 'versions' GROUP BY ALL"""
    stored = dict(connection.execute(query).fetchall())
    return [
        (metric, column)
        for metric in metrics
        if metric.id in stored
        for column in columns_of(metric.row)
        if column.name not in stored[metric.id]
    ]


def _store_new(connection: Connection, decision: Decision, new: Collection[int]) -> None:
    """Store the rows and the lineage of the versions that are not on record yet."""
    metric, outcome = decision.metric, decision.outcome
    for publication in sorted(outcome.publications, key=lambda publication: publication.version):
        if publication.version in new:
            is_refused = publication is not outcome.publications[-1]
            relation = f"{KEPT}.{metric.id}" if is_refused else metric.relation
            version_rows.store(connection, metric, publication.version, relation)
            _store_lineage(connection, metric, publication.version)


def _store_outcomes(connection: Connection, run: DecisionContext, decisions: Sequence[Decision]) -> None:
    """Store what was decided about every metric, a statement a table."""
    publications = [
        (*astuple(found), run.at if found.status in PUBLIC else None, run.id)
        for decision in decisions
        for found in decision.outcome.publications
    ]
    insert(connection, f"decisions.publications ({', '.join(COLUMNS)}, published_at, run_id)", publications, CONFIRMED)
    insert(connection, "decisions.restatements", [row for decision in decisions for row in _restated(decision)])
    metrics = [decision.metric.id for decision in decisions]
    connection.execute("DELETE FROM decisions.held_periods WHERE list_contains(?, metric)", [metrics])
    held = [astuple(period) for decision in decisions for period in decision.held_periods]
    insert(connection, "decisions.held_periods", held)
    states = [(d.metric.id, d.outcome.status, d.outcome.reason, d.citation) for d in decisions]
    insert(connection, "decisions.metric_states", states, STATED_ANEW)


def _find_new(decision: Decision, standing: Standing) -> set[int]:
    """The versions of a decision that are not on record yet."""
    return {p.version for p in decision.outcome.publications if p.version > standing.last_version}


def _store_provenance(connection: Connection, run: DecisionContext, groups: Sequence[Group], known: Relations) -> None:
    """Store the fetches selected for each day of a group: end the spans of those replaced, begin those of new ones."""
    (number,) = connection.execute("SELECT number FROM decisions.inputs WHERE run = ?", [run.id]).fetchall()[0]
    parts = (f"SELECT '{group.id}' AS coherence_group, * FROM ({provenance_sql(group, known)})" for group in groups)
    ids, columns = [group.id for group in groups], "coherence_group, period_date, fetch_id"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE selected AS {' UNION ALL '.join(parts)}")
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE standing AS SELECT {columns}, rowid AS place FROM decisions.provenance
        WHERE last_number IS NULL AND list_contains(?, coherence_group)""",
        [ids],
    )
    connection.execute(
        f"""UPDATE decisions.provenance SET last_number = ? WHERE rowid IN (
            SELECT place FROM standing ANTI JOIN selected USING ({columns})
        )""",
        [number - 1],
    )
    connection.execute(
        f"""INSERT INTO decisions.provenance SELECT {columns}, ?, NULL
        FROM selected ANTI JOIN standing USING ({columns})""",
        [number],
    )


def _store_checks(connection: Connection, run: DecisionContext, decisions: Sequence[Decision]) -> None:
    judged = [(decision, check) for decision in decisions for check in decision.checks]
    results = [
        (
            run.id,
            d.metric.id,
            d.outcome.version,
            c.name,
            c.severity,
            c.outcome,
            c.observed,
            c.expected,
            c.lowest,
            c.highest,
        )
        for d, c in judged
    ]
    breaches = [(run.id, d.metric.id, c.name, b.key, b.observed) for d, c in judged for b in c.breaches]
    insert(connection, "decisions.gate_results", results)
    insert(connection, "decisions.breaches", breaches)
    connection.execute(CONFIRMATIONS, [run.id, run.id])
    connection.execute(WITHOUT_GATE)


def _restated(decision: Decision) -> list[tuple[Any, ...]]:
    """The rows of decisions.restatements."""
    return [
        (
            decision.metric.id,
            r.key,
            r.column,
            r.old,
            r.new,
            decision.old_version,
            decision.outcome.version,
            decision.cause,
            offsets,
        )
        for r, offsets in zip(decision.restatements, decision.source_offsets, strict=True)
    ]


def _gather_lineage(connection: Connection, run: DecisionContext, metrics: Sequence[Metric]) -> None:
    """Gather the offsets of the fetches selected for any day of these metrics' groups, each topic read once."""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {GATHERED} ({LINEAGE_COLUMNS})")
    for topic in dict.fromkeys(topic for metric in metrics for topic in metric.topics):
        groups = sorted({metric.group for metric in metrics if topic in metric.topics})
        known = {GROUP_BY_ID[group].landed_in for group in groups if topic.pushed_by}
        parts = f"FROM {BUILT}.{known.pop()}" if known else lineage.parts_sql(topic)
        connection.execute(
            f"""INSERT INTO {GATHERED}
            SELECT coherence_group, '{topic.name}', {lineage.LINEAGE} FROM ({parts}) JOIN (
                SELECT DISTINCT coherence_group, fetch_id FROM decisions.selected
                WHERE run = ? AND list_contains(?, coherence_group)
            ) USING (fetch_id)
            GROUP BY coherence_group, topic, "partition" """,
            [run.id, groups],
        )


def _store_lineage(connection: Connection, metric: Metric, version: int) -> None:
    connection.execute(
        f"""INSERT INTO decisions.lineage SELECT ?, ?, * EXCLUDE (coherence_group, topic_name) FROM {GATHERED}
        WHERE coherence_group = ? AND list_contains(?, topic_name)""",
        [metric.id, version, metric.group, [topic.name for topic in metric.topics]],
    )


def _json(held: Collection[HeldStatement]) -> str:
    return json.dumps([statement._asdict() for statement in sorted(held)], default=str)
