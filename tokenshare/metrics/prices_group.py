"""The coherence group of prices: what the landed prices must show before any of them is let out."""

from tokenshare.metrics.group import (
    CONFLICTING_KEYS,
    INCOMPLETE_FETCHES,
    NONE,
    Evidence,
    Group,
    Interval,
    Provenance,
)

CATALOGUE_PROVENANCE = Provenance("int_price_selected", "price_date")
PRICE_PROVENANCE = Provenance("int_price_daily", "price_date")

CATALOGUE_MOVED = Evidence(
    "catalogue_moved",
    Interval(1, 5),
    "How many times the price of the catalogue's middle model is what it was the day before, or the other way round, "
    "from three on. One model may be repriced; all of them at once are in another unit.",
    is_occasional=True,
)

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
            "Part of a day's models with both prices known. The catalogue prices nearly all of them.",
        ),
        Evidence(
            "twin_ratio",
            Interval(1, 10),
            "How many times the dearer of catalogue and price book is the cheaper, for one model and day. Sellers of "
            "one model differ, and smaller disagreements are listed; tenfold is a wrong unit or the wrong model.",
            is_occasional=True,
        ),
        CATALOGUE_MOVED,
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
