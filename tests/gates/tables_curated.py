"""A few curated facts as their metrics show them, consistent with each other."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from expectations.evidence import Measured

DAY, YEAR = date(2026, 1, 11), (date(2025, 1, 1), date(2025, 12, 31))
CITED = {"confidence": "reported", "citation": "its report"}
STOCK = {"kind": "stock", "period_start": None, "period_end": None}
FLOW = {"kind": "flow", "period_start": YEAR[0], "period_end": YEAR[1]}
FIGURES: list[dict[str, Any]] = [
    {
        "fact_id": "valuation",
        "company_id": "deepseek",
        "fact_date": DAY,
        **STOCK,
        "low": 45e9,
        "high": 50e9,
        "unit": "USD",
        "currency": "USD",
        "own_usd": None,
        **CITED,
    },
    {
        "fact_id": "capex",
        "company_id": "alibaba",
        "fact_date": DAY,
        **FLOW,
        "low": 126.1e9,
        "high": 126.1e9,
        "unit": "CNY",
        "currency": "CNY",
        "own_usd": 17.5e9,
        **CITED,
    },
    {
        "fact_id": "own_chips",
        "company_id": "bytedance",
        "fact_date": DAY,
        **FLOW,
        "low": 100_000.0,
        "high": None,
        "unit": "chips",
        "currency": None,
        "own_usd": None,
        **CITED,
    },
]
USD = (
    {"low_usd": 45e9, "high_usd": 50e9, "usd_basis": "stated in USD"},
    {"low_usd": 17.6e9, "high_usd": 17.6e9, "usd_basis": "average of 253 rates"},
    {"low_usd": None, "high_usd": None, "usd_basis": "not money"},
)


def _entry(rank: int, entry: str, vendor: str, score: float, is_chinese: bool, *is_open: Any) -> dict[str, Any]:
    board = {"board_id": "swe-bench-pro", "ranking_date": DAY, "board_rank": rank, "entry_id": entry, "model": entry}
    opened = {"is_open": is_open[0], "open_rank": is_open[1]}
    return {**board, "vendor_id": vendor, "score": score, "is_chinese": is_chinese, **opened}


def _release(day: date, name: str, is_major: bool, count: int) -> dict[str, Any]:
    told = {"vendor_id": "moonshotai", "release_date": day, "release": name, "is_major": is_major, "is_open": True}
    return {**told, "releases_trailing_year_count": count, "citation": "its model card"}


def _watch(id: str, state: str, since: date | None, value: float | None) -> dict[str, Any]:
    told = {"watch_id": id, "title": id, "state": state, "since": since, "value": value, "board_id": None}
    return {**told, "threshold": 5e9, "unit": "USD/year"}


CURATED_TABLES: Mapping[str, list[dict[str, Any]]] = {
    "disclosed_value": [{**figure, **usd} for figure, usd in zip(FIGURES, USD, strict=True)],
    "fct_disclosures": [
        {**figure, "known_at": datetime(2026, 1, 12, tzinfo=UTC), "is_newest": True} for figure in FIGURES
    ],
    "disclosed_ratio": [
        {
            "ratio_id": "hbm_stacks_per_package",
            "title": "Stacks per package",
            "low": 20 / 3,
            "high": 8.0,
            "numerator_fact": "hbm_stacks cxmt 2026-01-11",
            "denominator_fact": "hbm_packages cxmt 2026-01-11",
        },
        {
            "ratio_id": "nobody_said",
            "title": "Nobody said",
            "low": None,
            "high": None,
            "numerator_fact": None,
            "denominator_fact": None,
        },
    ],
    "leaderboard_rank": [
        _entry(1, "gpt-5.5", "openai", 58.6, False, False, None),
        _entry(1, "kimi-k2.6", "moonshotai", 58.6, True, True, 1),
        _entry(2, "stranger", "nobody", 40.0, False, None, None),
        _entry(3, "glm-5.2", "z-ai", 39.0, True, True, 2),
    ],
    "release_cadence": [
        _release(date(2025, 7, 11), "Kimi K2", True, 1),
        _release(date(2025, 9, 5), "Kimi K2 0905", False, 1),
        _release(date(2025, 11, 6), "Kimi K2 Thinking", True, 2),
    ],
    "watch_status": [
        _watch("alibaba_ai_run_rate", "near", DAY, 5e9),
        _watch("crossed_already", "crossed", DAY, 6e9),
        _watch("nobody_said", "no_data", None, None),
    ],
}
_FETCHED = {"disclosures": "valuation deepseek 2026-01-11", "leaderboards": "swe-bench-pro 2026-01-11 gpt-5.5"}


def _evidence(**keys: str) -> tuple[Measured, ...]:
    of_key = ("conflicting_keys", "withdrawn_rows")
    found = (
        (Measured("incomplete_fetches", id, 0), *(Measured(check, key, 0) for check in of_key))
        for id, key in keys.items()
    )
    return tuple(measured for some in found for measured in some)


_FIGURES = (
    *_evidence(disclosures=_FETCHED["disclosures"]),
    Measured("restated_ratio", _FETCHED["disclosures"], 1.1),
    Measured("restated_units", _FETCHED["disclosures"], 0),
    Measured("series_ratio", "2026-01-11 valuation deepseek", 3),
    Measured("nearest_ratio", "2026-01-11 valuation deepseek", 15),
)
_ENTRIES = (
    *_evidence(leaderboards=_FETCHED["leaderboards"]),
    Measured("restated_ratio", _FETCHED["leaderboards"], 1),
    Measured("series_ratio", "2026-01-11 swe-bench-pro gpt-5.5", 1),
    Measured("nearest_ratio", "2026-01-11 swe-bench-pro gpt-5.5", 1.5),
)
_RATES = (
    Measured("rate_moved", DAY.isoformat(), 0.01),
    *(Measured(check, DAY.isoformat(), 0) for check in ("disappeared_days", "lost_rows")),
    Measured("restated_middle", f"{DAY} EUR/USD", 1),
)
CURATED_EVIDENCE: Mapping[str, tuple[Measured, ...]] = {
    "disclosed_value": (*_FIGURES, *_RATES),
    "disclosed_ratio": _FIGURES,
    "fct_disclosures": _FIGURES,
    "leaderboard_rank": _ENTRIES,
    "release_cadence": _evidence(releases="moonshotai 2025-07-11"),
    "watch_status": (*_FIGURES, *_ENTRIES),
}
