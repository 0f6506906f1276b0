"""The profile of a coherence group: what each check observed, from lowest to highest, beside what it allows."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import pandas as pd
from great_expectations import ExpectationSuite

from expectations.measures import Measure, ends_of

Arguments = Mapping[str, Any]
NO_ROW = (0.0, 0.0)  # the interval of a number of rows that break a rule


class ProfileLine(NamedTuple):
    """The numbers observed for one check of one owner, a metric or its group, and their allowed interval."""

    key: str
    lowest: float
    highest: float
    minimum: float
    maximum: float


def line_of(owner: str, measure: Measure) -> ProfileLine:
    """The line of a measure with at least one number."""
    lowest, highest = ends_of(measure)
    within = measure.interval
    return ProfileLine(f"{owner} {measure.name}", lowest, highest, within.minimum, within.maximum)


class Rule(NamedTuple):
    """An expectation of a suite: the name of its check, its type and its arguments."""

    name: str
    type: str
    arguments: Arguments


def lines_of(owner: str, rules: Iterable[Rule], frame: pd.DataFrame) -> list[ProfileLine]:
    """A line for each rule of a suite over the rows of a frame.

    A rule about numbers has the lowest and the highest of them, any other the number of rows that break it. A rule that
    cannot be read, as of a missing column, is broken.
    """
    return [ProfileLine(f"{owner} {rule.name}", *_profile(rule.type, rule.arguments, frame)) for rule in rules]


def rules_of(suite: ExpectationSuite) -> tuple[Rule, ...]:
    """The rules of a suite; the name of a check is its type and its columns."""
    return tuple(_rule(found.expectation_type, found.configuration.kwargs) for found in suite.expectations)


def _rule(type: str, arguments: Arguments) -> Rule:
    columns = [arguments["column"]] if "column" in arguments else list(arguments.get("column_list", ()))
    return Rule(":".join([type, *columns]), type, arguments)


def _profile(rule: str, arguments: Arguments, frame: pd.DataFrame) -> tuple[float, float, float, float]:
    try:
        if rule == "expect_table_row_count_to_be_between":
            return len(frame), len(frame), arguments["min_value"], float("inf")
        if rule == "expect_column_values_to_be_between":
            return _between(frame[arguments["column"]].dropna(), arguments)
        broken = float(BREAKING[rule](frame, arguments))
    except Exception:  # noqa: BLE001  # an unreadable rule is a broken one
        broken = float("nan")
    return broken, broken, *NO_ROW


def _between(values: pd.Series, arguments: Arguments) -> tuple[float, float, float, float]:
    low, high = arguments.get("min_value"), arguments.get("max_value")
    within = (float("-inf") if low is None else low, float("inf") if high is None else high)
    return (values.min(), values.max(), *within) if len(values) else (within[0], within[1], *within)


def _column_set(frame: pd.DataFrame, arguments: Arguments) -> int:
    return len(set(frame.columns) ^ set(arguments["column_set"]))


def _unequal(frame: pd.DataFrame, arguments: Arguments) -> int:
    """The rows that share the values of their columns with another one."""
    columns = arguments["column_list"] if "column_list" in arguments else [arguments["column"]]
    return int(frame.duplicated(subset=list(columns), keep=False).sum())


def _unmatched(frame: pd.DataFrame, arguments: Arguments) -> int:
    pattern = re.compile(arguments["regex"])
    counts = frame[arguments["column"]].dropna().value_counts()
    return int(sum(count for value, count in counts.items() if not pattern.search(value)))


# The number of rows, or columns, that break a rule, by its type.
BREAKING: dict[str, Callable[[pd.DataFrame, Arguments], int]] = {
    "expect_table_columns_to_match_set": _column_set,
    "expect_column_values_to_be_unique": _unequal,
    "expect_compound_columns_to_be_unique": _unequal,
    "expect_column_values_to_not_be_null": lambda frame, rule: int(frame[rule["column"]].isna().sum()),
    "expect_column_values_to_match_regex": _unmatched,
    "expect_column_values_to_be_in_set": lambda frame, rule: int(
        (~frame[rule["column"]].dropna().isin(rule["value_set"])).sum()
    ),
}
