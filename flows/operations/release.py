"""Release of a held candidate by a person, on record, together with its whole coherence group."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from connectors import lock
from connectors.storage import warehouse
from connectors.storage.alert_log import outbox
from connectors.storage.home import Home
from connectors.storage.publications import decisions, history, published, releases
from connectors.storage.publications.decisions import Decision
from connectors.storage.publications.releases import Release
from connectors.storage.warehouse import Connection, builds
from flows.setup.clock import now
from flows.stages.alert_rules import plan_release_alerts
from flows.stages.causes import Changes, explain
from flows.stages.dbt import project
from tokenshare.errors import UsageError
from tokenshare.metrics import METRICS, Metric
from tokenshare.noop import noop
from tokenshare.publication import Candidate, Check, Publication, decide

DERIVED = "coherence_group"  # it fails only because a check of another member failed


@dataclass(frozen=True)
class ReleaseRequest:
    """A request to release a version, with its author and reason."""

    metric: Metric
    version: int
    by: str
    reason: str
    at: datetime
    run_id: str
    channels: tuple[str, ...] = ()  # the channels to alert


def release(home: Home, request: ReleaseRequest) -> list[Decision]:
    """Publish the held candidates of the metric's group; the same findings stay released in later passes.

    Raises UsageError if the version is not held, or if a check shutting its gate is not a finding about data.
    """
    with lock.acquire(home.lock, request.run_id, now), warehouse.open_warehouse(home.warehouse) as connection:
        _check_held(connection, request)
        members = [metric for metric in METRICS if metric.group == request.metric.group]
        judged = releases.read_checks(connection, members)
        _check_findings(request, [check for checks in judged.values() for check in checks])
        held = [metric for metric in members if any(check.holds for check in judged[metric.id])]
        publications = {metric.id: _candidate(connection, metric) for metric in held}
        candidates = {id: candidate for id, (candidate, _) in publications.items()}
        changes = Changes.since_last(connection, project(home), candidates)
        decided = [_decide(connection, *publications[id], judged[id], changes) for id in publications]
        record = Release(request.metric, request.version, request.by, request.reason, request.at)
        releases.record(connection, record, [check for checks in judged.values() for check in checks])
        _record(connection, home, request, decided)
        builds.delete(connection)  # it leaves out what is released now
        published.publish(connection, home, METRICS)
    return decided


def _record(connection: Connection, home: Home, request: ReleaseRequest, decided: list[Decision]) -> None:
    """Commit the decisions, and with them the end of the holds' alerts."""
    inputs, plan = project(home), plan_release_alerts(connection, request.run_id, request.at, decided)
    run = decisions.DecisionContext(request.run_id, request.at, inputs.seeds, inputs.models, {})
    store_alerts = partial(outbox.store, connection, plan, request.run_id, request.at, request.channels)
    decisions.record(connection, run, decided, store_alerts, noop)


def _check_held(connection: Connection, request: ReleaseRequest) -> None:
    standing = history.read_standing(connection, request.metric)
    frozen = standing.shown if standing.shown and standing.shown.status == "held" else None
    held = standing.held or frozen  # a finding may hold a metric without changing any of its numbers
    if held is None or held.version != request.version:
        found = f"version {held.version} is held" if held else "no version is held"
        raise UsageError(
            f"{request.metric.id} version {request.version} is not held: {found}", "see `tokenshare gates`"
        )


def _check_findings(request: ReleaseRequest, checks: list[Check]) -> None:
    not_about_data = sorted(
        {check.name for check in checks if check.holds and check.name != DERIVED and not check.breaches}
    )
    if not_about_data:
        raise UsageError(
            f"{request.metric.id} is held by {', '.join(not_about_data)}, which is not a finding about data",
            "mend the build, then run `tokenshare refresh`",
        )


def _candidate(connection: Connection, metric: Metric) -> tuple[Candidate, Publication]:
    """The held candidate, or the shown version of a member held only with its group."""
    standing = history.read_standing(connection, metric)
    newest = standing.held or standing.shown
    if newest is None:
        raise UsageError(f"{metric.id} has no candidate to release with its group", "run `tokenshare refresh` first")
    return Candidate(metric, history.read_version(connection, metric, newest.version)), newest


def _decide(
    connection: Connection, candidate: Candidate, newest: Publication, checks: list[Check], changes: Changes
) -> Decision:
    metric, standing = candidate.metric, history.read_standing(connection, candidate.metric)
    passed = [_released(check) for check in checks if check.name != DERIVED]
    outcome = decide(standing, candidate, passed, newest.suite_digest, newest.valid_through, confirmed=True)
    causes = explain(connection, metric, standing, outcome, candidate, changes)
    return Decision(metric, outcome, tuple(passed), releases.read_citation(connection, metric), **causes)


def _released(check: Check) -> Check:
    return replace(check, outcome="released") if check.holds else check
