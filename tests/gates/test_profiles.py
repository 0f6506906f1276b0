"""The profile of a frame passes a rule exactly if Great Expectations itself passes it over the rows."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from expectations import validation
from expectations.frames import frame_of
from expectations.profiles import lines_of, named_rules
from expectations.suites import suite_for
from tests.gates.consistent import case
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


@pytest.mark.parametrize("spoiling", SPOILINGS)
@pytest.mark.parametrize("metric", METRICS, ids=[metric.id for metric in METRICS])
def test_a_profile_says_what_great_expectations_says(metric: Metric, spoiling: str) -> None:
    suite = suite_for(metric)
    candidate: Candidate = case(metric.id).candidates[metric.id]
    frame = SPOILINGS[spoiling](frame_of(candidate))
    sound = validation.find_sound(lines_of(metric.id, suite, frame))
    assert {name for name, _ in named_rules(suite) if f"{metric.id} {name}" in sound} == directly(suite, frame)


def directly(suite: Any, frame: pd.DataFrame) -> set[str]:
    """The rules that pass over the rows themselves."""
    results = validation._frames().get_batch({"dataframe": frame}).validate(suite, result_format="BOOLEAN_ONLY").results
    passed = [found.expectation_config for found in results if found.success]
    names = {
        (rule.expectation_type, str(sorted(rule.configuration.kwargs.items()))): name
        for name, rule in named_rules(suite)
    }
    return {
        names[config.type, str(sorted((k, v) for k, v in config.kwargs.items() if k != "batch_id"))]
        for config in passed
    }
