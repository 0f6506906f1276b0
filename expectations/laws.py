"""Laws a contract cannot say: what the rows of one metric owe to each other and to the other metrics.

Each law measures one number per key; the gate judges it. Differences of tokens are exact: int64 holds them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from tokenshare.metrics import Metric

Frames = Mapping[str, pd.DataFrame]
Measure = Callable[[Metric, Frames], pd.Series]
ROUNDING = 1e-9
LARGEST_PLAUSIBLE_PRICE = 10_000.0  # USD per million tokens; the dearest model ever listed cost 600


@dataclass(frozen=True)
class Law:
    """A measured number per key, and the interval in which it must lie."""

    measure: Measure
    minimum: float
    maximum: float


def _sum_of(column: str) -> Measure:
    def measure(metric: Metric, frames: Frames) -> pd.Series:
        return frames[metric.id].groupby(metric.grain[0])[column].sum()

    return measure


def _shares(metric: Metric, frames: Frames) -> pd.Series:
    return _sum_of(str(metric.share))(metric, frames)


def _quotient(metric: Metric, frames: Frames) -> pd.Series:
    frame = frames[metric.id].set_index(list(metric.grain))
    numerator = frame["numerator_tokens" if "numerator_tokens" in frame else "chinese_tokens"]
    return (frame["china_share"] - numerator / frame["denominator_tokens"]).abs()


def _router_tokens(frames: Frames) -> pd.Series:
    return frames["router_tokens_weekly"].set_index("week_start_date")["tokens"]


def _vendors(metric: Metric, frames: Frames) -> pd.Series:
    chinese = set(frames["dim_vendors"].query("is_chinese")["vendor_id"])
    vendors = frames["vendor_share_weekly"]
    sums = vendors[vendors["vendor_id"].isin(chinese)].groupby("week_start_date")["tokens"].sum()
    claimed = frames[metric.id].set_index("week_start_date")["chinese_tokens"]
    return claimed.sub(sums, fill_value=0)


def _denominator(metric: Metric, frames: Frames) -> pd.Series:
    frame = frames[metric.id].set_index("week_start_date")
    return frame["denominator_tokens" if "denominator_tokens" in frame else "tokens"] - _router_tokens(frames)


def _known_and_unknown(metric: Metric, frames: Frames) -> pd.Series:
    known = frames[metric.id].set_index("week_start_date")["denominator_tokens"]
    unknown = frames["china_share_bounds_weekly"].set_index("week_start_date")["unknown_tokens"]
    return known + unknown - _router_tokens(frames)


def _parts(metric: Metric, frames: Frames) -> pd.Series:
    frame, totals = frames[metric.id], _router_tokens(frames)
    weeks = pd.to_datetime(frame[metric.grain[0]]).dt.to_period("W-SUN").dt.start_time.dt.date
    return frame.groupby(weeks)["tokens"].sum().reindex(totals.index) - totals


def _room_for_origin(metric: Metric, frames: Frames) -> pd.Series:
    frame = frames[metric.id].set_index(metric.grain[0])
    if "origin_share" not in frame:
        frame["origin_share"] = frames["china_share_origin_weekly"].set_index("week_start_date")["china_share"]
    return pd.concat([frame.origin_share - frame.lower_share, frame.upper_share - frame.origin_share], axis=1).min(
        axis=1
    )


def _waterfall(metric: Metric, frames: Frames) -> pd.Series:
    steps = frames[metric.id].sort_values("step_number").groupby("week_start_date")
    identified = frames["china_share_identified_weekly"].set_index("week_start_date")["china_share"]
    origin = frames["china_share_origin_weekly"].set_index("week_start_date")["china_share"]
    ends = (steps["china_share"].first() - identified).abs() + (steps["china_share"].last() - origin).abs()
    return ends + (identified + steps["change_share"].sum() - origin).abs()


def _gaps_in_ranks(metric: Metric, frames: Frames) -> pd.Series:
    ranks = frames[metric.id].groupby("week_start_date")["model_rank"]
    return (ranks.max() - ranks.nunique()) + (ranks.min() - 1)


def _model_share(metric: Metric, frames: Frames) -> pd.Series:
    frame = frames[metric.id].set_index(list(metric.grain))
    totals = _router_tokens(frames).reindex(frame.index.get_level_values(0)).to_numpy()
    return (frame["model_share"] - frame["tokens"] / totals).abs()


def _dearest(metric: Metric, frames: Frames) -> pd.Series:
    frame = frames[metric.id].set_index(list(metric.grain))
    return frame[["input_usd_per_million", "output_usd_per_million"]].astype(float).max(axis=1).dropna()


LAWS: dict[str, Law] = {
    "shares_sum_to_one": Law(_shares, 1 - ROUNDING, 1 + ROUNDING),
    "named_shares_sum_to_one": Law(_sum_of("named_share"), 1 - ROUNDING, 1 + ROUNDING),
    "share_is_quotient": Law(_quotient, 0, ROUNDING),
    "identified_share_is_sum_of_vendors": Law(_vendors, 0, 0),
    "denominator_is_router_total": Law(_denominator, 0, 0),
    "known_and_unknown_make_total": Law(_known_and_unknown, 0, 0),
    "parts_make_router_total": Law(_parts, 0, 0),
    "bounds_contain_origin": Law(_room_for_origin, -ROUNDING, 1),
    "steps_add_up": Law(_waterfall, 0, ROUNDING),
    "ranks_are_dense": Law(_gaps_in_ranks, 0, 0),
    "share_is_of_router_total": Law(_model_share, 0, ROUNDING),
    "prices_are_plausible": Law(_dearest, 0, LARGEST_PLAUSIBLE_PRICE),
}
