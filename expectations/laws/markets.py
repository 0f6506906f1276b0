"""Laws of market values."""

import pandas as pd

from expectations.laws.law import ROUNDING, Frames, Law
from tokenshare.metrics import Metric

LARGEST_PLAUSIBLE_VALUE = 2e13  # USD; the most valuable company ever was worth a quarter of that
CENT = 0.01


def _largest(metric: Metric, frames: Frames) -> pd.Series:
    frame = frames[metric.id]
    return frame.set_index(list(metric.grain))["market_cap_usd"]


def _changes(metric: Metric, frames: Frames) -> pd.Series:
    """What the change differs from that of the values beside it; a session without its two values is unknown."""
    caps = frames["market_cap_daily"].sort_values(["company_id", "session_date"])
    before = caps.groupby("company_id")["market_cap_usd"].shift()
    known = caps.assign(change=caps["market_cap_usd"] - before, before=before)
    keys = list(metric.grain)
    both = frames[metric.id].merge(known[[*keys, "change", "before"]], on=keys, how="left").set_index(keys)
    as_share = (both["change_share"] * both["before"] - both["change_usd"]).abs() / both["before"]
    return (both["change_usd"] - both["change"]).abs() + as_share


def _worst(metric: Metric, frames: Frames) -> pd.Series:
    """The change of each session called the worst to date over that of the one called so before."""
    worst = frames[metric.id].query("is_worst_to_date").sort_values("session_date").set_index(list(metric.grain))
    return worst["change_usd"].diff().fillna(worst["change_usd"])


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
        "The change is the difference of the two market values, to the cent, and the share that of the earlier one.",
    ),
    "worst_falls_only": Law(
        _worst,
        -LARGEST_PLAUSIBLE_VALUE,
        -CENT,
        "A session is the worst to date only by losing more than the worst before it.",
    ),
}
