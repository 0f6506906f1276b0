"""Verdicts on claims: quoted numbers compared with published ones."""

from tokenshare import rows
from tokenshare.metrics.group import WITHDRAWN_ROWS, Following, Group, Provenance
from tokenshare.metrics.hub import HUB_GROUPS, HUB_SOURCES, LISTING_PROVENANCE
from tokenshare.metrics.markets import (
    FX_SOURCES,
    MARKET_CAPS,
    PLATFORM_VALUES,
    PUREPLAY_VALUES,
    QUOTE_SOURCES,
    SESSION_SHOCKS,
    SHARE_SOURCES,
    VALUE_PROVENANCE,
)
from tokenshare.metrics.metric import Metric
from tokenshare.metrics.prices import LIST_PRICES, PRICE_SOURCES
from tokenshare.metrics.programming import CATEGORY_PROVENANCE, PROGRAMMING
from tokenshare.metrics.router import ROUTER, ROUTER_SOURCES, USAGE_PROVENANCE
from tokenshare.topics import (
    CATALOG_MODEL_OBSERVED,
    CLAIM_QUOTED,
    DISCLOSURE_OBSERVED,
    DOWNLOADS_OBSERVED,
    FETCH_COMPLETED,
    FX_OBSERVED,
    PRICE_LISTED,
    QUOTE_OBSERVED,
    SHARE_COUNT_OBSERVED,
    USAGE_CATEGORY_OBSERVED,
    USAGE_OBSERVED,
)

FOLLOWED = (
    *(ROUTER, PROGRAMMING, *(group for group in HUB_GROUPS if group.measured_by), LIST_PRICES),
    *(MARKET_CAPS, SESSION_SHOCKS, PUREPLAY_VALUES, PLATFORM_VALUES),
)
CLAIMS = Group(
    id="claims",
    provenance=(
        Provenance("int_claims_provenance", "observed_date"),
        USAGE_PROVENANCE,
        CATEGORY_PROVENANCE,
        LISTING_PROVENANCE,
        *LIST_PRICES.provenance,
        *VALUE_PROVENANCE,
    ),
    measured_by="int_claims_evidence",
    evidence=(WITHDRAWN_ROWS,),
    follows=Following(
        groups=tuple(group.id for group in FOLLOWED),
        stands_on="stands_on",
        number="nearest",
    ),
)

CLAIM_METRICS = (
    Metric(
        id="claim_verdict",
        title="Verdicts on quoted numbers",
        unit="",
        row=rows.ClaimVerdict,
        grain=("claim_id",),
        method="Each claim is compared, over its own period and window, with every number that any method gives for "
        "what it is about; reproduced is what the method it names gives within its rounding.",
        denominator="each method's own, beside the nearest number",
        exclusions="claims about what no source of ours observes have no data",
        coverage="the curated claims; complete windows only",
        group=CLAIMS.id,
        topics=(
            *(CLAIM_QUOTED, USAGE_OBSERVED, USAGE_CATEGORY_OBSERVED, DOWNLOADS_OBSERVED, CATALOG_MODEL_OBSERVED),
            *(PRICE_LISTED, QUOTE_OBSERVED, SHARE_COUNT_OBSERVED, FX_OBSERVED, DISCLOSURE_OBSERVED, FETCH_COMPLETED),
        ),
        needs=(("claims",), ROUTER_SOURCES),
        aided_by=(
            *("openrouter_categories", *HUB_SOURCES, *PRICE_SOURCES),
            *(*QUOTE_SOURCES, *SHARE_SOURCES, *FX_SOURCES, "disclosures"),
        ),
        window="snapshot",
        freshness=None,
        laws=("verdict_follows_from_variants", "nearest_is_quotient", "verdict_names_its_number"),
    ),
)
