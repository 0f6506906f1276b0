"""Programming on the router: the upstream's weekly sample; a coherence group of its own."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from tokenshare import rows
from tokenshare.metrics.group import (
    CONFLICTING_KEYS,
    INCOMPLETE_FETCHES,
    NONE,
    RESTATED_MIDDLE,
    Evidence,
    Following,
    Group,
    Interval,
    Provenance,
)
from tokenshare.metrics.metric import Metric
from tokenshare.metrics.router import ROUTER, ROUTER_SOURCES, USAGE_PROVENANCE
from tokenshare.topics import FETCH_COMPLETED, USAGE_CATEGORY_OBSERVED, USAGE_OBSERVED

# A week is dated by its Monday and served when it is over: the newest is up to two weeks old, and three days late.
WEEK_OLD = timedelta(days=16)
SAMPLED = "sampled upstream: prompts are classified in a sample and scaled up, with an error that is not published"

CATEGORY_PROVENANCE = Provenance("int_category_provenance", "week_start_date")
PROGRAMMING = Group(
    id="programming",
    provenance=(replace(USAGE_PROVENANCE, is_borrowed=True), CATEGORY_PROVENANCE),
    follows=Following((ROUTER.id,)),
    measured_by="int_category_evidence",
    dated_by="other_rows",
    evidence=(
        INCOMPLETE_FETCHES,
        RESTATED_MIDDLE,
        CONFLICTING_KEYS,
        Evidence(
            "other_rows",
            Interval(1, 1),
            "Rows named `other` in a week of the slice. A week without it is not whole; two are a contradiction.",
        ),
        Evidence(
            "volume_ratio",
            Interval(0.4, 2.5),
            "Programming tokens of a week over those of the calendar week before; an estimate may move more than a "
            "count, and a unit gone wrong moves a hundredfold.",
            is_occasional=True,
        ),
        Evidence(
            "disappeared_days",
            NONE,
            "Weeks that were stated once and that the newer complete answer no longer states.",
            keeps_last=True,
        ),
    ),
)


def _metric(id: str, title: str, **declared: Any) -> Metric:
    given: dict[str, Any] = {
        "unit": "ratio",
        "group": PROGRAMMING.id,
        "topics": (USAGE_CATEGORY_OBSERVED, USAGE_OBSERVED, FETCH_COMPLETED),
        "needs": (("openrouter_categories",), ROUTER_SOURCES),
        "exclusions": "private models, private endpoints and zero-data-retention traffic, excluded at the source",
        "coverage": f"{SAMPLED}; the fifty most-used models of the category by name, the rest as `other`; complete "
        "ISO weeks only",
        "freshness": WEEK_OLD,
    }
    return Metric(id=id, title=title, **{**given, **declared})


PROGRAMMING_METRICS = (
    _metric(
        "programming_share_weekly",
        "Programming's share of tokens (sampled)",
        row=rows.ProgrammingShareWeekly,
        grain=("week_start_date",),
        method="Tokens of the week that the router's sample puts into programming, over all tokens of that ISO week.",
        denominator="all tokens, `other` included",
        laws=("programming_is_part_of_all",),
    ),
    _metric(
        "vendor_programming_share_weekly",
        "Share of programming tokens by vendor (sampled)",
        row=rows.VendorProgrammingShareWeekly,
        grain=("week_start_date", "vendor_id"),
        method="Tokens of the vendor's models in programming over all programming tokens of the week; `unknown` is a "
        "row: `other`, stealth models, vendors nobody mapped.",
        denominator="all programming tokens, `other` included",
        share="vendor_share",
        laws=("shares_sum_to_one", "parts_make_programming_total"),
    ),
)
