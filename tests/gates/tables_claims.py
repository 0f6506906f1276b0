"""Verdicts on three claims, consistent with the numbers they were compared with."""

from typing import Any

from expectations.evidence import Measured


def _verdict(
    claim_id: str, verdict: str, claimed: float, counts: tuple[int, int], **found: object
) -> dict[str, object]:
    tried, matched = counts
    told = {
        "claim_id": claim_id,
        "quote": "somebody said so",
        "about": "china_share",
        "entity": "",
        "stands_on": "fct_usage_daily",
        "claimed": claimed,
        "unit": "ratio",
        "rounding": 0.01,
        "comparison": "about",
        "claimed_method": "origin",
        "claimed_period": "2026-01-05/2026-01-11",
        "verdict": verdict,
        "variants_tried": tried,
        "variants_matched": matched,
        "source": "a talk",
    }
    empty = dict.fromkeys(("nearest", "method", "period", "numerator", "denominator", "reproduced_by", "beside"))
    return {**told, **empty, **found}


def _near(numerator: int, denominator: int, method: str, **found: object) -> dict[str, object]:
    value = numerator / denominator
    beside = f"{method} {value:.4f}"
    where = {"method": method, "period": "2026-W02", "beside": beside}
    return {"nearest": value, "numerator": numerator, "denominator": denominator, **where, **found}


CLAIM_TABLES: dict[str, list[dict[str, Any]]] = {
    "claim_verdict": [
        _verdict("third", "reproduced", 0.67, (13, 2), **_near(280, 420, "origin", reproduced_by="origin 2026-W02")),
        _verdict("half", "not_reproduced", 0.5, (13, 0), **_near(280, 700, "lower")),
        _verdict("elsewhere", "no_data", 0.17, (0, 0), stands_on=None),
        _verdict(
            "coding", "not_reproduced", 0.4, (1, 0), stands_on="programming_share_weekly", **_near(1, 4, "of_all")
        ),
    ],
}
CLAIM_EVIDENCE = (Measured("withdrawn_rows", "third 2026-01-05/2026-01-11", 0),)
