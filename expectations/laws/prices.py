"""Laws of list prices and of their ratios."""

import pandas as pd

from expectations.laws.law import ROUNDING, Frames, Law
from tokenshare.metrics import Metric

LARGEST_PLAUSIBLE_PRICE = 10_000.0  # USD per million tokens; the dearest model ever listed cost 600
SIDES = {side: f"{side}_usd_per_million" for side in ("input", "output", "blended")}


def _dearest(metric: Metric, frames: Frames) -> pd.Series:
    frame = frames[metric.id].set_index(list(metric.grain))
    return frame[["input_usd_per_million", "output_usd_per_million"]].astype(float).max(axis=1).dropna()


def _ratio(metric: Metric, frames: Frames) -> pd.Series:
    """Distance of a ratio from the quotient of its two prices; one without the other breaks it."""
    prices = frames["list_price_daily"].set_index(["price_date", "model_id"])
    frame = frames[metric.id].set_index(list(metric.grain))
    own, reference = (
        prices.reindex(pd.MultiIndex.from_arrays([frame.index.get_level_values(n) for n in ("price_date", model)]))
        for model in ("model_id", "reference_model_id")
    )
    off = [_off(frame[f"{side}_ratio"], own[price], reference[price]) for side, price in SIDES.items()]
    return pd.concat(off, axis=1).max(axis=1)


def _off(claimed: pd.Series, own: pd.Series, reference: pd.Series) -> pd.Series:
    below = reference.astype(float).where(lambda price: price > 0).to_numpy()
    quotient = pd.Series(own.astype(float).to_numpy() / below, index=claimed.index)
    stated = claimed.astype(float)
    off = ((stated - quotient).abs() / quotient.where(quotient > 0, 1)).fillna(0)
    return off.where(stated.isna() == quotient.isna(), 1.0)


PRICE_LAWS: dict[str, Law] = {
    "prices_are_plausible": Law(
        _dearest,
        0,
        LARGEST_PLAUSIBLE_PRICE,
        "Dearest price of a model, USD per million tokens; a price in the wrong unit is a million times off.",
    ),
    "ratio_is_quotient_of_list_prices": Law(
        _ratio,
        0,
        ROUNDING,
        "Part by which a ratio differs from the quotient of the two list prices that are shown; 1 where only one of "
        "the two is known.",
    ),
}
