"""The faults of a pass: its decisions, sources, dead letters and skipped passes, turned into alerts."""

from collections.abc import Iterator, Sequence, Set
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from connectors.storage.alert_log import alert_inputs, outbox
from connectors.storage.alert_log.alert_inputs import Rejected
from connectors.storage.publications import history
from connectors.storage.publications.decisions import Decision
from connectors.storage.warehouse import Connection
from flows.setup.context import PassContext
from flows.setup.mirrors import mirrors_of
from flows.stages.ingest import NOT_SELECTED, SourceOutcome
from tokenshare.alerting import Alert, AlertPlan, Observation, inform, plan, remind
from tokenshare.alerts import Fault, Finding, LastGood
from tokenshare.errors import ExitCode, TokenshareError
from tokenshare.metrics import GROUP_BY_ID, Metric
from tokenshare.mirrors import MirrorOutcome
from tokenshare.publication import Check

MOST_FINDINGS = 10
DERIVED = ("coherence_group", "followed_groups")  # checks failing because of another member or group
SILENCES = {"absent": "source_absent", "refused": "source_refused"}  # runbook by status
FAILURES = {ExitCode.BUG: "pass_failed", ExitCode.BROKER: "broker_unavailable", ExitCode.RECORDS_LOST: "records_lost"}


def plan_alerts(
    run: PassContext, connection: Connection, decided: Sequence[Decision], sources: Sequence[SourceOutcome]
) -> AlertPlan:
    """The alerts of a pass, for the record together with its decisions."""
    standing, rejected = outbox.read_open(connection), alert_inputs.read_rejected(connection)
    faults = (
        *_held(run.as_of, connection, decided),
        *_noticed(run.as_of, decided),
        *_failed_sources(run.as_of, sources),
        *_dead_letters(run.as_of, rejected),
        *_skipped(connection),
    )
    unasked = {f"source/{found.id}" for found in sources if found.reason == NOT_SELECTED}
    unchanged = _unchanged(standing, rejected.keys() | alert_inputs.read_settled(connection))
    later = {f"mirror/{id}" for id in mirrors_of(run.settings)}  # they are written after the decision
    well = {alert.fault.id for alert in standing} - {fault.id for fault in faults} - unasked - unchanged - later
    seen = Observation(run.id, run.as_of, run.clock(), faults, frozenset(well))
    return _with_restatements(plan_of(connection, seen, run.settings.alert_repeat), decided, seen)


def plan_release_alerts(connection: Connection, run_id: str, at: datetime, decided: Sequence[Decision]) -> AlertPlan:
    """The alerts of a release: released metrics are no longer held, and may restate published cells."""
    out = frozenset(f"held/{decision.metric.id}" for decision in decided if decision.outcome.status != "held")
    seen = Observation(run_id, at, at, well=out)
    return _with_restatements(plan(outbox.read_open(connection), seen, outbox.read_sent(connection)), decided, seen)


def plan_mirror_alerts(run: PassContext, connection: Connection, mirrors: Sequence[MirrorOutcome]) -> AlertPlan:
    """The alerts about mirrors that a pass has left behind, and about those it has brought up to date."""
    faults = tuple(
        Fault(
            id=f"mirror/{found.id}",
            key=f"mirror/{found.id}",
            kind="mirror",
            subject=found.id,
            reason=f"{found.reason}: {found.fix}",
            since=run.as_of,
            runbook="mirror_behind",
        )
        for found in mirrors
        if found.status == "failed"
    )
    well = frozenset(f"mirror/{found.id}" for found in mirrors if found.status != "failed")
    seen = Observation(run.id, run.as_of, run.clock(), faults, well)
    return plan(outbox.read_open(connection), seen, outbox.read_sent(connection))


def plan_failure_alerts(
    connection: Connection, run_id: str, as_of: datetime, at: datetime, error: Exception
) -> AlertPlan:
    """The alerts of a failed pass."""
    code = _code(error)
    reason = (
        str(error) if isinstance(error, TokenshareError) else f"{type(error).__name__}; see tokenshare logs {run_id}"
    )
    name = code.name.lower()
    fault = Fault(
        id=f"pass/{name}",
        key=f"pass/{name}",
        kind="pass",
        subject=name,
        reason=reason,
        since=as_of,
        runbook=FAILURES[code],
    )
    return plan(outbox.read_open(connection), Observation(run_id, as_of, at, (fault,)), outbox.read_sent(connection))


def is_alarming(error: Exception) -> bool:
    """True if an error needs an alert, since nobody may be watching; not for a wrong setting or a busy home."""
    return _code(error) in FAILURES


def plan_of(connection: Connection, seen: Observation, every: Any) -> AlertPlan:
    """The alerts that begin and end, and the reminders that are due."""
    sent = outbox.read_sent(connection)
    made = plan(outbox.read_open(connection), seen, sent)
    return AlertPlan(made.alerts, made.resolved, (*made.notices, *remind(made.alerts, sent, seen, every)))


def _code(error: Exception) -> ExitCode:
    return error.exit_code if isinstance(error, TokenshareError) else ExitCode.BUG


def _held(as_of: datetime, connection: Connection, decided: Sequence[Decision]) -> list[Fault]:
    """One fault for each held metric, those with reasons of their own first; keyed by the group at the root."""
    held = [decision for decision in decided if decision.outcome.status == "held"]
    shut = {decision.metric.group for decision in held}
    own = {decision.metric.group for decision in held if _own(decision.checks)}
    ordered = sorted(held, key=lambda decision: not _own(decision.checks))
    good = _last_good(connection, [decision.metric for decision in held])
    return [
        _held_fault(as_of, decision, _root(decision.metric.group, own, shut), good.get(decision.metric.id))
        for decision in ordered
    ]


