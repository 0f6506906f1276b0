"""The gate: every check of a metric evaluated, or the gate is shut. It never edits what it judges."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pandas as pd

from expectations.evidence import INTERVALS, Interval, Measured, freshness, in_force
from expectations.laws import LAWS
from expectations.suites import digest_of, measure_suite, pin, pins, suite_for
from expectations.validation import Context, new_context, validate
from tokenshare.columns import columns_of
from tokenshare.metrics import Metric
from tokenshare.publication import WHOLE, Breach, Candidate, Check

Released = frozenset[tuple[str, str, str]]  # (check, key, observed) that a person has let through


@dataclass(frozen=True)
class Case:
    """All that one coherence group is judged by."""

    metrics: tuple[Metric, ...]
    candidates: Mapping[str, Candidate]  # of every active metric: laws compare across them
    measured: tuple[Measured, ...]
    failed_tests: tuple[str, ...]
    released: Released
    as_of: datetime


def judge(case: Case) -> dict[str, list[Check]]:
    """The checks of each metric of a group; one failed member shuts the gate of all."""
    context = new_context()
    frames = {id: _frame(candidate) for id, candidate in case.candidates.items()}
    shared = list(_judge_evidence(context, case))
    checks = {m.id: [*shared, *_judge_metric(context, m, frames, case)] for m in case.metrics}
    return _together(checks) if len(case.metrics) > 1 else checks


def suite_digest(metric: Metric) -> str:
    """The digest of the suite that judges the metric now."""
    return digest_of(suite_for(metric))


def _judge_evidence(context: Context, case: Case) -> Iterator[Check]:
    group = case.metrics[0].group
    limit = case.metrics[0].freshness
    yield _tests(case.failed_tests)
    if group not in INTERVALS or limit is None:
        return
    measured = in_force(list(case.measured), case.as_of, limit)
    for name, interval in INTERVALS[group].items():
        series = pd.Series({m.key: m.observed for m in measured if m.check == name}, dtype=float)
        yield _measure(context, name, series, interval, case.released)
    fresh, interval = freshness(group, measured, case.as_of, limit)
    yield _measure(context, fresh.check, pd.Series({fresh.key: fresh.observed}), interval, frozenset())


def _judge_metric(
    context: Context, metric: Metric, frames: Mapping[str, pd.DataFrame], case: Case
) -> Iterator[Check]:
    if metric.id not in frames:
        yield Check("build", "failed", "no relation", "a relation built by dbt")
        return
    yield _pinned(metric)
    yield from _contract(context, metric, frames[metric.id], case)
    for name in metric.laws:
        law, interval = LAWS[name], Interval(LAWS[name].minimum, LAWS[name].maximum)
        try:
            series = law.measure(metric, frames)
        except Exception as error:  # a law that cannot be read is a law that does not hold
            yield Check(name, "failed", f"{type(error).__name__}: {error}", str(interval))
            continue
        yield _measure(context, name, series, interval, case.released)


def _contract(
    context: Context, metric: Metric, frame: pd.DataFrame, case: Case
) -> Iterator[Check]:
    suite = suite_for(metric)
    digest = case.candidates[metric.id].digest
    for rule, passed in zip(suite.expectations, validate(context, suite, frame), strict=True):
        name = ":".join([rule.expectation_type, *_columns(rule.configuration.kwargs)])
        observed = "holds" if passed else f"does not hold in {len(frame)} rows"
        breaches = () if passed else (Breach(WHOLE, digest),)
        check = Check(name, "passed" if passed else "failed", observed, "holds", breaches=breaches)
        yield _released(check, case.released)


def _measure(
    context: Context, name: str, series: pd.Series, interval: Interval, released: Released
) -> Check:
    frame = pd.DataFrame({"key": [_key(k) for k in series.index], "observed": series.astype(float).to_numpy()})
    outside = frame[~frame["observed"].between(interval.minimum, interval.maximum)]
    breaches = tuple(Breach(row.key, f"{row.observed:.12g}") for row in outside.itertuples())
    passed = all(validate(context, measure_suite(name, interval.minimum, interval.maximum), frame)) and not breaches
    worst = f"{breaches[0].observed} at {breaches[0].key}" if breaches else f"{len(frame)} within"
    more = f" and {len(breaches) - 1} more" if len(breaches) > 1 else ""
    check = Check(name, "passed" if passed else "failed", worst + more, str(interval), breaches=breaches)
    return _released(check, released)


def _released(check: Check, released: Released) -> Check:
    known = check.breaches and all((check.name, b.key, b.observed) in released for b in check.breaches)
    return replace(check, outcome="released") if known else check


def _pinned(metric: Metric) -> Check:
    expected, observed = pins().get(metric.id), pin(metric)
    said = f"{observed['expectations']} expectations, {observed['digest'][:12]}"
    return Check("suite_pinned", "passed" if expected == observed else "failed", said, "the committed suite")


def _columns(arguments: Mapping[str, Any]) -> list[str]:
    return [arguments["column"]] if "column" in arguments else list(arguments.get("column_list", ()))


def _tests(failed: Sequence[str]) -> Check:
    return Check("dbt_tests", "failed" if failed else "passed", ", ".join(failed) or "all passed", "all passed")


def _together(checks: dict[str, list[Check]]) -> dict[str, list[Check]]:
    shut = [id for id, found in checks.items() if any(c.outcome in ("failed", "skipped") for c in found)]
    own = {id: [c for c in found if c.outcome in ("failed", "skipped")] for id, found in checks.items()}
    verdict = Check("coherence_group", "failed", f"{', '.join(shut[:3])} held", "every member passes")
    return {id: found if own[id] or not shut else [*found, verdict] for id, found in checks.items()}


def _frame(candidate: Candidate) -> pd.DataFrame:
    columns = columns_of(candidate.metric.row)
    return pd.DataFrame(candidate.rows, columns=[c.name for c in columns])


def _key(key: object) -> str:
    return " ".join(map(str, key)) if isinstance(key, tuple) else str(key)
