"""The profile of a frame passes a rule exactly if Great Expectations itself passes it over the rows."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from expectations import validation
from expectations.frames import frame_of
from expectations.profiles import lines_of, rules_of
from expectations.suites import suite_for
from tests.gates.consistent import case
from tokenshare.columns import columns_of
from tokenshare.metrics import METRICS, Metric
from tokenshare.publication import Candidate

WRONG: dict[type, Any] = {str: "not\x00one", int: -(2**62), float: -1e300, bool: None}


def spoil(value: Any) -> Any:
    """A value that rules about it may refuse; None for a date, and in place of none."""
    return None if pd.isna(value) else WRONG.get(type(value))


SPOILINGS: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "sound": lambda rows: rows,
    "a row twice, another without values": lambda rows: pd.concat(
        [rows, rows.iloc[:1], pd.DataFrame([dict.fromkeys(rows.columns)])], ignore_index=True
    ),
    "wrong values": lambda rows: pd.concat([rows, rows.iloc[:1].map(spoil)], ignore_index=True),
    "infinity": lambda rows: pd.concat(
        [rows, rows.iloc[:1].map(lambda value: float("inf") if isinstance(value, float) and value == value else value)],
        ignore_index=True,
    ),
    "no row": lambda rows: rows.iloc[:0],
    "a column more": lambda rows: rows.assign(another=1),
}


def kinds_of(metric: Metric) -> set[tuple[Any, ...]]:
    """What the rules of a metric are: types, of columns too, patterns, and the bounds that they have."""
    columns, kinds = {column.name: column for column in columns_of(metric.row)}, set[tuple[Any, ...]]()
    for rule in rules_of(suite_for(metric)):
        column, bounds = columns.get(rule.arguments.get("column")), ("min_value", "max_value")
        about = (column.sql_type, column.is_nullable, column.pattern) if column else ()
        kinds.add((rule.type, *about, *(rule.arguments.get(bound) is None for bound in bounds)))
    return kinds


def covering() -> list[str]:
    """A few metrics that have every kind of rule between them."""
    kinds = {metric.id: kinds_of(metric) for metric in METRICS}
    waiting, chosen = set().union(*kinds.values()), list[str]()
    while waiting:
        chosen.append(max(kinds, key=lambda metric: len(kinds[metric] & waiting)))
        waiting -= kinds[chosen[-1]]
    return chosen


FEW = covering()
JUDGED = [pytest.param(m, id=m.id, marks=() if m.id in FEW else pytest.mark.long) for m in METRICS]


@pytest.mark.parametrize("spoiling", SPOILINGS)
@pytest.mark.parametrize("metric", JUDGED)
def test_a_profile_says_what_great_expectations_says(metric: Metric, spoiling: str) -> None:
    suite = suite_for(metric)
    candidate: Candidate = case(metric.id).candidates[metric.id]
    frame = SPOILINGS[spoiling](frame_of(candidate))
    (sound,) = validation.find_sound([lines_of(metric.id, rules_of(suite), frame)])
    assert {rule.name for rule in rules_of(suite) if f"{metric.id} {rule.name}" in sound} == directly(suite, frame)


def directly(suite: Any, frame: pd.DataFrame) -> set[str]:
    """The rules that pass over the rows themselves."""
    results = validation._frames().get_batch({"dataframe": frame}).validate(suite, result_format="BOOLEAN_ONLY").results
    passed = [found.expectation_config for found in results if found.success]
    names = {(rule.type, str(sorted(rule.arguments.items()))): rule.name for rule in rules_of(suite)}
    return {
        names[config.type, str(sorted((k, v) for k, v in config.kwargs.items() if k != "batch_id"))]
        for config in passed
    }
