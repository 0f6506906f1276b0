"""Router usage: shares of tokens by origin, vendor, openness and price; one coherence group."""

from typing import Any

from pydantic import BaseModel

from tokenshare import rows
from tokenshare.metrics.group import (
    CONFLICTING_KEYS,
    INCOMPLETE_FETCHES,
    NONE,
    RESTATED_MIDDLE,
    Evidence,
    Group,
    Interval,
    Provenance,
)
from tokenshare.metrics.metric import Metric
from tokenshare.topics import FETCH_COMPLETED, USAGE_OBSERVED

ROUTER_SOURCES = ("openrouter_rankings", "openrouter_exports")
USAGE_PROVENANCE = Provenance("int_usage_provenance", "usage_date")
OPENNESS_PROVENANCE = Provenance("int_openness_provenance", "usage_date", is_borrowed=True)

ROUTER = Group(
    id="router",
    provenance=(USAGE_PROVENANCE, OPENNESS_PROVENANCE),
    measured_by="int_usage_evidence",
    dated_by="other_rows",
    listed=("int_usage_gaps", "int_vendors_unmapped", "int_mapping_router", "int_mapping_router_weekly"),
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
            "All tokens of a day over those of the last day within its band, at most three days before; without one, "
            "over those of a day after. Real days move 0.78x to 1.28x; counting errors that others published were 2x "
            "to 3x.",
            is_occasional=True,
        ),
        Evidence(
            "unknown_share",
            Interval(0, 0.6),
            "Part of a day whose origin nobody can tell. Real days reach 0.38 with a popular stealth model; the bounds "
            "show what that means.",
        ),
        Evidence(
            "unknown_wide",
            Interval(0, 0.25),
            "Part of one of the newest seven days whose origin nobody can tell, where it is wide. The bounds show what "
            "it may hide, and it shuts no gate: ten days in a row reached 0.26 to 0.38 with one popular stealth model.",
            alerts_only=True,
        ),
        Evidence(
            "unmapped_share",
            Interval(0, 0.01),
            "Part of one of the newest seven days by vendors that nobody has mapped. It counts as unknown, and shuts "
            "no gate: people are told to map them.",
            alerts_only=True,
        ),
        Evidence(
            "unmapped_openness_share",
            Interval(0, 0.05),
            "Part of one of the newest seven days by models of which nobody knows whether their weights are open, and "
            "which no person has looked up. It counts as unknown, and shuts no gate: people are told to map them.",
            alerts_only=True,
        ),
        Evidence(
            "disappeared_days",
            NONE,
            "Days that were stated once and that the newer complete answer no longer states.",
            keeps_last=True,
        ),
        Evidence(
            "unserved_days",
            NONE,
            "Days asked for and never served, within the freshness limit; older ones only lack a row.",
            is_occasional=True,
            keeps_last=True,
        ),
        INCOMPLETE_FETCHES,
        RESTATED_MIDDLE,
        Evidence(
            "twin_difference",
            Interval(0, 0.001),
            "Largest difference between our share of a model and that of the keyless export. "
            "Restatements between two answers move less than 0.04 %.",
            is_occasional=True,
        ),
    ),
)

ALL_TOKENS = "all tokens, `other` included"
DAILY_COVERAGE = "the fifty most-used models of each UTC day by name, the rest as `other`"
ROUTER_COVERAGE = f"{DAILY_COVERAGE}; complete ISO weeks only"
ROUTER_EXCLUSIONS = "private models, private endpoints and zero-data-retention traffic, excluded at the source"


def router_metric(id: str, title: str, row: type[BaseModel], **declared: Any) -> Metric:
    """A member of the coherence group `router`: published with the others or not at all."""
    given: dict[str, Any] = {
        "unit": "ratio",
        "grain": ("week_start_date",),
        "denominator": ALL_TOKENS,
        "group": ROUTER.id,
        "topics": (USAGE_OBSERVED, FETCH_COMPLETED),
        "needs": (ROUTER_SOURCES,),
        "exclusions": ROUTER_EXCLUSIONS,
        "coverage": ROUTER_COVERAGE,
    }
    return Metric(id=id, title=title, row=row, **{**given, **declared})


