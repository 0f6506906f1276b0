"""The causes of changed published cells: restated usage rows, or a change of seeds or SQL."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from connectors.storage.publications import history
from connectors.storage.warehouse import Connection
from flows.stages.dbt import Project
from tokenshare.metrics import METRIC_BY_ID, Metric
from tokenshare.offsets import RecordId
from tokenshare.publication import Candidate, GateOutcome, Standing
from tokenshare.restatements import Restatement, restated
from tokenshare.topics import USAGE_OBSERVED

USAGE = METRIC_BY_ID["fct_usage_daily"]
UsageRecord = tuple[str, RecordId]  # by permaslug


@dataclass(frozen=True)
class Changes:
    """The changes since the newest decision: their cause in one word, and the usage records behind them by day."""

    cause: str
    records: Mapping[date, list[UsageRecord]]

    @classmethod
    def since_last(cls, connection: Connection, project: Project, found: Mapping[str, Candidate]) -> "Changes":
        """Compare seeds, SQL and usage rows with those of the newest decision."""
        before = history.read_inputs(connection)
        cause = "upstream"
        if before and before != (project.seeds, project.models):
            cause = "attribution" if before[0] != project.seeds else "methodology"
        return cls(cause, _restated_records(connection, found.get(USAGE.id)) if cause == "upstream" else {})


def explain(
    connection: Connection,
    metric: Metric,
    standing: Standing,
    outcome: GateOutcome,
    candidate: Candidate | None,
    changes: Changes,
) -> dict[str, Any]:
    """The restatements of a published candidate against the version it replaces, with cause and source offsets.

    A dimension without a period changes with time, as at a release of weights; only edited seeds or SQL restate it.
    """
    if outcome.status != "published" or candidate is None or standing.shown is None:
        return {}
    old = history.read_version(connection, metric, standing.shown.version)
    is_dated = metric.period or changes.cause != "upstream"
    cells = restated(metric, old, candidate.rows, standing.shown.as_of) if is_dated else []
    offsets = tuple(json.dumps(_behind(metric, cell, changes)) for cell in cells)
    return {
        "restatements": tuple(cells),
        "old_version": standing.shown.version,
        "cause": changes.cause,
        "source_offsets": offsets,
    }


def _behind(metric: Metric, cell: Restatement, changes: Changes) -> list[dict[str, Any]]:
    if cell.period is None or USAGE_OBSERVED not in metric.topics:  # the offsets are those of usage
        return []
    key = json.loads(cell.key)
    only = key.get("model_permaslug")
    return [
        {**id._asdict(), "model_permaslug": slug}
        for day in metric.days_behind(date.fromisoformat(cell.period))
        for slug, id in changes.records.get(day, [])
        if only in (None, slug)
    ]


def _restated_records(connection: Connection, usage: Candidate | None) -> dict[date, list[UsageRecord]]:
    standing = history.read_standing(connection, USAGE)
    if usage is None or standing.shown is None:
        return {}
    old = history.read_version(connection, USAGE, standing.shown.version)
    keys = {cell.key for cell in restated(USAGE, old, usage.rows, standing.shown.as_of)}
    days: dict[date, list[UsageRecord]] = {}
    for day, slug, id in history.read_usage_records(connection, [_usage_key(key) for key in sorted(keys)]):
        days.setdefault(day, []).append((slug, id))
    return days


def _usage_key(key: str) -> tuple[date, str]:
    named = json.loads(key)
    return date.fromisoformat(named["usage_date"]), named["model_permaslug"]
