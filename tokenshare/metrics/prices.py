"""List prices: the catalogue's on the days we read it, the price book's before; one coherence group."""

from typing import Any

from pydantic import BaseModel

from tokenshare import rows
from tokenshare.metrics.group import (
    CONFLICTING_KEYS,
    INCOMPLETE_FETCHES,
    NONE,
    Evidence,
    Group,
    Interval,
    Provenance,
)
from tokenshare.metrics.metric import Metric
from tokenshare.topics import CATALOG_MODEL_OBSERVED, FETCH_COMPLETED, PRICE_LISTED

CATALOGUE_PROVENANCE = Provenance("int_price_selected", "price_date")
PRICE_PROVENANCE = Provenance("int_price_daily", "price_date")

CATALOGUE_MOVED = Evidence(
    "catalogue_moved",
    Interval(1, 5),
    "How many times the price of the catalogue's middle model is what it was the day before, or the other way round, "
    "from three on. One model may be repriced; all of them at once are in another unit.",
    is_occasional=True,
)

ZERO_PRICE = Evidence(
    "zero_price",
    NONE,
    "Whether the catalogue gives away what the price book sells, for one model and day. `:free` is free on purpose; "
    "another 0 is a price that was lost, or a promotion that a person confirms.",
    is_occasional=True,
)
BATCH_RATIO = Evidence(
    "batch_ratio",
    Interval(1, 2000),
    "How many times a model's price is the middle price of its day, or the other way round, from three models on and a "
    "thousand times on. The dearest real model is six hundred times the middle; USD per million in the place of USD "
    "per token is a million times.",
    is_occasional=True,
)
MODEL_MOVED = Evidence(
    "model_moved",
    Interval(1, 50),
    "How many times a model's price is the middle of its own on the days before, or the other way round. Cuts are "
    "smaller; a price per thousand is a thousandfold.",
    is_occasional=True,
)
NEIGHBOURS = (ZERO_PRICE, BATCH_RATIO, MODEL_MOVED)

LIST_PRICES = Group(
    id="list_price_daily",
    provenance=(PRICE_PROVENANCE, Provenance("int_price_book_daily", "price_date")),
    measured_by="int_price_evidence",
    dated_by="listed_models",
    listed=("int_price_disagreements", "int_price_unmapped"),
    evidence=(
        INCOMPLETE_FETCHES,
        CONFLICTING_KEYS,
        Evidence(
            "listed_models",
            Interval(1, 1e6),
            "Models with a list price on a day. An empty catalogue is an answer, and not a price list.",
        ),
        Evidence(
            "priced_share",
            Interval(0.5, 1),
            "Part of a day's models that sell tokens, with both prices known. The catalogue prices nearly all of them.",
        ),
        Evidence(
            "twin_ratio",
            Interval(1, 10),
            "How many times the dearer of catalogue and price book is the cheaper, for one model and day. Sellers of "
            "one model differ, and smaller disagreements are listed; tenfold is a wrong unit or the wrong model.",
            is_occasional=True,
        ),
        CATALOGUE_MOVED,
        *NEIGHBOURS,
        Evidence(
            "book_moved",
            Interval(1, 10),
            "How many times an entry of the price book is what the book first said of it, or the other way round. "
            "Corrections are smaller; a wrong unit is a hundredfold.",
            is_occasional=True,
        ),
        Evidence(
            "book_disappeared",
            NONE,
            "Whether the price book has lost days of a model that it once priced.",
            is_occasional=True,
        ),
    ),
)

PRICE_SOURCES = ("openrouter_models", "genai_prices")


def price_metric(id: str, title: str, row: type[BaseModel], **declared: Any) -> Metric:
    """A member of the coherence group of prices: a held price shows in no ratio."""
    given: dict[str, Any] = {
        "unit": "USD/1M tokens",
        "denominator": "none",
        "exclusions": "long-context tiers and time-of-day windows; aliases; what resellers charge",
        "coverage": "the catalogue's models on the days it was read, at the price of the top provider, which moves "
        "when routing does; before, the models whose names in the price book are mapped",
        "group": LIST_PRICES.id,
        # With the catalogue itself: only all records of a fetch prove it complete, so a trace needs all of them.
        "topics": (PRICE_LISTED, CATALOG_MODEL_OBSERVED, FETCH_COMPLETED),
        "needs": (PRICE_SOURCES,),
        "window": "day",
    }
    return Metric(id=id, title=title, row=row, **{**given, **declared})


PRICE_METRICS = (
    price_metric(
        "list_price_daily",
        "List prices",
        rows.ListPriceDaily,
        grain=("price_date", "model_id"),
        method="Base-tier list price as the catalogue showed it on the UTC day, the newest answer of that day; where "
        "the catalogue did not show the model that day, the dated price of the price book, from January 2025 on, and "
        "source_id says so. Blended is three parts input to one part output. Unknown (variable) is null, never 0, and "
        "so is the price of what is not sold by the token; 0 is free. A discounted price is marked, and gives way to a "
        "regular one.",
        laws=("prices_are_plausible",),
    ),
    price_metric(
        "price_ratio_daily",
        "List prices against reference models",
        rows.PriceRatioDaily,
        unit="ratio",
        grain=("price_date", "model_id", "reference_model_id"),
        method="The model's list price over the reference model's of the same UTC day, input, output and blended "
        "apart: 0.1 is a tenth of it. Null where either is unknown or the reference is free.",
        denominator="the reference model's list price that day",
        laws=("ratio_is_quotient_of_list_prices",),
    ),
    price_metric(
        "fct_prices_daily",
        "Prices by source, tier and time of day",
        rows.PricesDaily,
        grain=(
            *("price_date", "model_id", "source_id", "provider", "tier_min_tokens", "time_window"),
            "is_discounted",
        ),
        method="Every price that held on the UTC day, as the catalogue showed it and as the price book dates it.",
        exclusions="aliases; what resellers charge; names of the price book that nobody mapped",
        schema="marts",
        laws=("prices_are_plausible",),
    ),
)