def _last_good(connection: Connection, metrics: Sequence[Metric]) -> dict[str, LastGood]:
    """The version of each metric that readers see, with its newest row."""
    standings = history.read_standings(connection)
    shown = ((metric, standings[metric.id].shown) for metric in metrics if metric.id in standings)
    return {
        metric.id: LastGood(
            version=found.version,
            as_of=found.valid_through,
            row=_json_row(history.read_newest_row(connection, metric, found.version)),
        )
        for metric, found in shown
        if found
    }


def _held_fault(as_of: datetime, decision: Decision, root: str, good: LastGood | None) -> Fault:
    metric, outcome = decision.metric, decision.outcome
    checks = [*_own(decision.checks), *(check for check in decision.checks if check.holds and check.name in DERIVED)]
    since = next((found.held_since for found in outcome.publications if found.held_since), as_of)
    return Fault(
        id=f"held/{metric.id}",
        key=f"held/{root}",
        kind="held",
        subject=metric.relation,
        reason=outcome.reason,
        since=since,
        runbook=checks[0].name if checks else "build",
        last_good=good,
        findings=tuple(_finding(check) for check in checks[:MOST_FINDINGS]),
    )


def _root(group: str, own: set[str], shut: set[str]) -> str:
    """The group at the root of a shut gate: this group, or one it follows, directly or not."""
    followed = next((id for id in GROUP_BY_ID[group].follows.groups if id in shut), None)
    return group if group in own or followed is None else _root(followed, own, shut)


def _own(checks: Sequence[Check]) -> list[Check]:
    return [check for check in checks if check.holds and check.name not in DERIVED]


def _noticed(as_of: datetime, decided: Sequence[Decision]) -> Iterator[Fault]:
    """Failed checks of severity `alert`: they shut no gate, and people get an alert."""
    for decision in decided:
        for check in decision.checks:
            if check.severity == "alert" and check.outcome == "failed":
                yield Fault(
                    id=f"noticed/{decision.metric.id}/{check.name}",
                    key=f"noticed/{decision.metric.group}",
                    kind="noticed",
                    subject=decision.metric.relation,
                    reason=f"{check.name}: {check.observed}",
                    since=as_of,
                    runbook=check.name,
                    findings=(_finding(check),),
                )


def _with_restatements(made: AlertPlan, decided: Sequence[Decision], seen: Observation) -> AlertPlan:
    """The plan, with one message more if published numbers changed."""
    return replace(made, notices=(*made.notices, *inform("restated", list(_restated(decided, seen.as_of)), seen)))


def _restated(decided: Sequence[Decision], as_of: datetime) -> Iterator[Fault]:
    for decision in decided:
        if decision.restatements:
            id, cells = decision.metric.id, len(decision.restatements)
            yield Fault(
                id=f"restated/{id}/{decision.outcome.version}",
                kind="restated",
                subject=decision.metric.relation,
                reason=f"{cells} cells of version {decision.old_version} differ in version "
                f"{decision.outcome.version}, cause: {decision.cause}; see tokenshare restatements {id}",
                since=as_of,
                runbook="restatements",
            )


def _failed_sources(as_of: datetime, sources: Sequence[SourceOutcome]) -> Iterator[Fault]:
    for found in sources:
        if found.status in SILENCES:
            id = f"source/{found.id}"
            yield Fault(
                id=id,
                key=id,
                kind="source",
                subject=found.id,
                reason=f"{found.status}: {found.reason}",
                since=as_of,
                runbook=SILENCES[found.status],
            )


def _dead_letters(as_of: datetime, rejected: dict[str, Rejected]) -> Iterator[Fault]:
    for topic, found in rejected.items():
        if found.records:
            id = f"dead_letter/{topic}"
            yield Fault(
                id=id,
                key=id,
                kind="dead_letter",
                subject=topic,
                reason=_why_rejected(found),
                since=as_of,
                runbook="dead_letters",
            )


def _why_rejected(found: Rejected) -> str:
    broken = found.records - found.unproven
    parts = (f"{broken} records break the contract", f"{found.unproven} records do not prove that this home wrote them")
    return "; ".join(part for part, number in zip(parts, (broken, found.unproven), strict=True) if number)


def _unchanged(standing: Sequence[Alert], changed: Set[str]) -> set[str]:
    """Open dead-letter faults of unchanged topics: nothing has landed there since, and nobody settled a dead letter."""
    known = {alert.fault.id for alert in standing if alert.fault.kind == "dead_letter"}
    return known - {f"dead_letter/{topic}" for topic in changed}


def _skipped(connection: Connection) -> Iterator[Fault]:
    for skip in alert_inputs.read_skips(connection):
        yield Fault(
            id=f"skipped/{skip.run_id}",
            key="skipped",
            kind="skipped",
            subject=skip.run_id,
            reason=skip.reason,
            since=skip.at,
            runbook="pass_skipped",
        )


def _finding(check: Check) -> Finding:
    return Finding(check=check.name, observed=check.observed, expected=check.expected, runbook=check.name)


def _json_row(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else _json_value(value) for name, value in row.items()}


def _json_value(value: Any) -> Any:
    return value if value is None or isinstance(value, str | int | float) else str(value)
