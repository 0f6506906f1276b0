"""Laws of router usage."""

import pandas as pd

from expectations.laws.law import ROUNDING, Frames, Law, shares, sum_of
from tokenshare.metrics import Metric


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


def _unknown_share(metric: Metric, frames: Frames) -> pd.Series:
    frame = frames[metric.id].set_index("week_start_date")
    return (frame["unknown_share"] + frame["denominator_tokens"] / _router_tokens(frames) - 1).abs()


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


ROUTER_LAWS: dict[str, Law] = {
    "shares_sum_to_one": Law(
        shares,
        1 - ROUNDING,
        1 + ROUNDING,
        "The shares of one key make the whole: a part is neither lost nor counted twice.",
    ),
    "named_shares_sum_to_one": Law(
        sum_of("named_share"), 1 - ROUNDING, 1 + ROUNDING, "So do the shares of what is named."
    ),
    "share_is_quotient": Law(_quotient, 0, ROUNDING, "The share is the quotient of the two token counts beside it."),
    "identified_share_is_sum_of_vendors": Law(
        _vendors, 0, 0, "Chinese tokens are those of the vendors that dim_vendors calls Chinese, to the token."
    ),
    "denominator_is_router_total": Law(_denominator, 0, 0, "What the share is over is the week's total, to the token."),
    "known_and_unknown_make_total": Law(
        _known_and_unknown, 0, 0, "Tokens of known and of unknown origin make the week's total, to the token."
    ),
    "known_and_unknown_make_whole": Law(
        _unknown_share, 0, ROUNDING, "The unknown share is what the known tokens leave of the week's total."
    ),
    "parts_make_router_total": Law(_parts, 0, 0, "The rows of a week add up to its total, to the token."),
    "bounds_contain_origin": Law(_room_for_origin, -ROUNDING, 1, "The origin share lies between the bounds."),
    "steps_add_up": Law(
        _waterfall,
        0,
        ROUNDING,
        "The waterfall begins at the identified share, ends at the origin share, and its steps make the difference.",
    ),
    "ranks_are_dense": Law(_gaps_in_ranks, 0, 0, "Ranks run from 1 without a gap or a tie."),
    "share_is_of_router_total": Law(_model_share, 0, ROUNDING, "The share is over the week's total, `other` included."),
}
