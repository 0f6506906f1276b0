"""Great Expectations at arm's length: a suite and a frame go in, True or False per expectation comes out."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import great_expectations as gx
import pandas as pd
from great_expectations.core.batch_definition import BatchDefinition
from great_expectations.data_context.types.base import ProgressBarsConfig


@cache
def _frames() -> BatchDefinition[Any]:
    """The data source of frames, in a context in memory without files or progress bars."""
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas("gate").add_dataframe_asset("frame")
    return asset.add_batch_definition_whole_dataframe("all")


def validate(suite: gx.ExpectationSuite, frame: pd.DataFrame) -> list[bool]:
    """True or False for each expectation of the suite.

    Great Expectations fails open, so an expectation without a result, or with an exception, counts as failed.
    """
    try:
        results = _frames().get_batch({"dataframe": frame}).validate(suite, result_format="BOOLEAN_ONLY").results
    except Exception:  # noqa: BLE001  # whatever it throws, the gate stays shut
        return [False] * len(suite.expectations)
    passed = {_identity(r.expectation_config) for r in results if r.success and not _raised(r.exception_info)}
    return [_identity(rule.configuration) in passed for rule in suite.expectations]


def _identity(configuration: Any) -> str:
    arguments = {name: value for name, value in configuration.kwargs.items() if name != "batch_id"}
    return f"{configuration.type} {sorted(arguments.items())}"


def _raised(information: Any) -> bool:
    flat: Sequence[Any] = (
        [information] if "raised_exception" in (information or {}) else list((information or {}).values())
    )
    return any(found.get("raised_exception") for found in flat)
