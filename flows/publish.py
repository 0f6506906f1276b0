"""Stages 10 and 11: every candidate judged, decided, and shown; the last good version stays where a gate shuts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.sources import SOURCES
from connectors.storage import warehouse
from connectors.storage.alert_log import alert_inputs, outbox
from connectors.storage.home import Home
from connectors.storage.landing import gaps
from connectors.storage.publications import candidates, decisions, history, published
from connectors.storage.publications.decisions import Decision
from connectors.storage.warehouse import Connection, fencing
from connectors.storage.warehouse.builds import Build
from flows import parts
from flows.alarms import foresee
from flows.causes import Changes, explain
from flows.dbt import project
from flows.graph import read_graph
from flows.ingest import SourceOutcome
from flows.run import Run
from tokenshare.metrics import GROUP_BY_ID, METRIC_BY_ID, METRICS, ROUTER_SOURCES, Metric
from tokenshare.publication import Breach, Candidate, Check, Row, Verdict, decide, hold_back, reason_of


@dataclass(frozen=True)
class MetricOutcome:
    """What became of one metric in a pass; `version` is the one judged, which readers see unless it is held."""

    id: str
    status: str
    version: int | None
    rows: int
    checks: int
    reason: str


def publish(
    run: Run, build: Build, sources: Sequence[SourceOutcome], variables: Mapping[str, Any]
) -> list[MetricOutcome]:
    """Judges all active metrics, commits the decisions in one transaction, and swaps in what readers see."""
    active = parts.active(run)
    with fencing.open_fenced(run.home.warehouse, run.fence) as connection:
        found = _candidates(connection, active, build)
        with run.point("judge") as midway:
            checks = _judge(run, connection, active, found, build, midway)
        made = _decide(run, connection, found, checks, _answered(sources, variables))
        inactive = [_inactive(metric) for metric in METRICS if metric not in active]
        with run.point("decide") as midway:
            _record(run, connection, [*made, *inactive], sources, variables, midway)
        with run.point("swap") as midway:
            published.publish(connection, run.home, METRICS, midway)
    return [_outcome(decision, found.get(decision.metric.id)) for decision in [*made, *inactive]]


def republish(home: Home) -> None:
    """Rebuilds the published file where a pass was cut off between deciding and showing."""
    with warehouse.open_warehouse(home.warehouse) as connection:
        if history.any_recorded(connection) and not published.is_current(connection, home):
            published.publish(connection, home, METRICS)


def _candidates(connection: Connection, active: Sequence[Metric], build: Build) -> dict[str, Candidate]:
    read = {
        metric.id: candidates.read_candidate(connection, metric) for metric in active if metric.id not in build.failed
    }
    return {id: candidate for id, candidate in read.items() if candidate is not None}


def _judge(
    run: Run,
    connection: Connection,
    active: Sequence[Metric],
    found: Mapping[str, Candidate],
    build: Build,
    midway: Any,
) -> dict[str, list[Check]]:
    from expectations.evidence import DeadLetterRate, Measured
    from expectations.gates import Case, judge  # seven seconds

    checks: dict[str, list[Check]] = {}
    graph = read_graph()
    for group in dict.fromkeys(metric.group for metric in active):
        members, shut = tuple(metric for metric in active if metric.group == group), _shut(group, checks)
        case = Case(
            metrics=members,
            candidates=found,
            measured=tuple(Measured(*row) for row in candidates.read_evidence(connection, GROUP_BY_ID[group])),
            failed_tests=graph.concerning(build.failed, members),
            released=history.read_releases(connection, group),
            as_of=run.as_of,
            shut=shut,
            shown=_shown(connection, members) if shut else {},
            gaps=_gaps(run, connection, members),
            gone=_gone(run, members),
            letters=tuple(
                DeadLetterRate(*row) for row in alert_inputs.read_dead_letter_counts(connection, _topics(members))
            ),
        )
        checks |= judge(case)
        midway()
    return checks


def _gaps(run: Run, connection: Connection, members: Sequence[Metric]) -> tuple[Breach, ...]:
    """Accepted losses in what these metrics are made from that are not stated again."""
    needed = {id for metric in members for id in metric.sources}
    asked = [source for source in parts.present(run) if source.id in needed]
    return tuple(Breach(gap.place, gap.source_id) for gap in gaps.read_open(connection, asked))


def _gone(run: Run, members: Sequence[Metric]) -> tuple[Breach, ...]:
    """The files these metrics are made from that the world has lost; verdicts are held by what they follow."""
    follows = GROUP_BY_ID[members[0].group].follows
    needed = {id for metric in members for id in (metric.needed if follows.stands_on else metric.sources)}
    found = {s.world_file: gone for s in SOURCES if s.id in needed and (gone := parts.why_gone(run, s))}
    return tuple(Breach(file, gone) for file, gone in found.items())


def _topics(members: Sequence[Metric]) -> list[str]:
    return sorted({topic.name for metric in members for topic in metric.topics})


def _shut(group: str, checks: Mapping[str, Sequence[Check]]) -> tuple[str, ...]:
    """Of the groups this one follows, those whose gates are shut in this pass; they are judged before it."""
    shut = {METRIC_BY_ID[id].group for id, judged in checks.items() if any(check.shuts for check in judged)}
    return tuple(id for id in GROUP_BY_ID[group].follows.groups if id in shut)


def _shown(connection: Connection, metrics: Sequence[Metric]) -> dict[str, tuple[Row, ...]]:
    """The rows that readers see of each metric; none of one that nobody has seen yet."""
    standing = {metric: history.read_standing(connection, metric).shown for metric in metrics}
    return {m.id: history.read_version(connection, m, shown.version) for m, shown in standing.items() if shown}


def _decide(
    run: Run,
    connection: Connection,
    found: Mapping[str, Candidate],
    checks: Mapping[str, list[Check]],
    answered: frozenset[str],
) -> list[Decision]:
    from expectations.suites import pin

    changes = Changes.since_last(connection, project(), found)
    made = []
    for id, judged in checks.items():
        metric = next(metric for metric in METRICS if metric.id == id)
        standing = history.read_standing(connection, metric)
        if id in found:
            confirmed = metric.is_met_by(answered)
            verdict = decide(standing, found[id], judged, pin(metric)["digest"], run.as_of, confirmed)
        else:
            verdict = hold_back(standing, reason_of(judged), run.as_of)
        told = explain(connection, metric, standing, verdict, found.get(id), changes)
        made.append(Decision(metric, verdict, tuple(judged), _citation(metric), **told))
    return made


def _answered(sources: Sequence[SourceOutcome], variables: Mapping[str, Any]) -> frozenset[str]:
    """The sources that answered in this pass: only by them do unchanged numbers speak for it. A twin that is only
    compared with is none of them."""
    twins = set(ROUTER_SOURCES) - set(variables["usage_sources"])
    return frozenset(found.id for found in sources if found.status in ("fetched", "unchanged")) - twins


def _inactive(metric: Metric) -> Decision:
    return Decision(metric, Verdict("inactive", (), "none of its sources is part of this set-up"), (), "")


def _citation(metric: Metric) -> str:
    return " ".join(dict.fromkeys(source.citation for source in SOURCES if source.id in metric.sources)) or "curated"


def _record(
    run: Run,
    connection: Connection,
    decided: Sequence[Decision],
    sources: Sequence[SourceOutcome],
    variables: Mapping[str, Any],
    midway: Any,
) -> None:
    """Commits the decisions, and with them what others are to hear of it."""
    made, plan = project(), foresee(run, connection, decided, sources)
    recorded = decisions.Run(run.id, run.clock(), made.seeds, made.models, dict(variables))
    names = [channel.name for channel in run.channels]
    decisions.record(
        connection, recorded, decided, lambda: outbox.store(connection, plan, run.id, recorded.at, names), midway
    )


def _outcome(decision: Decision, candidate: Candidate | None) -> MetricOutcome:
    verdict = decision.verdict
    evaluated = sum(check.outcome != "skipped" for check in decision.checks)
    rows = len(candidate.rows) if candidate else 0
    return MetricOutcome(decision.metric.id, verdict.outcome, verdict.version, rows, evaluated, verdict.reason)
