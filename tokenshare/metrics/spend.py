"""Estimated spend on the router: tokens at list price, between bounds; a coherence group of its own."""

from dataclasses import replace

from tokenshare import rows
from tokenshare.metrics.group import (
    CONFLICTING_KEYS,
    INCOMPLETE_FETCHES,
    Evidence,
    Following,
    Group,
    Interval,
    Provenance,
)
from tokenshare.metrics.metric import Metric
from tokenshare.metrics.prices import CATALOGUE_MOVED, NEIGHBOURS
from tokenshare.metrics.programming import WEEK_OLD
from tokenshare.metrics.router import ROUTER, ROUTER_SOURCES, USAGE_PROVENANCE
from tokenshare.topics import CATALOG_MODEL_OBSERVED, FETCH_COMPLETED, PRICE_LISTED, USAGE_OBSERVED

SPEND = Group(
    id="router_spend_share_estimated_weekly",
    provenance=(replace(USAGE_PROVENANCE, is_borrowed=True), Provenance("int_spend_provenance", "week_start_date")),
    measured_by="int_spend_evidence",
    dated_by="dearest_price",
    follows=Following((ROUTER.id,)),
    listed=("int_mapping_spend", "int_mapping_spend_weekly"),
    evidence=(
        INCOMPLETE_FETCHES,
        CONFLICTING_KEYS,
        Evidence(
            "dearest_price",
            Interval(0, 10_000),
            "Dearest price that a week is billed at, USD per million tokens; one in the wrong unit is a million times "
            "off.",
        ),
        Evidence(
            "priced_share",
            Interval(0.5, 1),
            "Part of a week's named tokens that the catalogue prices, where it was looked at in time.",
            is_occasional=True,
        ),
        Evidence(
            "unpriced_share",
            Interval(0, 0.1),
            "Part of the newest week by models that neither catalogue nor price book prices, where the catalogue was "
            "looked at in time. It shuts no gate: people are told to map them.",
            is_occasional=True,
            alerts_only=True,
        ),
        CATALOGUE_MOVED,
        *NEIGHBOURS,
    ),
)

SPEND_METRICS = (
    Metric(
        id="router_spend_share_estimated_weekly",
        title="Share of spend by vendor, estimated",
        unit="ratio",
        row=rows.RouterSpendShareEstimatedWeekly,
        grain=("week_start_date", "vendor_id"),
        method="List price times tokens, by vendor, between bounds: the split of prompt and completion is unknown, so "
        "lower_share takes the vendor's models at the cheaper of their two prices and all others at the dearer, "
        "upper_share the other way round. `:free` costs 0. The price is the newest on or before the week's Sunday, "
        "else the earliest later one.",
        denominator="spend on priced tokens of all vendors",
        exclusions="tokens without a known price (`other` among them); discounts, caches, contracts; traffic that the "
        "source excludes",
        coverage="priced_tokens_share of the vendor's tokens; vendors with a priced token; complete ISO weeks only",
        group=SPEND.id,
        # The catalogue too: a fetch is complete, and its prices usable, only with every promised record.
        topics=(USAGE_OBSERVED, CATALOG_MODEL_OBSERVED, PRICE_LISTED, FETCH_COMPLETED),
        needs=(ROUTER_SOURCES, ("openrouter_models",)),
        freshness=WEEK_OLD,
        laws=("bounds_leave_room", "spend_is_ordered"),
    ),
)
