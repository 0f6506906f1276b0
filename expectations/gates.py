"""The gate: shut unless every check of a metric was evaluated. It never edits rows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import pandas as pd
from great_expectations import ExpectationSuite

from expectations.dependency_gate import judge_dependencies
from expectations.evidence import FEW_LETTERS, DeadLetterRate, Measured, freshness, in_force, spoilt
from expectations.frames import CandidateFrames
from expectations.laws import LAWS, Frames
from expectations.measures import Measure, breaches_of, describe, ends_of
from expectations.pins import pins
from expectations.suites import digest_of, measures_suite, pin, suite_for
from expectations.validation import validate
from tokenshare.held_periods import period_of
from tokenshare.metrics import GROUP_BY_ID, Interval, Metric
from tokenshare.publication import WHOLE, Breach, Candidate, Check, Row

_OBEYED: set[tuple[str, ...]] = set()  # digests of suites and rows: all rules passed in this process
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


def judge(case: Case) -> dict[str, list[Check]]:
    """The checks of each metric of a group; one failed member shuts the gate of all."""
    frames = CandidateFrames(case.candidates)
    shared = [_built(case.failed_nodes), _whole(case), _there(case), _read(case)]
    shared += _measure(_evidence(case), case.released)
    checks = {m.id: [*shared, *_judge_metric(m, frames, case)] for m in case.metrics}
    return _together(checks) if len(case.metrics) > 1 else checks


def _judge_metric(metric: Metric, frames: Frames, case: Case) -> Iterator[Check]:
    if metric.id not in frames:
        yield Check("build", "failed", "no relation", "a relation built by dbt")
        return
    yield _pinned(metric)
    if GROUP_BY_ID[metric.group].follows.groups:
        yield judge_dependencies(metric, case.candidates[metric.id].rows, case.shown.get(metric.id, ()), case.shut)
    yield from _contract(metric, frames[metric.id], case)
    measures, unread = _read_laws(metric, frames)
    yield from _measure(measures, case.released)
    yield from unread


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


def _read_laws(metric: Metric, frames: Frames) -> tuple[list[Measure], list[Check]]:
    measures, unread = [], []
    for name in metric.laws:
        interval = Interval(LAWS[name].minimum, LAWS[name].maximum)
        try:
            measures.append(Measure(name, LAWS[name].measure(metric, frames), interval))
        except Exception as error:  # noqa: BLE001  # an unreadable law is a broken one
            unread.append(Check(name, "failed", f"{type(error).__name__}: {error}", str(interval)))
    return measures, unread


def _contract(metric: Metric, frame: pd.DataFrame, case: Case) -> Iterator[Check]:
    suite, digest = suite_for(metric), case.candidates[metric.id].digest
    breach = Breach(WHOLE, digest)
    for rule, passed in zip(suite.expectations, _obeyed(suite, frame, digest), strict=True):
        name = ":".join([rule.expectation_type, *_columns(rule.configuration.kwargs)])
        observed = "holds" if passed else f"does not hold in {len(frame)} rows"
        yield _check(name, passed, observed, "holds", () if passed else (breach,), case.released)


def _obeyed(suite: ExpectationSuite, frame: pd.DataFrame, digest: str) -> list[bool]:
    """True or False for each rule over the rows; a digest that passed every rule is cached."""
    known = (digest_of(suite), digest, *frame.columns)
    outcomes = [True] * len(suite.expectations) if known in _OBEYED else validate(suite, frame)
    if all(outcomes):
        _OBEYED.add(known)
    return outcomes


def _measure(measures: Sequence[Measure], released: ReleasedFindings) -> Iterator[Check]:
    """Judge the lowest and the highest value of each measure; a key without a value makes both unknown."""
    known = [m for m in measures if len(m.observed)]
    ends = {m.name: ends_of(m) for m in known}
    suite = measures_suite({m.name: m.interval for m in known})
    outcomes = validate(suite, pd.DataFrame(ends)) if known else []
    for index, measure in enumerate(known):
        found = tuple(breaches_of(measure))
        breaches = tuple(b for b in found if (measure.name, b.key, b.observed) not in released)
        passed = outcomes[index] and not found
        check = _check(measure.name, passed, describe(measure, breaches or found), measure.expected, found, released)
        if check.outcome == "failed":
            check = replace(check, breaches=breaches)
        if measure.keeps_last and check.shuts and all(period_of(breach.key) for breach in breaches):
            check = replace(check, outcome="held")
        yield replace(check, severity="alert" if measure.alerts_only else "hold")
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
    return Check("dbt_build", "failed" if failed else "passed", observed, "all passed")


def _whole(case: Case) -> Check:
    """The check on accepted gaps: a gap stays open until its source has stated everything again."""
    lacking = "; ".join(f"{gap.observed} since {gap.key}" for gap in case.gaps[:3]) or "none"
    return _check("accepted_gaps", not case.gaps, lacking, "stated again", case.gaps, case.released)


def _there(case: Case) -> Check:
    """The check on missing files: their rows may be withdrawn or lost, and nobody can tell."""
    observed = "; ".join(f"{file.key} {file.observed}" for file in case.gone) or "none"
    return _check("missing_files", not case.gone, observed, "no file gone", case.gone, case.released)


def _read(case: Case) -> Check:
    """The check on dead letters: a topic full of invalid records may contain uncounted numbers."""
    observed, breaches = spoilt(case.letters)
    return _check("dead_letter_share", not breaches, observed, FEW_LETTERS, breaches, case.released)


def _together(checks: dict[str, list[Check]]) -> dict[str, list[Check]]:
    shut = [id for id, found in checks.items() if any(check.shuts for check in found)]
    verdict = Check("coherence_group", "failed", f"{', '.join(shut[:3])} held", "every member passes")
    return {id: found if id in shut or not shut else [*found, verdict] for id, found in checks.items()}


def _series(measured: Sequence[Measured], name: str) -> pd.Series:
    found = [m for m in measured if m.check == name]
    return pd.Series([m.observed for m in found], index=[m.key for m in found], dtype=float)


def _columns(arguments: Mapping[str, Any]) -> list[str]:
    return [arguments["column"]] if "column" in arguments else list(arguments.get("column_list", ()))
