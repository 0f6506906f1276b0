"""Laws of list prices."""

import pandas as pd

from expectations.laws.law import Frames, Law
from tokenshare.metrics import Metric

LARGEST_PLAUSIBLE_PRICE = 10_000.0  # USD per million tokens; the dearest model ever listed cost 600


def _dearest(metric: Metric, frames: Frames) -> pd.Series:
    frame = frames[metric.id].set_index(list(metric.grain))
    return frame[["input_usd_per_million", "output_usd_per_million"]].astype(float).max(axis=1).dropna()


PRICE_LAWS: dict[str, Law] = {
    "prices_are_plausible": Law(
        _dearest,
        0,
        LARGEST_PLAUSIBLE_PRICE,
        "Dearest price of a model, USD per million tokens; a price in the wrong unit is a million times off.",
    ),
}
