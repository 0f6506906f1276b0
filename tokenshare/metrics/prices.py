"""List prices as the catalogue shows them."""

from tokenshare import rows
from tokenshare.metrics.metric import Metric
from tokenshare.topics import FETCH_COMPLETED, PRICE_LISTED

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
        group="list_price_daily",
        topics=(PRICE_LISTED, FETCH_COMPLETED),
        sources=("openrouter_models",),
        window="day",
        laws=("prices_are_plausible",),
    ),
)
