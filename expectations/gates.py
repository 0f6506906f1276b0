"""The gate: shut unless every check of a metric was evaluated. It never edits rows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from math import isfinite

import pandas as pd

from expectations.dependency_gate import judge_dependencies
from expectations.evidence import (
    BUILD,
    FEW_LETTERS,
    GAPS,
    GONE,
    LETTERS,
    DeadLetterRate,
    Measured,
    freshness,
    in_force,
    spoilt,
)
from expectations.frames import CandidateFrames
from expectations.laws import LAWS, Frames
from expectations.measures import Measure, breaches_of, describe, ends_of
from expectations.pins import pins
from expectations.profiles import ProfileLine, Rule, line_of, lines_of, rules_of
from expectations.suites import pin, suite_for
from tokenshare.held_periods import period_of
from tokenshare.metrics import GROUP_BY_ID, Interval, Metric
from tokenshare.publication import WHOLE, Breach, Candidate, Check, CheckSeverity, Row

NOT_BUILT = Check("build", "failed", "no relation", "a relation built by dbt")
Sound = frozenset[str]  # keys of profile lines
ReleasedFindings = frozenset[tuple[str, str, str]]  # (check, key, observed), each released by a person


@dataclass(frozen=True)
class Case:
    """The inputs of the gate for one coherence group."""

    metrics: tuple[Metric, ...]
    candidates: Mapping[str, Candidate]  # of every active metric: laws compare across them
    measured: tuple[Measured, ...]
    failed_nodes: Mapping[str, str]  # models and relation tests without success, with dbt's message
    released: ReleasedFindings
    as_of: datetime
    shut: tuple[str, ...] = ()  # groups it follows whose own gates are shut
    shown: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)  # published rows by metric, if any is shut
    gaps: tuple[Breach, ...] = ()  # accepted losses, by source, not stated again yet
    letters: tuple[DeadLetterRate, ...] = ()  # of the topics it is made from
    gone: tuple[Breach, ...] = ()  # missing files it was made from


@dataclass(frozen=True)
class Observed:
    """What was observed of a group: measures of the group and of each metric, and the lines of all for a validation."""

    case: Case
    evidence: Sequence[Measure]
    laws: Mapping[str, "ReadLaws"]
    lines: Sequence[ProfileLine]


def observe(case: Case) -> Observed:
    """Profile the candidates of a group, for a validation."""
    frames, evidence = CandidateFrames(case.candidates), _evidence(case)
    laws = {m.id: _read_laws(m, frames) for m in case.metrics if m.id in frames}
    lines = [line_of(_owner(case), measure) for measure in evidence if len(measure.observed)]
    for metric in case.metrics:
        if metric.id in frames:
            lines += lines_of(metric.id, _rules(metric), frames[metric.id])
            lines += [line_of(metric.id, measure) for measure in laws[metric.id].measures if len(measure.observed)]
    return Observed(case, evidence, laws, lines)


def judge(observed: Observed, sound: Sound) -> dict[str, list[Check]]:
    """The checks of each metric of a group; one failed member shuts the gate of all."""
    case = observed.case
    shared = [_built(case.failed_nodes), _whole(case), _there(case), _read(case)]
    shared += _measure(_owner(case), observed.evidence, sound, case.released)
    checks = {m.id: [*shared, NOT_BUILT] for m in case.metrics}
    for metric in case.metrics:
        if metric.id in observed.laws:
            found = _judge_metric(metric, observed.laws[metric.id], sound, case)
            checks[metric.id] = [*shared, *found]
    return _together(checks) if len(case.metrics) > 1 else checks


def _owner(case: Case) -> str:
    """The owner of what is observed of the group itself: no metric has this id."""
    return f"{case.metrics[0].group}*"


@cache
def _rules(metric: Metric) -> tuple[Rule, ...]:
    return rules_of(suite_for(metric))


def _judge_metric(metric: Metric, laws: "ReadLaws", sound: Sound, case: Case) -> Iterator[Check]:
    candidate = case.candidates[metric.id]
    yield _pinned(metric)
    if GROUP_BY_ID[metric.group].follows.groups:
        yield judge_dependencies(metric, candidate.rows, case.shown.get(metric.id, ()), case.shut)
    breach = Breach(WHOLE, candidate.digest)
    for rule in _rules(metric):
        passed = f"{metric.id} {rule.name}" in sound
        observed = "holds" if passed else f"does not hold in {len(candidate.rows)} rows"
        yield _check(rule.name, passed, observed, "holds", () if passed else (breach,), case.released)
    yield from _measure(metric.id, laws.measures, sound, case.released)
    yield from laws.unread


def _evidence(case: Case) -> list[Measure]:
    group, limit = GROUP_BY_ID[case.metrics[0].group], case.metrics[0].freshness
    measured = in_force(case.measured, case.as_of, limit) if limit else case.measured
    measures = [
        Measure(
            name=e.name,
            observed=_series(measured, e.name),
            interval=e.within,
            needs_keys=not e.is_occasional,
            alerts_only=e.alerts_only,
            is_named=e.is_named,
            keeps_last=e.keeps_last,
        )
        for e in group.evidence
    ]
    if not group.evidence or limit is None:
        return measures
    fresh, interval = freshness(group, measured, case.as_of, limit)
    return [*measures, Measure(fresh.check, _series([fresh], fresh.check), interval)]


@dataclass(frozen=True)
class ReadLaws:
    """The laws of a metric as measures, and a failed check for each that could not be read."""

    measures: tuple[Measure, ...]
    unread: tuple[Check, ...]


def _read_laws(metric: Metric, frames: Frames) -> ReadLaws:
    measures, unread = [], []
    for name in metric.laws:
        interval = Interval(LAWS[name].minimum, LAWS[name].maximum)
        try:
            measures.append(Measure(name, LAWS[name].measure(metric, frames), interval))
        except Exception as error:  # noqa: BLE001  # an unreadable law is a broken one
            unread.append(Check(name, "failed", f"{type(error).__name__}: {error}", str(interval)))
    return ReadLaws(tuple(measures), tuple(unread))


def _measure(owner: str, measures: Sequence[Measure], sound: Sound, released: ReleasedFindings) -> Iterator[Check]:
    """The checks of measures: all their numbers lie within the interval; a key without a value makes them unknown."""
    for measure in measures:
        if not len(measure.observed):
            continue
        found = tuple(breaches_of(measure))
        breaches = tuple(b for b in found if (measure.name, b.key, b.observed) not in released)
        passed = f"{owner} {measure.name}" in sound and not found
        check = _check(measure.name, passed, describe(measure, breaches or found), measure.expected, found, released)
        if check.outcome == "failed":
            check = replace(check, breaches=breaches)
        if measure.keeps_last and check.shuts and all(period_of(breach.key) for breach in breaches):
            check = replace(check, outcome="held")
        lowest, highest = (end if isfinite(end) else None for end in ends_of(measure))
        severity: CheckSeverity = "alert" if measure.alerts_only else "hold"
        yield replace(check, severity=severity, lowest=lowest, highest=highest)
    for measure in measures:
        if not len(measure.observed):
            yield _check(measure.name, not measure.needs_keys, "no key to judge", measure.expected, (), released)


def _check(
    name: str, passed: bool, observed: str, expected: str, breaches: tuple[Breach, ...], released: ReleasedFindings
) -> Check:
    check = Check(name, "passed" if passed else "failed", observed, expected, breaches=breaches)
    is_known = bool(breaches) and all((name, breach.key, breach.observed) in released for breach in breaches)
    return replace(check, outcome="released") if is_known else check


def _pinned(metric: Metric) -> Check:
    expected, observed = pins().get(metric.id), pin(metric)
    text = f"{observed['expectations']} expectations, {observed['digest'][:12]}"
    return Check("suite_pinned", "passed" if expected == observed else "failed", text, "the committed suite")


def _built(failed: Mapping[str, str]) -> Check:
    """The check on the build: the first error of dbt, then every name; what was skipped has no error of its own."""
    first = next((f"{name}: {message}; failed: " for name, message in failed.items() if message), "")
    observed = f"{first}{', '.join(failed)}" if failed else "all passed"
    return Check(BUILD, "failed" if failed else "passed", observed, "all passed")


def _whole(case: Case) -> Check:
    """The check on accepted gaps: a gap stays open until its source has stated everything again."""
    lacking = "; ".join(f"{gap.observed} since {gap.key}" for gap in case.gaps[:3]) or "none"
    return _check(GAPS, not case.gaps, lacking, "stated again", case.gaps, case.released)


def _there(case: Case) -> Check:
    """The check on missing files: their rows may be withdrawn or lost, and nobody can tell."""
    observed = "; ".join(f"{file.key} {file.observed}" for file in case.gone) or "none"
    return _check(GONE, not case.gone, observed, "no file gone", case.gone, case.released)


def _read(case: Case) -> Check:
    """The check on dead letters: a topic full of invalid records may contain uncounted numbers."""
    observed, breaches = spoilt(case.letters)
    return _check(LETTERS, not breaches, observed, FEW_LETTERS, breaches, case.released)


def _together(checks: dict[str, list[Check]]) -> dict[str, list[Check]]:
    shut = [id for id, found in checks.items() if any(check.shuts for check in found)]
    verdict = Check("coherence_group", "failed", f"{', '.join(shut[:3])} held", "every member passes")
    return {id: found if id in shut or not shut else [*found, verdict] for id, found in checks.items()}


def _series(measured: Sequence[Measured], name: str) -> pd.Series:
    found = [m for m in measured if m.check == name]
    return pd.Series([m.observed for m in found], index=[m.key for m in found], dtype=float)
