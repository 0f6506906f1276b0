"""Stages 10 and 11: judge, decide and publish every candidate. If a gate shuts, the last good version stays."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.storage import warehouse
from connectors.storage.alert_log import outbox
from connectors.storage.home import Home
from connectors.storage.publications import decisions, history, published
from connectors.storage.publications.decisions import Decision
from connectors.storage.warehouse import Connection, fencing, holds
from connectors.storage.warehouse.builds import Build
from connectors.storage.warehouse.ledger import READ_UP_TO
from flows.setup.context import PassContext
from flows.stages import source_selection
from flows.stages.alert_rules import plan_alerts
from flows.stages.dbt import project
from flows.stages.decide import answering, decide_metrics
from flows.stages.hold import Judged, judge_periods
from flows.stages.ingest import SourceOutcome
from tokenshare.metrics import METRICS
from tokenshare.offsets import RETIRED
from tokenshare.topics import PUSHED


@dataclass(frozen=True)
class MetricOutcome:
    """The outcome of one metric in a pass; `version` is the judged one. Readers see it unless it is held."""

    id: str
    status: str
    version: int | None
    rows: int
    checks: int
    reason: str


def publish(
    run: PassContext, build: Build, sources: Sequence[SourceOutcome], variables: Mapping[str, Any]
) -> list[MetricOutcome]:
    """Judge all active metrics, commit the decisions in one transaction, and swap the published file."""
    active = source_selection.active_metrics(run)
    with run.checkpoint("judge") as midway:
        judged = judge_periods(run, active, build, variables, midway)
    with fencing.open_fenced(run.home.warehouse, run.fence) as connection:
        decisions.gain_columns(connection, METRICS)
        answered, made = answering(sources, variables), project(run.home)
        is_turn = not run.options.fetches
        decided = decide_metrics(connection, judged, answered, run.as_of, made, is_turn)
        with run.checkpoint("decide") as midway:
            _record(run, connection, decided, sources, {**variables, **bounds(build)}, midway)
        with run.checkpoint("swap") as midway:
            published.publish(connection, run.home, METRICS, midway, csv=run.settings.csv)
    _log_checks(run, decided)
    return [_outcome(decision, judged) for decision in decided]


def bounds(build: Build) -> dict[str, Any]:
    """The dbt variable of the offsets up to which a build read what was pushed; none if nothing ever was."""
    read = {
        topic.table: sorted(at for at in build.positions if at[0].partition(RETIRED)[0] == topic.name)
        for topic in PUSHED.values()
    }
    return {READ_UP_TO: read} if any(read.values()) else {}


def republish(home: Home) -> None:
    """Rebuild the published file if a pass was killed between the decisions and the swap."""
    with warehouse.open_warehouse(home.warehouse) as connection:
        decisions.gain_columns(connection, METRICS)
        if history.any_recorded(connection) and not published.is_current(connection, home):
            published.publish(connection, home, METRICS)


def _log_checks(run: PassContext, decided: Sequence[Decision]) -> None:
    """Log every check that did not pass."""
    for decision in decided:
        for check in decision.checks:
            if check.outcome not in ("passed", "skipped"):
                names = ("name", "severity", "outcome", "observed", "expected")
                facts = {name: getattr(check, name) for name in names}
                run.log("check", {"metric": decision.metric.id, **facts})


def _record(
    run: PassContext,
    connection: Connection,
    decided: Sequence[Decision],
    sources: Sequence[SourceOutcome],
    variables: Mapping[str, Any],
    midway: Callable[[], None],
) -> None:
    """Commit the decisions together with their alerts."""
    made, plan = project(run.home), plan_alerts(run, connection, decided, sources)
    recorded = decisions.DecisionContext(
        run.id, run.clock(), made.seeds, made.models, dict(variables), run.origin, holds.read(connection)
    )
    names = [channel.name for channel in run.channels]
    decisions.record(
        connection, recorded, decided, lambda: outbox.store(connection, plan, run.id, recorded.at, names), midway
    )


def _outcome(decision: Decision, judged: Judged) -> MetricOutcome:
    outcome, candidate = decision.outcome, judged.found.get(decision.metric.id)
    evaluated = sum(check.outcome != "skipped" for check in decision.checks)
    rows = len(candidate.rows) if candidate else 0
    if decision.metric.id in judged.carried:
        rows = outcome.publications[-1].rows
    return MetricOutcome(decision.metric.id, outcome.status, outcome.version, rows, evaluated, outcome.reason)
