"""Two readings of a small Hub as every metric shows it, consistent to the download; and their evidence."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from expectations.evidence import Measured

DAYS = (date(2026, 1, 10), date(2026, 1, 11))
COUNTERS = {DAYS[0]: (("a", "Qwen/A", 600, None), ("b", "Qwen/B", 400, None)),
            DAYS[1]: (("a", "Qwen/A", 660, 60), ("b", "Qwen/B", 410, 10))}  # fmt: skip


def _repository(day: date, hub_id: str, repo: str, counter: int, flow: int | None) -> dict[str, Any]:
    return {
        "download_date": day,
        "hub_id": hub_id,
        "repo": repo,
        "organisation": "Qwen",
        "vendor_id": "qwen",
        "family_id": "qwen",
        "is_chinese": True,
        "pipeline_tag": None,
        "downloads_30_days": 5,
        "downloads_all_time": counter,
        "downloads_flow": flow,
        "is_counter_reset": False,
        "likes": None,
    }


def _family(day: date, counter: int, flow: int | None, days: int | None) -> dict[str, Any]:
    return {
        "download_date": day,
        "family_id": "qwen",
        "downloads_all_time": counter,
        "downloads_flow": flow,
        "is_counter_reset": False,
        "repos_count": 2,
        "days_covered": days,
    }


def _year(day: date, share: float | None, days: int) -> dict[str, Any]:
    return {
        "download_date": day,
        "chinese_downloads": 70,
        "unknown_downloads": 10,
        "downloads": 175,
        "china_share": share,
        "coverage_share": 0.99,
        "days_covered": days,
    }


def _trending(rank: int, repo: str, is_chinese: bool, score: float) -> dict[str, Any]:
    return {
        "download_date": DAYS[1],
        "trending_rank": rank,
        "repo": repo,
        "author": repo.partition("/")[0],
        "is_chinese": is_chinese,
        "trending_score": score,
        "chinese_so_far_count": 1,
    }


HUB_TABLES: Mapping[str, list[dict[str, Any]]] = {
    "family_downloads_daily": [_family(DAYS[0], 1000, None, None), _family(DAYS[1], 1070, 70, 1)],
    "fct_downloads_daily": [_repository(day, *cells) for day, rows in COUNTERS.items() for cells in rows],
    "family_derivatives_daily": [
        {"download_date": DAYS[1], "family_id": "qwen", "relation": relation, "models_count": count}
        for relation, count in (("merge", 2), ("finetune", 1), ("any", 3), ("tagged", 9))
    ],
    "new_derivative_share_monthly": [
        {
            "month_start_date": date(2025, 12, 1),
            "family_id": "qwen",
            "derivatives_count": 2,
            "models_count": 5,
            "derivative_share": 0.4,
        }
    ],
    "china_download_share_trailing_year": [_year(DAYS[0], None, 364), _year(DAYS[1], 0.4, 365)],
    "trending_top10_daily": [_trending(1, "Qwen/A", True, 9.0), _trending(2, "google/G", False, 8.0)],
    "dim_families": [
        {
            "family_id": "qwen",
            "family_name": "Qwen",
            "vendor_id": "qwen",
            "country_code": "CN",
            "is_chinese": True,
            "organisations": "Qwen",
            "citation": "its page",
        }
    ],
}
LISTING = (
    *(Measured("listed_repositories", day.isoformat(), 2) for day in DAYS),
    Measured("gone_share", DAYS[1].isoformat(), 0),
    *(Measured("conflicting_keys", day.isoformat(), 0) for day in DAYS),
    Measured("incomplete_fetches", "huggingface_hub", 0),
)
COUNTED = (
    *LISTING,
    *(Measured("counted_downloads", day.isoformat(), 1000) for day in DAYS),
    *(Measured("counted_share", day.isoformat(), 1) for day in DAYS),
    *(Measured("fallen_share", day.isoformat(), 0) for day in DAYS),
    Measured("middle_growth", DAYS[1].isoformat(), 0.01),
    Measured("counter_rise", f"{DAYS[1].isoformat()} Qwen/A", 1.1),
)
HUB_EVIDENCE: Mapping[str, tuple[Measured, ...]] = {
    **dict.fromkeys(("family_downloads", "china_download_share_trailing_year"), COUNTED),
    **dict.fromkeys(("family_derivatives_daily", "new_derivative_share_monthly", "trending_top10_daily"), LISTING),
}
