"""Held periods: a finding that names a day holds that day, and lets every other period out."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NamedTuple

from tokenshare.columns import columns_of
from tokenshare.metrics import Group, Metric
from tokenshare.publication import Breach, Check, Row

WHOLE_DAY = ""  # the entity of a finding about all of a day
TOTAL = "total"  # a row that sums entities rests on each of them


class HeldStatement(NamedTuple):
    """What a fetch states of a day in a relation, or of one entity on that day: left out of the build."""

    relation: str
    period_date: date
    fetch_id: str
    entity: str


@dataclass(frozen=True)
class PeriodFinding:
    """A breach that names a period.

    `metric` is empty for a finding about the inputs of the whole group. `days` are the days to hold back; `entity` is
    the part of each, such as a company; empty for all of it.
    """

    group: str
    metric: str
    check: str
    key: str
    observed: str
    expected: str
    days: tuple[date, ...]
    entity: str = WHOLE_DAY


@dataclass(frozen=True)
class HeldPeriod:
    """A period of a metric that is held back, with the finding behind it."""

    metric: str
    period: date
    check: str
    key: str
    entity: str
    observed: str
    expected: str
    since: datetime


def period_of(key: str) -> tuple[date, str] | None:
    """The day named in the key of a breach, and the rest of the key; None if it names no day."""
    words = key.split(" ")
    for place, word in enumerate(words):
        if (day := _day(word)) is not None:
            return day, " ".join([*words[:place], *words[place + 1 :]])
    return None


def find_periods(group: Group, metric: Metric, check: Check, is_evidence: bool) -> Iterator[PeriodFinding]:
    """The findings of a check by period; none if any of its breaches names no day: then the whole metric is held."""
    by_whole_days = any(part.by_whole_days for part in group.provenance)
    named = [(breach, period_of(breach.key)) for breach in check.breaches]
    if any(named_period is None for _, named_period in named):
        return
    for breach, found in named:
        day, part = found or (date.min, WHOLE_DAY)
        entity = WHOLE_DAY if by_whole_days else part
        days = (day,) if is_evidence else tuple(metric.days_in(day))
        subject = "" if is_evidence else metric.id
        yield PeriodFinding(group.id, subject, check.name, breach.key, breach.observed, check.expected, days, entity)


def with_holds(checks: Iterable[Check], findings: Sequence[PeriodFinding]) -> list[Check]:
    """The checks of a metric with periods held by the findings; what passes without these periods holds them."""
    own: dict[str, list[PeriodFinding]] = {}
    for finding in findings:
        own.setdefault(finding.check, []).append(finding)
    return [_held(check, own[check.name]) if check.name in own and not check.shuts else check for check in checks]


def touched_periods(
    metric: Metric, rows: Iterable[Row], findings: Sequence[PeriodFinding]
) -> dict[date, list[PeriodFinding]]:
    """The periods of a metric's rows that rest on a held day, each with the findings about it."""
    if not metric.period:
        return {}
    names = [column.name for column in columns_of(metric.row)]
    dated, places = names.index(metric.period), [names.index(name) for name in metric.grain]
    entities: dict[date, set[str]] = {}
    for row in rows:
        entities.setdefault(row[dated], set()).update(str(row[place]) for place in places)
    by_day: dict[date, list[PeriodFinding]] = {}
    for finding in findings:
        for day in finding.days:
            by_day.setdefault(day, []).append(finding)
    touched = {}
    for period, known in sorted(entities.items()):
        named = dict.fromkeys(f for day in metric.days_in(period) for f in by_day.get(day, []))
        if found := [finding for finding in named if rests_on(finding.entity, known)]:
            touched[period] = found
    return touched


def rests_on(entity: str, key: Iterable[str]) -> bool:
    """True if a row of that key rests on the entity."""
    return entity == WHOLE_DAY or bool({entity, *entity.split(" "), TOTAL} & set(key))


def _held(check: Check, findings: Sequence[PeriodFinding]) -> Check:
    more = f" and {len(findings) - 1} more" if len(findings) > 1 else ""
    breaches = tuple(Breach(finding.key, finding.observed) for finding in findings)
    observed = f"{findings[0].observed} at {findings[0].key}{more}"
    return replace(check, outcome="held", observed=observed, breaches=breaches)


def _day(word: str) -> date | None:
    try:
        return date.fromisoformat(word) if len(word) == len("2026-01-01") else None
    except ValueError:
        return None
