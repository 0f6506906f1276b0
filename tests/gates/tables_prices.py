"""Prices of one day as the price metrics show them, consistent with each other, and the evidence behind them."""

from datetime import date
from typing import Any

from expectations.evidence import Measured

DAY = date(2026, 1, 11)
REFERENCE = "openai/g"
LISTED = (  # model, source, input, output, blended, discounted
    ("deepseek/d", "openrouter_models", 0.25, 1.25, 0.5, False),
    ("nous/t", "openrouter_models", None, 0.0, None, True),
    (REFERENCE, "genai_prices", 5.0, 25.0, 10.0, False),
)
RATIOS = (("deepseek/d", 0.05, 0.05, 0.05), ("nous/t", None, 0.0, None), (REFERENCE, 1.0, 1.0, 1.0))
PRICES = ("input_usd_per_million", "output_usd_per_million")


def _listed(model: str, source: str, given: float | None, taken: float | None, *rest: Any) -> dict[str, Any]:
    blended, is_discounted = rest
    prices = dict(zip((*PRICES, "blended_usd_per_million"), (given, taken, blended), strict=True))
    return {"price_date": DAY, "model_id": model, "source_id": source, **prices, "is_discounted": is_discounted}


def _fact(row: dict[str, Any], tier: int, window: str) -> dict[str, Any]:
    kept = ("price_date", "model_id", "source_id", "is_discounted", *PRICES)
    place = {"provider": "openrouter", "tier_min_tokens": tier, "time_window": window}
    return {**{name: row[name] for name in kept}, **place}


_ROWS = [_listed(*row) for row in LISTED]
PRICE_TABLES: dict[str, list[dict[str, Any]]] = {
    "list_price_daily": _ROWS,
    "price_ratio_daily": [
        {
            "price_date": DAY,
            "model_id": model,
            "reference_model_id": REFERENCE,
            **dict(zip(("input_ratio", "output_ratio", "blended_ratio"), ratios, strict=True)),
        }
        for model, *ratios in RATIOS
    ],
    "fct_prices_daily": [
        *(_fact(row, 0, "all day") for row in _ROWS),
        _fact(_ROWS[0], 200_000, "all day"),
        _fact(_ROWS[0], 0, "0100-0400"),
    ],
}
PRICE_EVIDENCE = (
    Measured("listed_models", DAY.isoformat(), 3),
    Measured("priced_share", DAY.isoformat(), 0.67),
    Measured("conflicting_keys", DAY.isoformat(), 0),
    Measured("twin_ratio", f"{DAY} deepseek/d", 1.5),
    Measured("catalogue_moved", DAY.isoformat(), 1),
    Measured("zero_price", f"{DAY} deepseek/d", 0),
    Measured("batch_ratio", f"{DAY} deepseek/d", 1200),
    Measured("model_moved", f"{DAY} deepseek/d", 2),
    Measured("book_moved", "deepseek/d", 1),
    Measured("book_disappeared", "deepseek/d", 0),
    Measured("incomplete_fetches", "openrouter_models", 0),
    Measured("incomplete_fetches", "genai_prices", 0),
)
