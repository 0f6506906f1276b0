"""An hour of a gateway as its metrics show them, consistent with each other."""

from datetime import UTC, date, datetime
from typing import Any

from expectations.evidence import Measured

DAY = date(2026, 1, 11)
HOUR = datetime(2026, 1, 11, 9, tzinfo=UTC)


def _requests(hour: datetime, vendor: str, prompt: int, completion: int, spend: float) -> dict[str, Any]:
    return {
        "usage_date": DAY,
        "usage_hour": hour,
        "vendor_id": vendor,
        "model_id": f"{vendor}/m",
        "app": "support",
        "task": "unknown",
        "requests_count": 2,
        "failures_count": 1,
        "cache_hits_count": 1,
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "cached_tokens": prompt // 2,
        "cache_write_tokens": 0,
        "reasoning_tokens": completion // 2,
        "tokens": prompt + completion,
        "unpriced_tokens": 0,
        "spend_usd": spend,
        "is_estimated": False,
    }


def _hour(hour: datetime, vendor: str, tokens: int, share: float, spend: float, part: float) -> dict[str, Any]:
    shares = {"tokens": tokens, "token_share": share, "spend_usd": spend, "spend_share": part, "is_estimated": False}
    return {"usage_date": DAY, "usage_hour": hour, "vendor_id": vendor, **shares}


GATEWAY_TABLES: dict[str, list[dict[str, Any]]] = {
    "gateway_token_share_daily": [
        {"usage_date": DAY, "vendor_id": vendor, "tokens": tokens, "vendor_share": share}
        for vendor, tokens, share in (("deepseek", 300, 0.75), ("openai", 100, 0.25))
    ],
    "gateway_spend_share_daily": [
        {
            "usage_date": DAY,
            "vendor_id": vendor,
            "spend_usd": spend,
            "vendor_share": share,
            "is_estimated": False,
            "unpriced_tokens": 0,
        }
        for vendor, spend, share in (("deepseek", 1.0, 0.25), ("openai", 3.0, 0.75))
    ],
    "gateway_token_spend_gap_daily": [
        {
            "usage_date": DAY,
            "vendor_id": vendor,
            "token_share": tokens,
            "spend_share": spend,
            "gap_share": tokens - spend,
            "gap_ratio": tokens / spend,
        }
        for vendor, tokens, spend in (("deepseek", 0.75, 0.25), ("openai", 0.25, 0.75))
    ],
    "gateway_share_hourly": [
        _hour(HOUR, "deepseek", 300, 0.75, 1.0, 0.25),
        _hour(HOUR, "openai", 100, 0.25, 3.0, 0.75),
    ],
    "fct_requests_hourly": [
        _requests(HOUR, "deepseek", 200, 100, 1.0),
        _requests(HOUR, "openai", 60, 40, 3.0),
    ],
}
GATEWAY_EVIDENCE = {
    "gateway": (
        Measured("vendor_price", DAY.isoformat(), 15),
        Measured("unmapped_share", DAY.isoformat(), 0.01),
        Measured("unpriced_share", DAY.isoformat(), 0.01),
    ),
}
