"""List prices as the catalogue shows them."""

from tokenshare import rows
from tokenshare.metrics.group import (
    CONFLICTING_KEYS,
    INCOMPLETE_FETCHES,
    Evidence,
    Group,
    Interval,
    Provenance,
)
from tokenshare.metrics.metric import Metric
from tokenshare.topics import FETCH_COMPLETED, PRICE_LISTED

PRICE_PROVENANCE = Provenance("int_price_selected", "price_date")

LIST_PRICES = Group(
    id="list_price_daily",
    provenance=(PRICE_PROVENANCE,),
    measured_by="int_price_evidence",
    dated_by="listed_models",
    evidence=(
        INCOMPLETE_FETCHES,
        CONFLICTING_KEYS,
        Evidence(
            "listed_models",
            Interval(1, 1e6),
            "Models in the catalogue of a day. An empty catalogue is an answer, and not a price list.",
        ),
        Evidence(
            "priced_share",
            Interval(0.5, 1),
            "Part of a day's models with both prices known. The catalogue prices nearly all of them.",
        ),
    ),
)

PRICE_METRICS = (
    Metric(
        id="list_price_daily",
        title="List prices",
        unit="USD/1M tokens",
        row=rows.ListPriceDaily,
        grain=("price_date", "model_id"),
        method="Base-tier list price as the catalogue showed it on the UTC day, the newest answer of that day; blended "
        "is three parts input to one part output. Unknown (variable) is null, never 0; 0 is free.",
        denominator="none",
        exclusions="long-context tiers and time-of-day windows; aliases",
        coverage="the catalogue's models; the price of the top provider, which moves when routing does",
        group=LIST_PRICES.id,
        topics=(PRICE_LISTED, FETCH_COMPLETED),
        needs=(("openrouter_models",),),
        window="day",
        laws=("prices_are_plausible",),
    ),
)
