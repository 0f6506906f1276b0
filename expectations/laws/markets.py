"""Laws of market values."""

import pandas as pd

from expectations.laws.law import ROUNDING, Frames, Law
from tokenshare.metrics import Metric

LARGEST_PLAUSIBLE_VALUE = 2e13  # USD; the most valuable company ever was worth a quarter of that
CENT = 0.01


def _largest(metric: Metric, frames: Frames) -> pd.Series:
    frame = frames[metric.id]
    return frame.set_index(list(metric.grain))["market_cap_usd"]


def _beside(metric: Metric, frames: Frames) -> pd.DataFrame:
    """Each change with the market value before it and after it; both are unknown for a session without them."""
    caps = frames["market_cap_daily"].sort_values(["company_id", "session_date"])
    before = caps.groupby("company_id")["market_cap_usd"].shift()
    keys = list(metric.grain)
    known = caps.assign(before=before)[[*keys, "market_cap_usd", "before"]]
    return frames[metric.id].merge(known, on=keys, how="left").set_index(keys)


def _changes(metric: Metric, frames: Frames) -> pd.Series:
    both = _beside(metric, frames)
    return (both["change_usd"] - (both["market_cap_usd"] - both["before"])).abs()


def _quotients(metric: Metric, frames: Frames) -> pd.Series:
    both = _beside(metric, frames)
    return (both["change_share"] - both["change_usd"] / both["before"]).abs()


def _worst(metric: Metric, frames: Frames) -> pd.Series:
    """The change of each worst session to date, less the change of the worst session before it."""
    worst = frames[metric.id].query("is_worst_to_date").sort_values("session_date").set_index(list(metric.grain))
    return worst["change_usd"].diff().fillna(worst["change_usd"])


def _total(metric: Metric, frames: Frames) -> pd.Series:
    """Total of a day less the sum of its companies; a day without a total is unknown."""
    frame = frames[metric.id]
    parts = frame[frame["company_id"] != "total"].groupby("value_date")["value_usd"].sum()
    totals = frame[frame["company_id"] == "total"].set_index("value_date")["value_usd"]
    return totals.sub(parts).abs()


MARKET_LAWS: dict[str, Law] = {
    "values_are_plausible": Law(
        _largest,
        1e6,
        LARGEST_PLAUSIBLE_VALUE,
        "Market value of a company, USD; shares in thousands, or a price in pence, is beyond or short of it.",
    ),
    "changes_are_of_market_values": Law(
        _changes,
        0,
        CENT + ROUNDING,
        "The change is the difference of the two market values, to the cent.",
    ),
    "changes_are_quotients": Law(
        _quotients, 0, ROUNDING, "The share is the quotient of the change and the market value before it."
    ),
    "total_is_sum_of_companies": Law(_total, 0, CENT, "The total is the sum of the companies, to the cent."),
    "worst_falls_only": Law(
        _worst,
        -LARGEST_PLAUSIBLE_VALUE,
        -CENT,
        "A session is the worst to date only by losing more than the worst before it.",
    ),
}
