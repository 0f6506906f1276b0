"""Verdicts on claims: quoted numbers held against what is published."""

from tokenshare import rows
from tokenshare.metrics.group import Following, Group, Provenance
from tokenshare.metrics.hub_groups import HUB_GROUPS, HUB_PROVENANCE, HUB_SOURCES
from tokenshare.metrics.metric import Metric
from tokenshare.metrics.programming import CATEGORY_PROVENANCE, PROGRAMMING
from tokenshare.metrics.router_group import ROUTER, ROUTER_SOURCES, USAGE_PROVENANCE
from tokenshare.topics import CLAIM_QUOTED, DOWNLOADS_OBSERVED, FETCH_COMPLETED, USAGE_CATEGORY_OBSERVED, USAGE_OBSERVED

CLAIMS = Group(
    id="claims",
    provenance=(
        Provenance("int_claims_provenance", "observed_date"),
        USAGE_PROVENANCE,
        CATEGORY_PROVENANCE,
        HUB_PROVENANCE,
    ),
    follows=Following(
        groups=(ROUTER.id, PROGRAMMING.id, *(group.id for group in HUB_GROUPS if group.measured_by)),
        stands_on="stands_on",
        told="nearest",
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
        topics=(CLAIM_QUOTED, USAGE_OBSERVED, USAGE_CATEGORY_OBSERVED, DOWNLOADS_OBSERVED, FETCH_COMPLETED),
        needs=(("claims",), ROUTER_SOURCES),
        aided_by=("openrouter_categories", *HUB_SOURCES),
        window="snapshot",
        freshness=None,
        laws=("verdict_follows_from_variants", "nearest_is_quotient", "verdict_names_its_number"),
    ),
)
