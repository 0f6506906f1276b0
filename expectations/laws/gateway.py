"""Laws of a gateway of one's own."""

import pandas as pd

from expectations.laws.law import ROUNDING, Frames, Law
from tokenshare.metrics import Metric


def _hours(metric: Metric, frames: Frames) -> pd.Series:
    days = frames[metric.id].groupby("usage_date")["tokens"].sum()
    hours = frames["gateway_share_hourly"].groupby("usage_date")["tokens"].sum()
    return days.sub(hours, fill_value=0)


def _gap(metric: Metric, frames: Frames) -> pd.Series:
    frame = frames[metric.id].set_index(list(metric.grain))
    return (frame["gap_share"] - (frame["token_share"] - frame["spend_share"])).abs()


def _hourly(metric: Metric, frames: Frames) -> pd.Series:
    return frames[metric.id].groupby("usage_hour")["token_share"].sum()


def _parts(metric: Metric, frames: Frames) -> pd.Series:
    frame = frames[metric.id].groupby("usage_date")[["tokens", "prompt_tokens", "completion_tokens"]].sum()
    return frame["tokens"] - frame["prompt_tokens"] - frame["completion_tokens"]


GATEWAY_LAWS: dict[str, Law] = {
    "hours_make_the_day": Law(_hours, 0, 0, "The tokens of a day's hours make the day, to the token."),
    "gap_is_difference": Law(_gap, 0, ROUNDING, "The gap is the difference of the two shares beside it."),
    "hourly_shares_sum_to_one": Law(
        _hourly, 1 - ROUNDING, 1 + ROUNDING, "The shares of an hour make the whole: no part is lost or counted twice."
    ),
    "tokens_are_prompt_and_completion": Law(
        _parts, 0, 0, "Tokens are those of prompt and completion; no part of either is added again."
    ),
}
