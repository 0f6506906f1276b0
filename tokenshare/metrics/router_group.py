"""The coherence group `router`: its sources, and what the landed usage must show before any share is let out."""

from tokenshare.metrics.group import (
    CONFLICTING_KEYS,
    INCOMPLETE_FETCHES,
    NONE,
    Evidence,
    Group,
    Interval,
    Provenance,
)

ROUTER_SOURCES = ("openrouter_rankings", "openrouter_exports")
USAGE_PROVENANCE = Provenance("int_usage_provenance", "usage_date")

ROUTER = Group(
    id="router",
    provenance=(USAGE_PROVENANCE,),
    measured_by="int_usage_evidence",
    dated_by="other_rows",
    listed=("int_usage_gaps", "int_vendors_unmapped"),
    evidence=(
        Evidence(
            "other_rows",
            Interval(1, 1),
            "Rows named `other` on a day. A day without it is not whole; two are a contradiction.",
        ),
        Evidence(
            "missing_rows",
            NONE,
            "Named rows short of fifty on a day, where the upstream has ever given fifty.",
        ),
        CONFLICTING_KEYS,
        Evidence(
            "volume_ratio",
            Interval(0.6, 1.6),
            "All tokens of a day over those of the calendar day before. Real days move 0.78x to 1.28x; "
            "counting errors that others published were 2x to 3x.",
            is_occasional=True,
        ),
        Evidence(
            "unknown_share",
            Interval(0, 0.25),
            "Part of a day whose origin nobody can tell. Real days reach 0.21 with a popular stealth model.",
        ),
        Evidence(
            "unmapped_share",
            Interval(0, 0.01),
            "Part of one of the newest seven days by vendors that nobody has mapped. It counts as unknown, and shuts "
            "no gate: people are told to map them.",
            is_told=True,
        ),
        Evidence(
            "disappeared_days",
            NONE,
            "Days that were stated once and that the newer complete answer no longer states.",
        ),
        Evidence(
            "unserved_days",
            NONE,
            "Days asked for and never served, within the freshness limit; older ones only lack a row.",
            is_occasional=True,
        ),
        INCOMPLETE_FETCHES,
        Evidence(
            "twin_difference",
            Interval(0, 0.001),
            "Largest difference between our share of a model and that of the keyless export. "
            "Restatements between two answers move less than 0.04 %.",
            is_occasional=True,
        ),
    ),
)
