"""Changes of published periods: cell by cell, old beside new."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from tokenshare.columns import columns_of
from tokenshare.metrics import Metric
from tokenshare.publication import Row

HOUR = "usage_hour"  # the column of what has rows by the hour


@dataclass(frozen=True)
class Restatement:
    """One replaced cell of a published row; None for a row new to its period, or gone from it."""

    key: str
    period: str | None
    column: str
    old: str | None
    new: str | None


def restated(metric: Metric, old: Sequence[Row], new: Sequence[Row], known_at: datetime) -> list[Restatement]:
    """The cells in which two versions differ; the old version was made at `known_at`.

    A row that the old version lacked counts only if the old version had its period; a row that the new version lacks
    always counts. A gateway's row counts only if its hour or day had ended at `known_at`: while it runs, every request
    changes it.
    """
    before, after = (_over(metric, _keyed(metric, rows), known_at) for rows in (old, new))
    periods = {_period(metric, key) for key in before} - {None}
    changed = (key for key in before | after if before.get(key) != after.get(key))
    keys = [key for key in changed if key in before or _period(metric, key) in periods]
    return [cell for key in keys for cell in _cells(metric, key, before.get(key), after.get(key))]


def key_json(metric: Metric, key: Sequence[Any]) -> str:
    """A key as readers name it, a JSON object in the order of the grain."""
    values = (part if isinstance(part, int) else _text(part) for part in key)
    return json.dumps(dict(zip(metric.grain, values, strict=True)))


def _cells(metric: Metric, key: Row, old: Row | None, new: Row | None) -> Iterator[Restatement]:
    for index, column in enumerate(columns_of(metric.row)):
        was, now = old and old[index], new and new[index]
        if column.name not in metric.grain and was != now:
            period = _text(_period(metric, key))
            yield Restatement(key_json(metric, key), period, column.name, _text(was), _text(now))


def _keyed(metric: Metric, rows: Sequence[Row]) -> dict[Row, Row]:
    names = [column.name for column in columns_of(metric.row)]
    places = [names.index(name) for name in metric.grain]
    return {tuple(row[place] for place in places): row for row in rows}


def was_over(metric: Metric, key: str, moment: datetime) -> bool:
    """True if the hour or day of a key, as in `key_json`, was over at a moment; always of what is not pushed."""
    named = json.loads(key) if metric.is_pushed else {}
    if HOUR in named:
        return _end(datetime.fromisoformat(named[HOUR])) <= moment
    return not named or _end(date.fromisoformat(named[metric.period])) <= moment


def _over(metric: Metric, rows: dict[Row, Row], moment: datetime) -> dict[Row, Row]:
    """The rows whose hour or day was over at a moment; all of a metric that nothing is pushed for."""
    if not metric.is_pushed:
        return rows
    place = metric.grain.index(HOUR if HOUR in metric.grain else str(metric.period))
    return {key: row for key, row in rows.items() if _end(key[place]) <= moment}


def _end(begin: date) -> datetime:
    """The end of the hour that begins then, or of a day."""
    if isinstance(begin, datetime):
        return begin + timedelta(hours=1)
    return datetime.combine(begin, time(), UTC) + timedelta(days=1)


def _period(metric: Metric, key: Row) -> Any:
    return key[metric.grain.index(metric.period)] if metric.period else None


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, date) else str(value)
