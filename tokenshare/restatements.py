"""Changes of published periods: cell by cell, old beside new."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tokenshare.columns import columns_of
from tokenshare.metrics import Metric
from tokenshare.publication import Row


@dataclass(frozen=True)
class Restatement:
    """One replaced cell of a published row; None for a row new to its period, or gone from it."""

    key: str
    period: str | None
    column: str
    old: str | None
    new: str | None


def restated(metric: Metric, old: Sequence[Row], new: Sequence[Row]) -> list[Restatement]:
    """The cells two versions disagree on. A new period is no restatement; a lost row is one."""
    before, after = _keyed(metric, old), _keyed(metric, new)
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


def _period(metric: Metric, key: Row) -> Any:
    return key[metric.grain.index(metric.period)] if metric.period else None


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, date) else str(value)
