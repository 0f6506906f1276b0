"""The figures of the page: the metrics behind each, its rows, its chart and its opening sentence."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flows.report import sentences, tables
from flows.report.reading import NamedRow, Published
from tokenshare.metrics import METRICS


@dataclass(frozen=True)
class ReportFigure:
    """One section of the page. Chart and table show the same `columns` of the same `rows`."""

    id: str
    heading: str
    metrics: tuple[str, ...]
    columns: tuple[str, ...]
    rows: Callable[[Published], list[NamedRow]]
    summarise: Callable[[Sequence[NamedRow]], str]
    chart: str = ""  # the function of `charts`, which imports Altair, by its name
    caption: str = ""


ROUTER = (
    ReportFigure(
        id="china-share",
        heading="Chinese share of tokens, by method",
        metrics=(
            *("china_share_identified_weekly", "china_share_origin_weekly", "china_share_top10_weekly"),
            *("china_share_bounds_weekly", "china_share_trailing7_daily"),
        ),
        columns=(
            *("week_start_date", "identified_share", "origin_share", "unknown_share", "top10_share"),
            *("lower_share", "upper_share", "tokens", "known_tokens", "unknown_tokens"),
        ),
        rows=tables.china_share,
        summarise=sentences.china_share,
        chart="china_share",
        caption="The band: of all tokens, from nothing unknown being Chinese to all of it.",
    ),
    ReportFigure(
        id="reconciliation",
        heading="From the one Chinese share to the other",
        metrics=("china_share_reconciliation_weekly",),
        columns=("week_start_date", "step", "china_share", "change_share", "numerator_tokens", "denominator_tokens"),
        rows=tables.reconciliation,
        summarise=sentences.reconciliation,
    ),
    ReportFigure(
        id="router-tokens",
        heading="Tokens routed a week",
        metrics=("router_tokens_weekly",),
        columns=("week_start_date", "tokens", "tokens_year_ago", "growth_ratio"),
        rows=tables.of("router_tokens_weekly"),
        summarise=sentences.router_tokens,
        chart="router_tokens",
    ),
    ReportFigure(
        id="vendors",
        heading="Vendors, newest week",
        metrics=("vendor_share_weekly", "vendor_share_daily"),
        columns=("vendor_name", "vendor_share", "named_share", "upper_share", "tokens", "days_observed", "vendor_id"),
        rows=tables.vendors,
        summarise=sentences.vendors,
        chart="vendors",
        caption="The tick: the vendor's share if all unknown tokens were its own.",
    ),
    ReportFigure(
        id="models",
        heading="The ten most-used models, week by week",
        metrics=("model_rank_weekly",),
        columns=("week_start_date", "model_rank", "model_id", "vendor_name", "is_chinese", "tokens", "model_share"),
        rows=tables.models,
        summarise=sentences.models,
        chart="models",
        caption="A bar a week: the share of its ten most-used models, in the colour of their vendors.",
    ),
    ReportFigure(
        id="openness",
        heading="Open and closed weights",
        metrics=("openness_share_weekly", "china_part_of_open_weekly"),
        columns=("week_start_date", "openness", "openness_share", "tokens"),
        rows=tables.of("openness_share_weekly"),
        summarise=sentences.openness,
        chart="openness",
    ),
    ReportFigure(
        id="free",
        heading="Free variants",
        metrics=("free_share_weekly",),
        columns=("week_start_date", "free_share", "free_tokens", "tokens"),
        rows=tables.of("free_share_weekly"),
        summarise=sentences.free,
        chart="free",
    ),
    ReportFigure(
        id="programming",
        heading="Programming",
        metrics=("programming_share_weekly", "vendor_programming_share_weekly"),
        columns=("week_start_date", "programming_share", "category_tokens", "tokens"),
        rows=tables.of("programming_share_weekly"),
        summarise=sentences.programming,
        chart="programming",
    ),
)
SPEND = (
    ReportFigure(
        id="price-ratios",
        heading="Prices against reference models",
        metrics=("price_ratio_daily", "list_price_daily", "fct_prices_daily"),
        columns=("price_date", "model_id", "reference_model_id", "input_ratio", "output_ratio", "blended_ratio"),
        rows=tables.price_ratios,
        summarise=sentences.price_ratios,
        chart="price_ratios",
        caption="1 is the price of the reference model.",
    ),
    ReportFigure(
        id="spend",
        heading="Token share against estimated spend share",
        metrics=("router_spend_share_estimated_weekly",),
        columns=(
            *("vendor_name", "vendor_share", "lower_share", "upper_share", "spend_low_usd", "spend_high_usd"),
            "vendor_id",
        ),
        rows=tables.spend,
        summarise=sentences.spend,
        chart="spend",
        caption="The dot: share of tokens; the bar: bounds of the share of spend.",
    ),
    ReportFigure(
        id="gateway",
        heading="Your gateway beside the router",
        metrics=(
            *("gateway_token_share_daily", "gateway_spend_share_daily", "gateway_token_spend_gap_daily"),
            "gateway_share_hourly",
        ),
        columns=(
            *("usage_date", "vendor_name", "gateway_share", "router_share", "difference_share"),
            *("tokens", "router_date", "vendor_id"),
        ),
        rows=tables.gateway,
        summarise=sentences.gateway,
        chart="gateway",
        caption="Share of your tokens less share of the router's: right of 0 you use more of a vendor than others do.",
    ),
)
HUB = (
    ReportFigure(
        id="downloads",
        heading="Downloads by model family",
        metrics=("family_downloads_daily",),
        columns=(
            *("download_date", "family_name", "downloads_all_time", "downloads_flow", "is_counter_reset"),
            "family_id",
        ),
        rows=tables.downloads,
        summarise=sentences.downloads,
        chart="downloads",
    ),
    ReportFigure(
        id="china-downloads",
        heading="Chinese share of a year's downloads",
        metrics=("china_download_share_trailing_year",),
        columns=("download_date", "china_share", "chinese_downloads", "unknown_downloads", "downloads", "days_covered"),
        rows=tables.of("china_download_share_trailing_year"),
        summarise=sentences.china_downloads,
        chart="china_downloads",
    ),
    ReportFigure(
        id="derivatives",
        heading="Models built on a family",
        metrics=("family_derivatives_daily", "new_derivative_share_monthly"),
        columns=("download_date", "family_name", "models_count", "family_id"),
        rows=tables.derivatives,
        summarise=sentences.derivatives,
        chart="derivatives",
    ),
    ReportFigure(
        id="trending",
        heading="Trending on the Hub",
        metrics=("trending_top10_daily",),
        columns=("download_date", "trending_rank", "repo", "is_chinese", "trending_score"),
        rows=lambda published: published.newest("trending_top10_daily"),
        summarise=sentences.trending,
    ),
)
MARKETS = (
    ReportFigure(
        id="market-values",
        heading="Market values",
        metrics=("market_cap_daily", "pureplay_value_daily", "platform_value_daily"),
        columns=("session_date", "company_name", "market_cap_usd", "change_year_share", "company_id"),
        rows=tables.market_values,
        summarise=sentences.market_values,
        chart="market_values",
        caption="The last session of each month.",
    ),
    ReportFigure(
        id="shocks",
        heading="Largest one-session losses",
        metrics=("session_shock_daily",),
        columns=("session_date", "company_name", "change_share", "change_usd", "is_worst_to_date", "company_id"),
        rows=tables.shocks,
        summarise=sentences.shocks,
        chart="shocks",
    ),
)
CURATED = (
    ReportFigure(
        id="disclosures",
        heading="Disclosed figures",
        metrics=("disclosed_value", "fct_disclosures"),
        columns=("company_name", "fact_id", "fact_date", "low", "high", "unit", "confidence", "citation"),
        rows=tables.of("disclosed_value"),
        summarise=sentences.disclosures,
    ),
    ReportFigure(
        id="ratios",
        heading="Quotients of disclosed figures",
        metrics=("disclosed_ratio",),
        columns=("title", "low", "high", "numerator_fact", "denominator_fact"),
        rows=tables.of("disclosed_ratio"),
        summarise=sentences.ratios,
    ),
    ReportFigure(
        id="leaderboards",
        heading="Leaderboards",
        metrics=("leaderboard_rank",),
        columns=("board_id", "ranking_date", "board_rank", "model", "vendor_name", "score", "is_chinese", "is_open"),
        rows=tables.leaderboards,
        summarise=sentences.leaderboards,
    ),
    ReportFigure(
        id="releases",
        heading="Releases",
        metrics=("release_cadence",),
        columns=("release_date", "release", "vendor_name", "is_major", "is_open", "releases_trailing_year_count"),
        rows=tables.releases,
        summarise=sentences.releases,
    ),
    ReportFigure(
        id="watches",
        heading="What to watch",
        metrics=("watch_status",),
        columns=("title", "state", "since", "value", "threshold"),
        rows=tables.of("watch_status"),
        summarise=sentences.watches,
    ),
)
DRAWN = (*ROUTER, *SPEND, *HUB, *MARKETS, *CURATED)
CLAIMS = ("claim_verdict",)  # has a form of its own, first of all
FIGURES = (
    *DRAWN,
    ReportFigure(
        id="relations",
        heading="Every published relation",
        metrics=tuple(
            metric.id for metric in METRICS if not any(metric.id in (*CLAIMS, *figure.metrics) for figure in DRAWN)
        ),
        columns=("relation", "title", "unit", "denominator", "status", "version", "as_of"),
        rows=tables.relations,
        summarise=sentences.relations,
    ),
)
