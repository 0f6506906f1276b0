"""Laws of curated facts."""

import pandas as pd

from expectations.laws.law import ROUNDING, Frames, Law
from tokenshare.metrics import Metric

AGREEMENT = 0.25  # a source rounds, and may take another day's rate; a wrong currency or unit is far beyond


def _keyed(metric: Metric, frames: Frames) -> pd.DataFrame:
    return frames[metric.id].set_index(list(metric.grain))


def _room(metric: Metric, frames: Frames) -> pd.Series:
    frame = _keyed(metric, frames)
    return (frame["high"].astype(float) - frame["low"].astype(float)).dropna()


def _usd_without_reason(metric: Metric, frames: Frames) -> pd.Series:
    frame = _keyed(metric, frames)
    converted = frame["low_usd"].notna() | frame["high_usd"].notna()
    stated = frame["currency"] == "USD"
    moved = sum(
        (frame[end].astype(float) - frame[f"{end}_usd"].astype(float)).abs().fillna(0) * stated
        for end in ("low", "high")
    )
    hidden = frame["currency"].isna() | (frame["usd_basis"] == "no rate")
    return (converted & hidden).astype(float) + (~converted & stated).astype(float) + moved


def _disagreement(metric: Metric, frames: Frames) -> pd.Series:
    frame = _keyed(metric, frames)
    ends = frame[["low_usd", "high_usd"]].astype(float)
    ours, own = ends.mean(axis=1), frame["own_usd"].astype(float)
    return (own / ours - 1).dropna()


def _misplaced(score: pd.Series, place: pd.Series, boards: list[pd.Series]) -> pd.Series:
    expected = score.astype(float).groupby(boards).rank(method="dense", ascending=False)
    return (place.astype(float) - expected).abs()


def _places(metric: Metric, frames: Frames) -> pd.Series:
    frame = frames[metric.id]
    boards = [frame["board_id"], frame["ranking_date"]]
    found = _misplaced(frame["score"], frame["board_rank"], boards)
    return found.set_axis(pd.MultiIndex.from_frame(frame[list(metric.grain)]))


def _open_places(metric: Metric, frames: Frames) -> pd.Series:
    frame = frames[metric.id]
    is_open = frame["is_open"].eq(True)
    stray = frame["open_rank"].notna() & ~is_open
    boards = [frame["board_id"], frame["ranking_date"], is_open]
    found = _misplaced(frame["score"], frame["open_rank"], boards).where(is_open, 0) + stray.astype(float)
    return found.set_axis(pd.MultiIndex.from_frame(frame[list(metric.grain)]))


def _own_count(metric: Metric, frames: Frames) -> pd.Series:
    frame = _keyed(metric, frames)
    return frame["releases_trailing_year_count"] - frame["is_major"].astype(int)


def _misjudged(metric: Metric, frames: Frames) -> pd.Series:
    """A state its value contradicts. At the threshold itself either state may be right."""
    frame = _keyed(metric, frames)
    value, threshold, state = frame["value"].astype(float), frame["threshold"].astype(float), frame["state"]
    crossed = state == "crossed"
    wrong = (crossed & (value < threshold)) | (~crossed & (value > threshold))
    unknown = (state == "no_data") != value.isna()
    undated = frame["since"].isna() != value.isna()
    return (wrong | unknown | undated).astype(float)


CURATED_LAWS: dict[str, Law] = {
    "range_is_ordered": Law(_room, 0, float("1e300"), "The least is no more than the most."),
    "usd_follows_the_currency": Law(
        _usd_without_reason,
        0,
        ROUNDING,
        "USD stays as it is; what is not money, or has no rate, has no USD.",
    ),
    "own_usd_agrees": Law(
        _disagreement,
        -AGREEMENT,
        AGREEMENT,
        "What a source itself says in USD is within a quarter of ours; a wrong unit or currency is further off.",
    ),
    "places_follow_scores": Law(
        _places, 0, 0, "The best score is first, equal scores share a place, and no place is left out."
    ),
    "open_places_follow_scores": Law(_open_places, 0, 0, "So it is among the open entries, and only they have one."),
    "a_major_release_counts_itself": Law(_own_count, 0, 1e6, "A major release is among those it is counted with."),
    "state_follows_value": Law(
        _misjudged, 0, 0, "A watch is crossed where its value is beyond the threshold, and nowhere else."
    ),
}
