"""A person lets a held candidate through, on record; its whole coherence group goes with it."""

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
from connectors.storage.warehouse import Connection
from flows.setup.clock import now
from flows.stages.alert_rules import plan_release_alerts
from flows.stages.causes import Changes, explain
from flows.stages.dbt import project
from tokenshare.errors import UsageError
from tokenshare.metrics import METRICS, Metric
from tokenshare.noop import noop
from tokenshare.publication import Candidate, Check, Publication, decide

DERIVED = "coherence_group"  # falls with the check that shut the gate of the other member


@dataclass(frozen=True)
class ReleaseRequest:
    """Who lets which version through, and why."""

    metric: Metric
    version: int
    by: str
    reason: str
    at: datetime
    run_id: str
    channels: tuple[str, ...] = ()  # who is owed the news


def release(home: Home, permit: ReleaseRequest) -> list[Decision]:
    """Publishes the held candidates of the metric's group; what was released once stays so for the same findings.

    Raises UsageError where that version is not held, or where what shuts its gate is not a finding about data.
    """
    with lock.acquire(home.lock, permit.run_id, now), warehouse.open_warehouse(home.warehouse) as connection:
        _check_held(connection, permit)
        members = [metric for metric in METRICS if metric.group == permit.metric.group]
        judged = {metric.id: releases.read_checks(connection, metric) for metric in members}
        _check_findings(permit, [check for checks in judged.values() for check in checks])
        waiting = {metric.id: _waiting(connection, metric) for metric in members if judged[metric.id]}
        candidates = {id: candidate for id, (candidate, _) in waiting.items()}
        changes = Changes.since_last(connection, project(), candidates)
        made = [_let_out(connection, *waiting[id], judged[id], changes) for id in waiting]
        said = Release(permit.metric, permit.version, permit.by, permit.reason, permit.at)
        releases.record(connection, said, [check for checks in judged.values() for check in checks])
        _record(connection, permit, made)
        published.publish(connection, home, METRICS)
    return made


def _record(connection: Connection, permit: ReleaseRequest, made: list[Decision]) -> None:
    """Commits the decisions, and with them that what was held is held no longer."""
    made_of, plan = project(), plan_release_alerts(connection, permit.run_id, permit.at, made)
    run = decisions.DecisionContext(permit.run_id, permit.at, made_of.seeds, made_of.models, {})
    tell = partial(outbox.store, connection, plan, permit.run_id, permit.at, permit.channels)
    decisions.record(connection, run, made, tell, noop)


def _check_held(connection: Connection, permit: ReleaseRequest) -> None:
    standing = history.read_standing(connection, permit.metric)
    frozen = standing.shown if standing.shown and standing.shown.status == "held" else None
    held = standing.held or frozen  # what is found may hold a metric without moving a number of it
    if held is None or held.version != permit.version:
        there = f"version {held.version} is held" if held else "nothing of it is held"
        raise UsageError(f"{permit.metric.id} version {permit.version} is not held: {there}", "see `tokenshare gates`")


def _check_findings(permit: ReleaseRequest, checks: list[Check]) -> None:
    stuck = sorted({check.name for check in checks if check.shuts and check.name != DERIVED and not check.breaches})
    if stuck:
        raise UsageError(
            f"{permit.metric.id} is held by {', '.join(stuck)}, which is not a finding about data",
            "mend the build, then run `tokenshare refresh`",
        )


def _waiting(connection: Connection, metric: Metric) -> tuple[Candidate, Publication]:
    """The held candidate, or the shown version of a member that is held only with its group."""
    standing = history.read_standing(connection, metric)
    newest = standing.held or standing.shown
    if newest is None:
        raise UsageError(f"{metric.id} has no candidate to release with its group", "run `tokenshare refresh` first")
    return Candidate(metric, history.read_version(connection, metric, newest.version)), newest


def _let_out(
    connection: Connection, candidate: Candidate, newest: Publication, checks: list[Check], changes: Changes
) -> Decision:
    metric, standing = candidate.metric, history.read_standing(connection, candidate.metric)
    passed = [_released(check) for check in checks if check.name != DERIVED]
    verdict = decide(standing, candidate, passed, newest.suite_digest, newest.valid_through, confirmed=True)
    told = explain(connection, metric, standing, verdict, candidate, changes)
    return Decision(metric, verdict, tuple(passed), releases.read_citation(connection, metric), **told)


def _released(check: Check) -> Check:
    return replace(check, outcome="released") if check.shuts else check
