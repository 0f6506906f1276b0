"""One week of four models as every metric shows it, consistent to the token."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from tests.gates.tables_claims import CLAIM_TABLES
from tests.gates.tables_curated import CURATED_TABLES
from tests.gates.tables_gateway import GATEWAY_TABLES
from tests.gates.tables_hub import HUB_TABLES
from tests.gates.tables_markets import MARKET_TABLES
from tests.gates.tables_prices import PRICE_TABLES

Table = list[dict[str, Any]]
WEEK = date(2026, 1, 5)
DAYS = [WEEK + timedelta(days=n) for n in range(7)]

# A day of 100 tokens: deepseek/d is Chinese and open, openai/g closed, nous/t open and on a Chinese base.
SHARES = {"identified": 210 / 700, "origin": 280 / 420, "lower": 280 / 700, "upper": 560 / 700, "unknown": 0.4}
STEPS = (
    ("identified", 210, 700, None),
    ("plus lineage", 280, 700, 280 / 700 - 210 / 700),
    ("plus attributed stealth", 280, 700, 0.0),
    ("smaller denominator", 280, 420, 280 / 420 - 280 / 700),
    ("origin", 280, 420, 0.0),
)
USED = (
    ("deepseek/d", "deepseek/d", "", "deepseek", "chinese", "open", 30),
    ("openai/g:free", "openai/g", "free", "openai", "other", "closed", 20),
    ("nous/t", "nous/t", "", "nous", "chinese", "open", 10),
    ("other", "other", "", "unknown", "unknown", "unknown", 40),
)
FACT = ("model_permaslug", "model_id", "variant", "vendor_id", "origin", "openness", "tokens")


def _part(chinese: int, whole: int) -> Table:
    share = chinese / whole
    return [{"week_start_date": WEEK, "chinese_tokens": chinese, "denominator_tokens": whole, "china_share": share}]


def _vendors(days: int, **period: date) -> Table:
    named, unknown = (("deepseek", 30), ("nous", 10), ("openai", 20)), 0.4
    shares = [
        {
            "vendor_id": vendor,
            "tokens": tokens * days,
            "vendor_share": tokens / 100,
            "named_share": tokens / 60,
            "days_observed": days,
            "upper_share": tokens / 100 + unknown,
        }
        for vendor, tokens in named
    ]
    rest = {"vendor_id": "unknown", "tokens": 40 * days, "vendor_share": unknown, "named_share": 0.0}
    return [{**period, **row} for row in (*shares, {**rest, "days_observed": 0, "upper_share": unknown})]


def _ranked(rank: int, model: str, vendor: str, so_far: int, tokens: int, is_chinese: bool) -> dict[str, Any]:
    return {
        "week_start_date": WEEK,
        "model_rank": rank,
        "model_id": model,
        "vendor_id": vendor,
        "is_chinese": is_chinese,
        "chinese_so_far_count": so_far,
        "tokens": tokens,
        "model_share": tokens / 700,
    }


def _opened(openness: str, tokens: int) -> dict[str, Any]:
    return {
        "week_start_date": WEEK,
        "openness": openness,
        "tokens": tokens,
        "openness_share": tokens / 700,
    }


def _spent(vendor: str, low: float, high: float, **shares: float) -> dict[str, Any]:
    money = {"spend_low_usd": low, "spend_high_usd": high}
    prices = {"lowest_usd_per_million": low / 10 * 1e6, "highest_usd_per_million": high / 10 * 1e6}
    priced = {"priced_tokens": 10, "priced_tokens_share": 0.5}
    return {"week_start_date": WEEK, "vendor_id": vendor, **shares, **money, **prices, **priced}


TABLES: Mapping[str, Table] = {
    "router_tokens_weekly": [{"week_start_date": WEEK, "tokens": 700, "tokens_year_ago": None, "growth_ratio": None}],
    "china_share_identified_weekly": _part(210, 700),
    "china_share_origin_weekly": [{**row, "unknown_share": 0.4} for row in _part(280, 420)],
    "china_share_top10_weekly": _part(280, 420),
    "china_part_of_open_weekly": _part(280, 280),
    "china_share_trailing7_daily": [
        {"usage_date": DAYS[-1], "tokens": 700, **{f"{name}_share": share for name, share in SHARES.items()}}
    ],
    "china_share_reconciliation_weekly": [
        {
            "week_start_date": WEEK,
            "step_number": n,
            "step": step,
            "numerator_tokens": part,
            "denominator_tokens": whole,
            "china_share": part / whole,
            "change_share": change,
        }
        for n, (step, part, whole, change) in enumerate(STEPS, 1)
    ],
    "china_share_bounds_weekly": [
        {"week_start_date": WEEK, "lower_share": 0.4, "upper_share": 0.8, "unknown_tokens": 280, "tokens": 700}
    ],
    "vendor_share_daily": [row for day in DAYS for row in _vendors(1, usage_date=day)],
    "vendor_share_weekly": _vendors(7, week_start_date=WEEK),
    "model_rank_weekly": [
        _ranked(1, "deepseek/d", "deepseek", 1, 210, True),
        _ranked(2, "openai/g", "openai", 1, 140, False),
        _ranked(3, "nous/t", "nous", 2, 70, True),
    ],
    "openness_share_weekly": [
        _opened("open_chinese", 280),
        _opened("closed_other", 140),
        _opened("unknown", 280),
    ],
    "free_share_weekly": [{"week_start_date": WEEK, "free_tokens": 140, "tokens": 700, "free_share": 0.2}],
    "programming_share_weekly": [
        {"week_start_date": WEEK, "category_tokens": 350, "tokens": 700, "programming_share": 0.5}
    ],
    "vendor_programming_share_weekly": [
        {"week_start_date": WEEK, "vendor_id": vendor, "tokens": tokens, "vendor_share": tokens / 350}
        for vendor, tokens in (("deepseek", 280), ("unknown", 70))
    ],
    "router_spend_share_estimated_weekly": [
        _spent("deepseek", 1.0, 2.0, lower_share=0.25, upper_share=0.5),
        _spent("openai", 2.0, 3.0, lower_share=0.5, upper_share=0.75),
    ],
    "fct_usage_daily": [{"usage_date": day, **dict(zip(FACT, row, strict=True))} for day in DAYS for row in USED],
    **PRICE_TABLES,
    "dim_models": [
        {
            "model_id": "nous/t",
            "vendor_id": "nous",
            "attributed_vendor_id": None,
            "base_model": "Qwen3",
            "origin": "chinese",
            "openness": "open",
            "openness_basis": "curated",
            "repository": "nous/T",
            "licence": "mit",
            "name": None,
            "first_usage_date": WEEK,
        },
    ],
    "dim_vendors": [
        {
            "vendor_id": vendor,
            "valid_from": date(2020, 1, 1),
            "vendor_name": vendor,
            "parent_name": vendor,
            "country_code": country,
            "is_chinese": country == "CN",
            "citation": "its imprint",
        }
        for vendor, country in (("deepseek", "CN"), ("nous", "US"), ("openai", "US"))
    ],
    **CURATED_TABLES,
    **HUB_TABLES,
    **MARKET_TABLES,
    **CLAIM_TABLES,
    **GATEWAY_TABLES,
}
