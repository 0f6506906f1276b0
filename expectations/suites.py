"""Suites derived from row contracts, pinned by digest: a lost expectation shuts the gate."""

import json
import re
import sys
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from typing import Any

from great_expectations import ExpectationSuite
from great_expectations import expectations as expect
from great_expectations.expectations.expectation import Expectation

from tokenshare.columns import Column, columns_of
from tokenshare.metrics import Metric

_GROUP = re.compile(r"(?<!\\)\((?!\?)")  # pandas warns of capturing groups


def suite_for(metric: Metric) -> ExpectationSuite:
    """The suite of a metric's rows: at least one row, the contract's columns, a unique grain, its bounds."""
    columns = columns_of(metric.row)
    rules = [
        expect.ExpectTableRowCountToBeBetween(min_value=1),
        expect.ExpectTableColumnsToMatchSet(column_set=[c.name for c in columns], exact_match=True),
        _unique(metric.grain),
        *(rule for column in columns for rule in _rules(column)),
    ]
    return ExpectationSuite(name=metric.id, expectations=rules)


def digest_of(suite: ExpectationSuite) -> str:
    """sha256 of the suite's expectations and their arguments."""
    content = [(rule.expectation_type, _arguments(rule)) for rule in suite.expectations]
    return sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()


@cache
def pin(metric: Metric) -> dict[str, Any]:
    """The size and digest of a metric's suite as derived now."""
    suite = suite_for(metric)
    return {"expectations": len(suite.expectations), "digest": digest_of(suite)}


def _unique(grain: tuple[str, ...]) -> Expectation:
    if len(grain) == 1:
        return expect.ExpectColumnValuesToBeUnique(column=grain[0])
    return expect.ExpectCompoundColumnsToBeUnique(column_list=list(grain))


def _rules(column: Column) -> Iterator[Expectation]:
    if not column.is_nullable:
        yield expect.ExpectColumnValuesToNotBeNull(column=column.name)
    if column.is_number:
        largest = column.maximum if column.maximum is not None else sys.float_info.max  # infinity is not a number
        yield expect.ExpectColumnValuesToBeBetween(column=column.name, min_value=column.minimum, max_value=largest)
    if column.pattern:
        yield expect.ExpectColumnValuesToMatchRegex(column=column.name, regex=_GROUP.sub("(?:", column.pattern))
    if column.choices:
        yield expect.ExpectColumnValuesToBeInSet(column=column.name, value_set=list(column.choices))


def _arguments(rule: Expectation) -> dict[str, Any]:
    arguments: dict[str, Any] = rule.configuration.kwargs
    return arguments
