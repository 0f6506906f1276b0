"""The metric registry: every relation we stand behind, and what must hold before it is shown."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from pydantic import BaseModel

from tokenshare import rows
from tokenshare.topics import CATALOG_MODEL_OBSERVED, FETCH_COMPLETED, PRICE_LISTED, USAGE_OBSERVED, Topic

Window = Literal["day", "trailing7", "week", "snapshot"]

OWNER = "tokenshare maintainers"
ALL_TOKENS = "all tokens, `other` included"
ROUTER_COVERAGE = "the fifty most-used models of each UTC day by name, the rest as `other`; complete ISO weeks only"
ROUTER_EXCLUSIONS = "private models, private endpoints and zero-data-retention traffic, excluded at the source"
ROUTER_SOURCES = ("openrouter_rankings", "openrouter_exports")


@dataclass(frozen=True)
class Metric:
    """A number we stand behind.

    `grain` is the natural key, its period first. `window` says which days feed one key. `share` is the column
    whose parts make a whole. `sources` are alternatives: where none is part of the set-up the metric is inactive.
    """

    id: str
    title: str
    unit: str
    row: type[BaseModel]
    grain: tuple[str, ...]
    method: str
    denominator: str
    group: str
    topics: tuple[Topic, ...]
    sources: tuple[str, ...]
    window: Window = "week"
    share: str | None = None
    has_year_ago: bool = False
    exclusions: str = ROUTER_EXCLUSIONS
    coverage: str = ROUTER_COVERAGE
    freshness: timedelta | None = timedelta(days=3)
    laws: tuple[str, ...] = field(default_factory=tuple)
    schema: Literal["metrics", "marts"] = "metrics"
    owner: str = OWNER

    @property
    def relation(self) -> str:
        return f"{self.schema}.{self.id}"

    @property
    def period(self) -> str | None:
        """The column that dates a row; None where rows are not dated."""
        return self.grain[0] if self.window != "snapshot" else None


def _router(id: str, title: str, row: type[BaseModel], **declared: object) -> Metric:
    """A member of the coherence group `router`: published with the others or not at all."""
    given = {
        "unit": "ratio",
        "grain": ("week_start_date",),
        "denominator": ALL_TOKENS,
        "group": "router",
        "topics": (USAGE_OBSERVED, FETCH_COMPLETED),
        "sources": ROUTER_SOURCES,
    }
    return Metric(id=id, title=title, row=row, **{**given, **declared})  # type: ignore[arg-type]


ROUTER_METRICS = (
    _router(
        "router_tokens_weekly",
        "Tokens routed in a week",
        rows.RouterTokensWeekly,
        unit="tokens",
        method="Sum of prompt and completion tokens of all models over seven complete UTC days; "
        "growth is to the week 364 days earlier.",
        denominator="none; growth_ratio over the week 364 days earlier",
        has_year_ago=True,
    ),
    _router(
        "china_share_identified_weekly",
        "Chinese share of tokens, identified vendors",
        rows.ChinaShareWeekly,
        method="Tokens of models by vendors identified as Chinese, over all tokens: what is unknown counts against.",
        laws=("share_is_quotient", "identified_share_is_sum_of_vendors", "denominator_is_router_total"),
    ),
    _router(
        "china_share_origin_weekly",
        "Chinese share of tokens, by origin",
        rows.ChinaShareWeekly,
        method="Tokens of models by Chinese vendors, with a Chinese base model, or attributed to a Chinese vendor, "
        "over tokens whose origin is known. Assumes that the unknown splits like the known: read the bounds.",
        denominator="tokens whose origin is known",
        laws=("share_is_quotient", "known_and_unknown_make_total"),
    ),
    _router(
        "china_share_top10_weekly",
        "Chinese share within the ten most-used models",
        rows.ChinaShareWeekly,
        method="The press variant: tokens of the Chinese-origin models among the week's ten most-used models, "
        "over the tokens of those ten.",
        denominator="tokens of the ten most-used models; `other` is never one of them",
        laws=("share_is_quotient",),
    ),
    _router(
        "china_share_trailing7_daily",
        "Chinese share of tokens over seven days, every day",
        rows.ChinaShareTrailing7Daily,
        grain=("usage_date",),
        method="Identified and origin shares and their bounds over the seven complete UTC days that end with the day.",
        denominator="all tokens of the seven days; origin_share over those of known origin",
        coverage="the fifty most-used models of each UTC day by name, the rest as `other`; seven complete days or no row",
        window="trailing7",
        laws=("bounds_contain_origin",),
    ),
    _router(
        "china_share_reconciliation_weekly",
        "From the identified to the origin share, step by step",
        rows.ChinaShareReconciliationWeekly,
        grain=("week_start_date", "step_number"),
        method="Waterfall from the identified share over lineage, attributed stealth models and the smaller "
        "denominator to the origin share; exact, to the token.",
        denominator="all tokens, from step 4 on tokens whose origin is known",
        laws=("share_is_quotient", "steps_add_up"),
    ),
    _router(
        "china_share_bounds_weekly",
        "Bounds of the Chinese share of tokens",
        rows.ChinaShareBoundsWeekly,
        method="Lower: nothing whose origin is unknown is Chinese; upper: all of it is.",
        laws=("bounds_contain_origin", "denominator_is_router_total"),
    ),
    _router(
        "vendor_share_daily",
        "Share of tokens by vendor, daily",
        rows.VendorShareDaily,
        grain=("usage_date", "vendor_id"),
        method="Tokens of the vendor's models over all tokens of the day; named_share over the tokens of named models "
        "(without `other`); upper_share adds all unknown tokens. `unknown` is a row: `other`, stealth models, "
        "vendors nobody mapped.",
        coverage="the fifty most-used models of each UTC day by name, the rest as `other`",
        window="day",
        share="vendor_share",
        laws=("shares_sum_to_one", "named_shares_sum_to_one"),
    ),
    _router(
        "vendor_share_weekly",
        "Share of tokens by vendor, weekly",
        rows.VendorShareWeekly,
        grain=("week_start_date", "vendor_id"),
        method="As vendor_share_daily, over seven complete days; days_observed counts the days on which one of the "
        "vendor's models was among the fifty most used.",
        share="vendor_share",
        laws=("shares_sum_to_one", "named_shares_sum_to_one", "parts_make_router_total"),
    ),
    _router(
        "model_rank_weekly",
        "Most-used models",
        rows.ModelRankWeekly,
        grain=("week_start_date", "model_rank"),
        method="Models without their variants, by tokens, ties by name; `other` is never ranked. is_chinese by origin, "
        "false where the origin is unknown; chinese_so_far_count counts down to this rank.",
        laws=("ranks_are_dense", "share_is_of_router_total"),
    ),
    _router(
        "openness_share_weekly",
        "Share of tokens by openness and origin",
        rows.OpennessShareWeekly,
        grain=("week_start_date", "openness"),
        method="Open: the weights of that checkpoint can be downloaded on that day. Unknown where origin or openness is.",
        share="openness_share",
        laws=("shares_sum_to_one", "parts_make_router_total"),
    ),
    _router(
        "china_part_of_open_weekly",
        "Chinese part of open-weight tokens",
        rows.ChinaShareWeekly,
        method="Tokens of open models of Chinese origin over the tokens of open models whose origin is known.",
        denominator="tokens of open-weight models whose origin is known",
        laws=("share_is_quotient",),
    ),
    _router(
        "free_share_weekly",
        "Share of tokens of free variants",
        rows.FreeShareWeekly,
        method="Tokens of `:free` variants over all tokens.",
        laws=("denominator_is_router_total",),
    ),
)

PRICE_METRICS = (
    Metric(
        id="list_price_daily",
        title="List prices",
        unit="USD/1M tokens",
        row=rows.ListPriceDaily,
        grain=("price_date", "model_id"),
        method="Base-tier list price as the catalogue showed it on the UTC day, the newest answer of that day; blended is "
        "three parts input to one part output. Unknown (variable) is null, never 0; 0 is free.",
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

MARTS = (
    _router(
        "fct_usage_daily",
        "Tokens by model variant, daily",
        rows.UsageDaily,
        unit="tokens",
        grain=("usage_date", "model_permaslug"),
        method="As the upstream's newest complete answer for the day states it, with vendor, origin and openness joined.",
        denominator="none",
        window="day",
        schema="marts",
        coverage="the fifty most-used models of each UTC day by name, the rest as `other`",
        laws=("parts_make_router_total",),
    ),
    Metric(
        id="dim_models",
        title="Models",
        unit="",
        row=rows.Model,
        grain=("model_id",),
        method="Every model met in usage or in the catalogue, with vendor, lineage, origin and openness as curated.",
        denominator="none",
        exclusions="`other`, which is not a model",
        coverage="models met in usage or in the catalogue",
        group="dim_models",
        topics=(USAGE_OBSERVED, CATALOG_MODEL_OBSERVED, FETCH_COMPLETED),
        sources=(*ROUTER_SOURCES, "openrouter_models"),
        window="snapshot",
        freshness=None,
        schema="marts",
    ),
    Metric(
        id="dim_vendors",
        title="Vendors",
        unit="",
        row=rows.Vendor,
        grain=("vendor_id", "valid_from"),
        method="Developers of models with the headquarters of their ultimate parent, dated and cited.",
        denominator="none",
        exclusions="stealth authors, which are nobody's name",
        coverage="curated",
        group="dim_vendors",
        topics=(),
        sources=(),
        window="snapshot",
        freshness=None,
        schema="marts",
    ),
)

METRICS = (*ROUTER_METRICS, *PRICE_METRICS, *MARTS)
METRIC_BY_ID = {metric.id: metric for metric in METRICS}
