"""Stage 11, first half: from candidates and checks to decisions, with the cause of every cell that changes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from connectors.sources import SOURCES
from connectors.storage.publications import history
from connectors.storage.publications.decisions import Decision
from connectors.storage.warehouse import Connection
from expectations.suites import pin
from flows.stages.causes import Changes, explain
from flows.stages.dbt import project
from flows.stages.ingest import SourceOutcome
from flows.stages.judge import Candidates, Checks
from tokenshare.metrics import METRIC_BY_ID, METRICS, ROUTER_SOURCES, Metric
from tokenshare.publication import GateOutcome, decide, hold_back, reason_of


def decide_metrics(
    connection: Connection, found: Candidates, checks: Checks, answered: frozenset[str], as_of: datetime
) -> list[Decision]:
    """The decision about every metric: the judged ones, then those that are not part of this set-up."""
    changes = Changes.since_last(connection, project(), found)
    judged = [_decide(connection, METRIC_BY_ID[id], found, checks, answered, as_of, changes) for id in checks]
    return [*judged, *(_inactive(metric) for metric in METRICS if metric.id not in checks)]


def answering(sources: Sequence[SourceOutcome], variables: Mapping[str, Any]) -> frozenset[str]:
    """The sources that answered in this pass: they alone confirm numbers that did not change.

    A source whose statements are only compared with those of another confirms nothing.
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
        verdict = decide(standing, candidate, judged, pin(metric)["digest"], as_of, metric.is_met_by(answered))
    else:
        verdict = hold_back(standing, reason_of(judged), as_of)
    told = explain(connection, metric, standing, verdict, candidate, changes)
    return Decision(metric, verdict, tuple(judged), _citation(metric), **told)


def _inactive(metric: Metric) -> Decision:
    return Decision(metric, GateOutcome("inactive", (), "none of its sources is part of this set-up"), (), "")


def _citation(metric: Metric) -> str:
    return " ".join(dict.fromkeys(source.citation for source in SOURCES if source.id in metric.sources)) or "curated"
