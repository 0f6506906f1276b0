"""Great Expectations at arm's length: the profiles of groups go in, the keys of their sound lines come out."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import great_expectations as gx
import pandas as pd
from great_expectations import expectations as expect
from great_expectations.core.batch_definition import BatchDefinition
from great_expectations.data_context.types.base import ProgressBarsConfig

from expectations.profiles import ProfileLine

FORMAT = {"result_format": "COMPLETE", "unexpected_index_column_names": ["key"]}


@cache
def _frames() -> BatchDefinition[Any]:
    """The data source of frames, in a context in memory without files or progress bars."""
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas("gate").add_dataframe_asset("frame")
    return asset.add_batch_definition_whole_dataframe("all")


def suite_of_profiles() -> gx.ExpectationSuite:
    """The suite of any profile: in each line all that was observed lies within what is allowed."""
    pairs = (("lowest", "minimum"), ("maximum", "highest"))
    rules = [
        expect.ExpectColumnPairValuesAToBeGreaterThanB(column_A=a, column_B=b, or_equal=True, ignore_row_if="neither")
        for a, b in pairs
    ]
    return gx.ExpectationSuite(name="profile", expectations=rules)


def find_sound(profiles: Sequence[Sequence[ProfileLine]]) -> list[frozenset[str]]:
    """The keys of the lines of each profile that lie within their interval.

    One validation judges all of them: it costs the same for one line and for a thousand. If it cannot, each profile has
    one of its own, so that what breaks it breaks no other.
    """
    lines = [line for profile in profiles for line in profile]
    sound = _find_sound(lines)
    if sound is None:
        return [_find_sound(profile) or frozenset() for profile in profiles]
    return [sound & {line.key for line in profile} for profile in profiles]


def _find_sound(lines: Sequence[ProfileLine]) -> frozenset[str] | None:
    """The keys of the sound lines; None if Great Expectations has not judged every one.

    It fails open: an expectation may have no result, or an exception, or not see every line.
    """
    if not lines:
        return frozenset()
    frame, suite = pd.DataFrame(lines, columns=list(ProfileLine._fields)), suite_of_profiles()
    try:
        results = _frames().get_batch({"dataframe": frame}).validate(suite, result_format=FORMAT).results
    except Exception:  # noqa: BLE001  # whatever it throws, the gate stays shut
        return None
    judged = [found for found in results if not _raised(found.exception_info) and _saw(found, len(lines))]
    if len(judged) != len(suite.expectations):
        return None
    outside = {row["key"] for found in judged for row in found.result["unexpected_index_list"]}
    return frozenset(frame["key"]) - outside


def _saw(found: Any, lines: int) -> bool:
    """True if a result is about every line, and agrees with itself."""
    outside = found.result.get("unexpected_index_list")
    return found.result.get("element_count") == lines and outside is not None and found.success == (not outside)


def _raised(information: Any) -> bool:
    flat: Sequence[Any] = (
        [information] if "raised_exception" in (information or {}) else list((information or {}).values())
    )
    return any(found.get("raised_exception") for found in flat)
