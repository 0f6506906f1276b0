"""Laws of the Hub's downloads, derivatives and trending."""

import pandas as pd

from expectations.laws.law import ROUNDING, Frames, Law
from tokenshare.metrics import Metric

PARTS = ("finetune", "quantized", "adapter", "merge")
YEAR = 365


def _family_total(metric: Metric, frames: Frames) -> pd.Series:
    keys = ["download_date", "family_id"]
    counted = frames["fct_downloads_daily"].dropna(subset=["downloads_all_time"])
    totals = frames[metric.id].set_index(keys)["downloads_all_time"]
    return totals.sub(counted.groupby(keys)["downloads_all_time"].sum(), fill_value=0)


def _flow_on_reset(metric: Metric, frames: Frames) -> pd.Series:
    frame = frames[metric.id].set_index(list(metric.grain))
    return (frame["is_counter_reset"].astype(bool) & frame["downloads_flow"].notna()).astype(int)


def _room_in_any(metric: Metric, frames: Frames) -> pd.Series:
    """`any` less the largest of its parts; a key without `any` has no room."""
    table = frames[metric.id].pivot_table(
        index=["download_date", "family_id"], columns="relation", values="models_count"
    )
    declared = table.reindex(columns=["any", *PARTS]).dropna(how="all").fillna(0)
    return declared["any"] - declared[list(PARTS)].max(axis=1)


def _derivative_share(metric: Metric, frames: Frames) -> pd.Series:
    frame = frames[metric.id].set_index(list(metric.grain))
    return (frame["derivative_share"] - frame["derivatives_count"] / frame["models_count"]).abs()


def _download_share(metric: Metric, frames: Frames) -> pd.Series:
    """Distance of the share from its quotient; 1 for a share before a full year, or none after one."""
    frame = frames[metric.id].set_index("download_date")
    share = frame["china_share"].astype(float)
    off = (share - frame["chinese_downloads"] / frame["downloads"]).abs()
    is_due = frame["days_covered"] >= YEAR
    return off.where(share.notna(), 0.0).where(share.notna() == is_due, 1.0)


def _gaps_in_trending(metric: Metric, frames: Frames) -> pd.Series:
    ranks = frames[metric.id].groupby("download_date")["trending_rank"]
    return (ranks.max() - ranks.nunique()) + (ranks.min() - 1)


HUB_LAWS: dict[str, Law] = {
    "repositories_make_family_total": Law(
        _family_total, 0, 0, "A family's counter is the sum of its official repositories', to the download."
    ),
    "resets_have_no_flow": Law(_flow_on_reset, 0, 0, "Where a counter fell or went away no flow is told."),
    "any_is_no_less_than_its_parts": Law(
        _room_in_any, 0, 1e18, "A repository that declares a relation is among those that declare any."
    ),
    "derivative_share_is_quotient": Law(
        _derivative_share, 0, ROUNDING, "The share is the quotient of the two counts beside it."
    ),
    "download_share_is_quotient": Law(
        _download_share,
        0,
        ROUNDING,
        "The share is the quotient of the two flows beside it, and there is one exactly where a year is covered.",
    ),
    "trending_ranks_are_dense": Law(_gaps_in_trending, 0, 0, "Trending ranks run from 1 without a gap or a tie."),
}
