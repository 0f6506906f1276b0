"""Laws of estimates over router usage: the programming slice and spend."""

import pandas as pd

from expectations.laws.law import ROUNDING, Frames, Law
from tokenshare.metrics import Metric


def _programming(metric: Metric, frames: Frames) -> pd.Series:
    frame = frames[metric.id].set_index("week_start_date")
    totals = frames["router_tokens_weekly"].set_index("week_start_date")["tokens"].reindex(frame.index)
    quotient = frame["category_tokens"] / frame["tokens"]
    return (frame["tokens"] - totals).abs() + (frame["programming_share"] - quotient).abs()


def _programming_parts(metric: Metric, frames: Frames) -> pd.Series:
    totals = frames["programming_share_weekly"].set_index("week_start_date")["category_tokens"]
    return frames[metric.id].groupby("week_start_date")["tokens"].sum().sub(totals)


def _room(metric: Metric, frames: Frames) -> pd.Series:
    """One whole lies between the sums of all lowest and of all highest shares of a week."""
    weeks = frames[metric.id].groupby("week_start_date")[["lower_share", "upper_share"]].sum()
    return pd.concat([1 - weeks["lower_share"], weeks["upper_share"] - 1], axis=1).min(axis=1)


def _order(metric: Metric, frames: Frames) -> pd.Series:
    frame = frames[metric.id].set_index(list(metric.grain))
    shares, spend = frame["upper_share"] - frame["lower_share"], frame["spend_high_usd"] - frame["spend_low_usd"]
    return pd.concat([shares, spend], axis=1).min(axis=1)


ESTIMATE_LAWS: dict[str, Law] = {
    "programming_is_part_of_all": Law(
        _programming, 0, ROUNDING, "The share is the slice over the week's router total, which it names to the token."
    ),
    "parts_make_programming_total": Law(
        _programming_parts, 0, 0, "The vendors' programming tokens add up to the slice, to the token."
    ),
    "bounds_leave_room": Law(
        _room, -ROUNDING, 1e18, "Some division of the whole lies between the bounds of all vendors."
    ),
    "spend_is_ordered": Law(_order, -ROUNDING, 1e18, "The low bound does not exceed the high one."),
}
