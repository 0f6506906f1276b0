"""A law: one number per key of a metric, and its allowed interval."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from tokenshare.metrics import Metric

Frames = Mapping[str, pd.DataFrame]
MeasureFunction = Callable[[Metric, Frames], pd.Series]
ROUNDING = 1e-9


@dataclass(frozen=True)
class Law:
    """A measured number per key, its allowed interval, and its meaning.

    Differences of tokens are exact: they fit into int64.
    """

    measure: MeasureFunction
    minimum: float
    maximum: float
    meaning: str


def sum_of(column: str) -> MeasureFunction:
    """The sum of a column per period."""

    def measure(metric: Metric, frames: Frames) -> pd.Series:
        return frames[metric.id].groupby(metric.grain[0])[column].sum()

    return measure


def shares(metric: Metric, frames: Frames) -> pd.Series:
    """The sum of the parts of each key."""
    return sum_of(str(metric.share))(metric, frames)
