"""Great Expectations at arm's length: a suite and a frame go in, one truth per expectation comes out."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import great_expectations as gx
import pandas as pd
from great_expectations.data_context import EphemeralDataContext
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.datasource.fluent.interfaces import Batch

Context = EphemeralDataContext


@cache
def context() -> Context:
    """The process's context, which lives in memory, writes nothing and draws no progress bars."""
    made = gx.get_context(mode="ephemeral")
    made.variables.progress_bars = ProgressBarsConfig(globally=False)
    return made


def validate(suite: gx.ExpectationSuite, frame: pd.DataFrame) -> list[bool]:
    """Whether each expectation of the suite held.

    Great Expectations fails open, so what was not evaluated, raised, or is missing among the results is a failure.
    """
    try:
        results = _batch(frame).validate(suite, result_format="BOOLEAN_ONLY").results
    except Exception:  # noqa: BLE001  # whatever it throws, the gate stays shut
        return [False] * len(suite.expectations)
    held = {_identity(r.expectation_config) for r in results if r.success and not _raised(r.exception_info)}
    return [_identity(rule.configuration) in held for rule in suite.expectations]


def _batch(frame: pd.DataFrame) -> Batch:
    source = context().data_sources.add_or_update_pandas("gate")
    return (
        source.add_dataframe_asset("frame").add_batch_definition_whole_dataframe("all").get_batch({"dataframe": frame})
    )


def _identity(configuration: Any) -> str:
    arguments = {name: value for name, value in configuration.kwargs.items() if name != "batch_id"}
    return f"{configuration.type} {sorted(arguments.items())}"


def _raised(information: Any) -> bool:
    flat: Sequence[Any] = (
        [information] if "raised_exception" in (information or {}) else list((information or {}).values())
    )
    return any(found.get("raised_exception") for found in flat)