ROUTER_METRICS = (
    router_metric(
        "router_tokens_weekly",
        "Tokens routed in a week",
        rows.RouterTokensWeekly,
        unit="tokens",
        method="Sum of prompt and completion tokens of all models over seven complete UTC days; "
        "growth is to the week 364 days earlier.",
        denominator="none; growth_ratio over the week 364 days earlier",
        has_year_ago=True,
    ),
    router_metric(
        "china_share_identified_weekly",
        "Chinese share of tokens, identified vendors",
        rows.ChinaShareWeekly,
        method="Tokens of models by vendors identified as Chinese, over all tokens: what is unknown counts against.",
        laws=("share_is_quotient", "identified_share_is_sum_of_vendors", "denominator_is_router_total"),
    ),
    router_metric(
        "china_share_origin_weekly",
        "Chinese share of tokens, by origin",
        rows.ChinaShareOriginWeekly,
        method="Tokens of models by Chinese vendors, with a Chinese base model, or attributed to a Chinese vendor, "
        "over tokens whose origin is known. Assumes that the unknown, unknown_share of all tokens, splits like the "
        "known: read the bounds.",
        denominator="tokens whose origin is known",
        laws=("share_is_quotient", "known_and_unknown_make_total", "known_and_unknown_make_whole"),
    ),
    router_metric(
        "china_share_top10_weekly",
        "Chinese share within the ten most-used models",
        rows.ChinaShareWeekly,
        method="The press variant: tokens of the Chinese-origin models among the week's ten most-used models, "
        "over the tokens of those ten.",
        denominator="tokens of the ten most-used models; `other` is never one of them",
        laws=("share_is_quotient",),
    ),
    router_metric(
        "china_share_trailing7_daily",
        "Chinese share of tokens over seven days, every day",
        rows.ChinaShareTrailing7Daily,
        grain=("usage_date",),
        method="Identified and origin shares and their bounds over the seven complete UTC days that end with the day.",
        denominator="all tokens of the seven days; origin_share over those of known origin",
        coverage=f"{DAILY_COVERAGE}; seven complete days or no row",
        window="trailing7",
        laws=("bounds_contain_origin",),
    ),
    router_metric(
        "china_share_reconciliation_weekly",
        "From the identified to the origin share, step by step",
        rows.ChinaShareReconciliationWeekly,
        grain=("week_start_date", "step_number"),
        method="Waterfall from the identified share over lineage, attributed stealth models and the smaller "
        "denominator to the origin share; exact, to the token.",
        denominator="all tokens, from step 4 on tokens whose origin is known",
        laws=("share_is_quotient", "steps_add_up"),
    ),
    router_metric(
        "china_share_bounds_weekly",
        "Bounds of the Chinese share of tokens",
        rows.ChinaShareBoundsWeekly,
        method="Lower: nothing whose origin is unknown is Chinese; upper: all of it is.",
        laws=("bounds_contain_origin", "denominator_is_router_total"),
    ),
    router_metric(
        "vendor_share_daily",
        "Share of tokens by vendor, daily",
        rows.VendorShareDaily,
        grain=("usage_date", "vendor_id"),
        method="Tokens of the vendor's models over all tokens of the day; named_share over the tokens of named models "
        "(without `other`); upper_share adds all unknown tokens. `unknown` is a row: `other`, stealth models, "
        "vendors nobody mapped.",
        coverage=DAILY_COVERAGE,
        window="day",
        share="vendor_share",
        laws=("shares_sum_to_one", "named_shares_sum_to_one"),
    ),
    router_metric(
        "vendor_share_weekly",
        "Share of tokens by vendor, weekly",
        rows.VendorShareWeekly,
        grain=("week_start_date", "vendor_id"),
        method="As vendor_share_daily, over seven complete days; days_observed counts the days on which one of the "
        "vendor's models was among the fifty most used.",
        share="vendor_share",
        laws=("shares_sum_to_one", "named_shares_sum_to_one", "parts_make_router_total"),
    ),
    router_metric(
        "model_rank_weekly",
        "Most-used models",
        rows.ModelRankWeekly,
        grain=("week_start_date", "model_rank"),
        method="Models without their variants, by tokens, ties by name; `other` is never ranked. is_chinese by origin, "
        "false where the origin is unknown; chinese_so_far_count counts down to this rank.",
        laws=("ranks_are_dense", "share_is_of_router_total"),
    ),
    router_metric(
        "openness_share_weekly",
        "Share of tokens by openness and origin",
        rows.OpennessShareWeekly,
        grain=("week_start_date", "openness"),
        method="Open: the weights of that checkpoint can be downloaded that day, as curated; a model without a "
        "curated row is open if the catalogue names its repository, and closed if it names none. Unknown where origin "
        "or openness is.",
        share="openness_share",
        laws=("shares_sum_to_one", "parts_make_router_total"),
    ),
    router_metric(
        "china_part_of_open_weekly",
        "Chinese part of open-weight tokens",
        rows.ChinaShareWeekly,
        method="Tokens of open models of Chinese origin over the tokens of open models whose origin is known; open as "
        "in openness_share_weekly.",
        denominator="tokens of open-weight models whose origin is known",
        laws=("share_is_quotient",),
    ),
    router_metric(
        "free_share_weekly",
        "Share of tokens of free variants",
        rows.FreeShareWeekly,
        method="Tokens of `:free` variants over all tokens.",
        laws=("denominator_is_router_total",),
    ),
)
