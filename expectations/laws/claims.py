"""Laws of verdicts on claims."""

import pandas as pd

from expectations.laws.law import ROUNDING, Frames, Law
from tokenshare.metrics import Metric

MATCHED = ("reproduced", "reproduced_by_another_method")


def _contradictions(metric: Metric, frames: Frames) -> pd.Series:
    """The number of a verdict's statements its variants contradict."""
    claims = frames[metric.id].set_index("claim_id")
    tried, matched = claims["variants_tried"], claims["variants_matched"]
    wrong = [
        (claims["verdict"] == "no_data") != (tried == 0),
        claims["verdict"].isin(MATCHED) != (matched > 0),
        matched > tried,
        claims["reproduced_by"].notna() != (matched > 0),
    ]
    return sum(found.astype(int) for found in wrong)


def _quotient(metric: Metric, frames: Frames) -> pd.Series:
    claims = frames[metric.id].set_index("claim_id")
    shares = claims[claims["denominator"].notna()]
    given = shares["numerator"].astype(float) / shares["denominator"].astype(float)
    return (shares["nearest"].astype(float) - given).abs()


def _beyond(metric: Metric, frames: Frames) -> pd.Series:
    """Rounding steps between a reproduced claim and its nearest number, beyond the allowed half; limits left out."""
    claims = frames[metric.id].set_index("claim_id")
    close = claims[claims["verdict"].isin(MATCHED) & (claims["comparison"] == "about")]
    steps = (close["nearest"].astype(float) - close["claimed"]).abs() / close["rounding"]
    return (steps - 0.5).clip(lower=0)


CLAIM_LAWS: dict[str, Law] = {
    "verdict_follows_from_variants": Law(
        _contradictions, 0, 0, "A verdict says no more of a claim than the numbers it was compared with."
    ),
    "nearest_is_quotient": Law(
        _quotient, 0, ROUNDING, "The nearest number is the quotient of the two counts beside it."
    ),
    "verdict_names_its_number": Law(
        _beyond, 0, ROUNDING, "What is called reproduced lies within the claim's own rounding."
    ),
}
