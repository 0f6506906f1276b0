"""The figures of the page: the metrics behind each, its rows, its chart and its opening sentence."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flows.report import sentences, tables
from flows.report.reading import NamedRow, Published


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


FIGURES = (
    ReportFigure(
        id="china-share",
        heading="Chinese share of tokens, by method",
        metrics=(
            "china_share_identified_weekly",
            "china_share_origin_weekly",
            "china_share_top10_weekly",
            "china_share_bounds_weekly",
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
        id="vendors",
        heading="Vendors, newest week",
        metrics=("vendor_share_weekly",),
        columns=("vendor_id", "vendor_share", "named_share", "upper_share", "tokens", "days_observed"),
        rows=tables.vendors,
        summarise=sentences.vendors,
        chart="vendors",
        caption="The tick: the vendor's share if all unknown tokens were its own.",
    ),
    ReportFigure(
        id="openness",
        heading="Open and closed weights",
        metrics=("openness_share_weekly", "china_part_of_open_weekly"),
        columns=("week_start_date", "openness", "openness_share", "tokens"),
        rows=tables.openness,
        summarise=sentences.openness,
        chart="openness",
    ),
    ReportFigure(
        id="programming",
        heading="Programming",
        metrics=("programming_share_weekly",),
        columns=("week_start_date", "programming_share", "category_tokens", "tokens"),
        rows=tables.of("programming_share_weekly"),
        summarise=sentences.programming,
        chart="programming",
    ),
    ReportFigure(
        id="price-ratios",
        heading="Prices against reference models",
        metrics=("price_ratio_daily", "list_price_daily"),
        columns=("price_date", "model_id", "reference_model_id", "input_ratio", "output_ratio", "blended_ratio"),
        rows=tables.price_ratios,
        summarise=sentences.price_ratios,
        chart="price_ratios",
        caption="1 is the price of the reference model.",
    ),
    ReportFigure(
        id="downloads",
        heading="Downloads by model family",
        metrics=("family_downloads_daily",),
        columns=("download_date", "family_id", "downloads_all_time", "downloads_flow", "is_counter_reset"),
        rows=tables.downloads,
        summarise=sentences.downloads,
        chart="downloads",
    ),
    ReportFigure(
        id="spend",
        heading="Token share against estimated spend share",
        metrics=("router_spend_share_estimated_weekly", "vendor_share_weekly"),
        columns=("vendor_id", "vendor_share", "lower_share", "upper_share", "spend_low_usd", "spend_high_usd"),
        rows=tables.spend,
        summarise=sentences.spend,
        chart="spend",
        caption="The dot: share of tokens; the bar: bounds of the share of spend.",
    ),
    ReportFigure(
        id="gateway",
        heading="Your gateway beside the router",
        metrics=("gateway_token_share_daily", "vendor_share_daily"),
        columns=(
            *("usage_date", "vendor_id", "gateway_share", "router_share", "difference_share"),
            *("tokens", "router_date"),
        ),
        rows=tables.gateway,
        summarise=sentences.gateway,
        chart="gateway",
        caption="Share of your tokens less share of the router's: right of 0 you use more of a vendor than others do.",
    ),
    ReportFigure(
        id="market-values",
        heading="Market values",
        metrics=("market_cap_daily", "pureplay_value_daily", "platform_value_daily"),
        columns=("session_date", "company_id", "market_cap_usd", "change_year_share"),
        rows=tables.market_values,
        summarise=sentences.market_values,
        chart="market_values",
    ),
    ReportFigure(
        id="shocks",
        heading="Largest one-session losses",
        metrics=("session_shock_daily",),
        columns=("session_date", "company_id", "change_share", "change_usd", "is_worst_to_date"),
        rows=tables.shocks,
        summarise=sentences.shocks,
        chart="shocks",
    ),
    ReportFigure(
        id="watches",
        heading="What to watch",
        metrics=("watch_status",),
        columns=("title", "state", "since", "value", "threshold"),
        rows=tables.of("watch_status"),
        summarise=sentences.watches,
    ),
    ReportFigure(
        id="claims",
        heading="Claims, held against the metrics",
        metrics=("claim_verdict",),
        columns=("claim_id", "claimed", "nearest", "method", "period", "verdict"),
        rows=tables.of("claim_verdict"),
        summarise=sentences.claims,
    ),
)
