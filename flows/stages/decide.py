"""Stage 11, first half: from candidates and checks to decisions, with the cause of every changed cell."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from connectors.sources import citation_of
from connectors.storage.publications import history
from connectors.storage.publications.decisions import Decision
from connectors.storage.warehouse import Connection
from flows.stages.causes import Changes, explain
from flows.stages.dbt import Project
from flows.stages.hold import Judged
from flows.stages.ingest import SourceOutcome
from tokenshare.held_periods import HeldPeriod, PeriodFinding, touched_periods, with_holds
from tokenshare.metrics import METRIC_BY_ID, METRICS, ROUTER_SOURCES, Metric
from tokenshare.publication import (
    GateOutcome,
    Standing,
    decide,
    hold_back,
    hold_periods,
    in_place,
    keep,
    reason_of,
    reason_of_periods,
)


def decide_metrics(
    connection: Connection, judged: Judged, answered: frozenset[str], as_of: datetime, project: Project, is_turn: bool
) -> list[Decision]:
    """The decision about every metric: first the judged metrics, then those outside this set-up.

    `is_turn`: the pass fetches nothing, and makes the versions of a running hour anew.
    """
    changes = Changes.since_last(connection, project, judged.found)
    standings = history.read_standings(connection)
    decided = [
        _decide(connection, METRIC_BY_ID[id], standings.get(id, Standing()), judged, answered, as_of, changes)
        for id in judged.checks
    ]
    if is_turn:
        found = ((made, standings.get(made.metric.id, Standing())) for made in decided)
        decided = [_within_the_hour(connection, made, standing, as_of) for made, standing in found]
    return [*decided, *(_inactive(metric) for metric in METRICS if metric.id not in judged.checks)]


def answering(sources: Sequence[SourceOutcome], variables: Mapping[str, Any]) -> frozenset[str]:
    """The sources with an answer in this pass: they alone confirm unchanged numbers.

    A source only compared with another one confirms nothing.
    """
    compared = set(ROUTER_SOURCES) - set(variables["usage_sources"])
    return frozenset(found.id for found in sources if found.status in ("fetched", "unchanged")) - compared


def _decide(
    connection: Connection,
    metric: Metric,
    standing: Standing,
    judged: Judged,
    answered: frozenset[str],
    as_of: datetime,
    changes: Changes,
) -> Decision:
    candidate, refused = judged.found.get(metric.id), judged.refused.get(metric.id)
    findings = [f for f in judged.findings if f.group == metric.group and f.metric in ("", metric.id)]
    periods = _held_periods(connection, metric, judged, findings, as_of)
    checks = with_holds(judged.checks[metric.id], findings) if periods else judged.checks[metric.id]
    if metric.id in judged.carried:
        return Decision(metric, keep(standing, as_of, metric.is_met_by(answered)), tuple(checks), citation_of(metric))
    if candidate is None:
        outcome = hold_back(standing, reason_of(checks), as_of)
    else:
        from expectations.suites import pin  # Great Expectations: seven seconds

        before = replace(standing, held=None) if periods else standing  # the held version stays with its periods
        outcome = decide(before, candidate, checks, pin(metric)["digest"], as_of, metric.is_met_by(answered))
    explained = explain(connection, metric, standing, outcome, candidate, changes)
    if periods and outcome.status != "held":
        since = min(period.since for period in periods)
        outcome = hold_periods(outcome, standing, refused, reason_of_periods(checks), since)
    return Decision(metric, outcome, tuple(checks), citation_of(metric), periods, **explained)


def _within_the_hour(connection: Connection, made: Decision, standing: Standing, as_of: datetime) -> Decision:
    """A decision that replaces a version of the same hour, and restates nothing that was over, in that version's place.

    A version that restates something stays.
    """
    metric, outcome = made.metric, made.outcome
    replaced = {"published": standing.shown, "held": standing.held}.get(outcome.status)
    if not metric.is_pushed or replaced is None or replaced.version != standing.last_version:
        return made
    if (outcome.version or 0) <= replaced.version or made.restatements or made.held_periods:
        return made
    if replaced.status == "released" or not _are_in_one_hour(replaced.as_of, as_of):
        return made
    if history.has_restated(connection, metric, replaced.version):
        return made
    return replace(made, outcome=in_place(outcome, replaced), is_anew=True)


def _are_in_one_hour(*moments: datetime) -> bool:
    return len({moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0) for moment in moments}) == 1


def _held_periods(
    connection: Connection, metric: Metric, judged: Judged, findings: Sequence[PeriodFinding], as_of: datetime
) -> tuple[HeldPeriod, ...]:
    """The periods of a metric that findings hold, each since it was first held by that finding."""
    if not findings:
        return ()
    rows = [row for found in (judged.found, judged.refused) if metric.id in found for row in found[metric.id].rows]
    since = {(held.period, held.check, held.key): held.since for held in history.read_held_periods(connection, metric)}
    return tuple(
        HeldPeriod(
            metric=metric.id,
            period=period,
            check=f.check,
            key=f.key,
            entity=f.entity,
            observed=f.observed,
            expected=f.expected,
            since=since.get((period, f.check, f.key), as_of),
        )
        for period, behind in touched_periods(metric, rows, findings).items()
        for f in behind
    )


def _inactive(metric: Metric) -> Decision:
    return Decision(metric, GateOutcome("inactive", (), "none of its sources is part of this set-up"), (), "")
