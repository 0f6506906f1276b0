"""Stage 11, first half: from candidates and checks to decisions, with the cause of every changed cell."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from connectors.sources import SOURCES
from connectors.storage.publications import history
from connectors.storage.publications.decisions import Decision
from connectors.storage.warehouse import Connection
from expectations.suites import pin
from flows.stages.causes import Changes, explain
from flows.stages.dbt import Project
from flows.stages.ingest import SourceOutcome
from flows.stages.judge import Candidates, Checks
from tokenshare.metrics import METRIC_BY_ID, METRICS, ROUTER_SOURCES, Metric
from tokenshare.publication import GateOutcome, decide, hold_back, reason_of


def decide_metrics(
    connection: Connection,
    found: Candidates,
    checks: Checks,
    answered: frozenset[str],
    as_of: datetime,
    project: Project,
) -> list[Decision]:
    """The decision about every metric: first the judged metrics, then those outside this set-up."""
    changes = Changes.since_last(connection, project, found)
    judged = [_decide(connection, METRIC_BY_ID[id], found, checks, answered, as_of, changes) for id in checks]
    return [*judged, *(_inactive(metric) for metric in METRICS if metric.id not in checks)]


def answering(sources: Sequence[SourceOutcome], variables: Mapping[str, Any]) -> frozenset[str]:
    """The sources with an answer in this pass: they alone confirm unchanged numbers.

    A source only compared with another one confirms nothing.
    """
    compared = set(ROUTER_SOURCES) - set(variables["usage_sources"])
    return frozenset(found.id for found in sources if found.status in ("fetched", "unchanged")) - compared


def _decide(
    connection: Connection,
    metric: Metric,
    found: Candidates,
    checks: Checks,
    answered: frozenset[str],
    as_of: datetime,
    changes: Changes,
) -> Decision:
    standing, judged, candidate = history.read_standing(connection, metric), checks[metric.id], found.get(metric.id)
    if candidate:
        outcome = decide(standing, candidate, judged, pin(metric)["digest"], as_of, metric.is_met_by(answered))
    else:
        outcome = hold_back(standing, reason_of(judged), as_of)
    explained = explain(connection, metric, standing, outcome, candidate, changes)
    return Decision(metric, outcome, tuple(judged), _citation(metric), **explained)


def _inactive(metric: Metric) -> Decision:
    return Decision(metric, GateOutcome("inactive", (), "none of its sources is part of this set-up"), (), "")


def _citation(metric: Metric) -> str:
    return " ".join(dict.fromkeys(source.citation for source in SOURCES if source.id in metric.sources)) or "curated"
