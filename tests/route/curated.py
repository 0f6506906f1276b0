"""The inputs of an independent computation: a world's rows at a moment, and the curated seeds about them."""

import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

SEEDS = Path(__file__).parents[2] / "dbt" / "seeds"
CHINESE = ("CN", "HK", "MO")
WEEK = "week_start_date"


def seed(name: str) -> list[dict[str, str]]:
    """A curated file, every cell as text; an empty one is None."""
    return pl.read_csv(SEEDS / f"{name}.csv", infer_schema=False).to_dicts()


class Curated:
    """The statements of the seeds about a model on a day."""

    def __init__(self) -> None:
        self.vendor_of = {_key(row["author"]): row["vendor_id"] for row in seed("authors")}
        self.vendors = {row["vendor_id"]: row for row in seed("vendors")}
        self.stealth = {row["model_id"]: row["vendor_id"] for row in seed("stealth_attributions")}
        self.lineage = {row["model_id"]: row for row in seed("model_lineage")}
        self.opened: dict[str, list[dict[str, str]]] = {}
        for row in seed("model_openness"):
            self.opened.setdefault(row["model_id"], []).append(row)

    def is_chinese(self, vendor: str | None, day: date) -> bool:
        row = self.vendors.get(vendor or "")
        return bool(row and row["country_code"] in CHINESE and date.fromisoformat(row["valid_from"]) <= day)

    def describe(self, model: str, day: date) -> dict[str, Any]:
        author = _key(model.split("/")[0])
        hidden = author in ("openrouter", "stealth")
        vendor = "unknown" if hidden else self.vendor_of.get(author, "unknown")
        attributed = self.stealth.get(model)
        base = self.lineage.get(model)
        identified = self.is_chinese(vendor, day)
        by_lineage = bool(base and base["base_country_code"] in CHINESE) and not identified
        by_stealth = self.is_chinese(attributed, day) and not identified and not by_lineage
        is_known = vendor != "unknown" or attributed is not None
        chinese = identified or by_lineage or by_stealth
        return {
            "model_id": model,
            "vendor_id": vendor,
            "attributed_vendor_id": attributed,
            "base_model": base["base_model"] if base else None,
            "origin": "chinese" if chinese else "other" if is_known else "unknown",
            "identified": identified,
            "by_lineage": by_lineage,
            "by_stealth": by_stealth,
            **self.openness(model, day),
        }

    def openness(self, model: str, day: date) -> dict[str, Any]:
        rows = sorted(self.opened.get(model, []), key=lambda row: row["valid_from"])
        past = [row for row in rows if date.fromisoformat(row["valid_from"]) <= day]
        now = past[-1] if past else {"is_open": None, "repository": None, "licence": None}
        words = {"true": "open", "false": "closed", "unknown": "unknown"}
        before = "unknown" if all(row["is_open"] == "unknown" for row in rows) else "closed"
        word = words[now["is_open"]] if now["is_open"] else before
        basis = {"openness_basis": "curated" if rows else "none"}
        return {"openness": word, **basis, "repository": now["repository"], "licence": now["licence"]}


def read_usage(world: Path, as_of: datetime) -> pl.DataFrame:
    """The complete days of the world at a moment, newest row of each key unless it withdraws it, with the seeds'."""
    rows = pl.read_csv(world / "rankings_daily.csv", infer_schema=False).to_dicts()
    shown: dict[tuple[str, str], dict[str, str]] = {}
    for row in sorted(rows, key=lambda row: row["known_at"]):
        if datetime.fromisoformat(row["known_at"]) <= as_of and row["date"] < as_of.date().isoformat():
            shown[row["date"], row["model_permaslug"]] = row
    curated = Curated()
    stated = [row for row in shown.values() if row["total_tokens"]]
    return pl.DataFrame([_usage(row, curated) for row in stated], infer_schema_length=None)


def _usage(row: Mapping[str, str], curated: Curated) -> dict[str, Any]:
    day = date.fromisoformat(row["date"])
    model, _, variant = row["model_permaslug"].partition(":")
    told = {"usage_date": day, WEEK: day - timedelta(days=day.weekday()), "variant": variant}
    told |= {
        "model_permaslug": row["model_permaslug"],
        "tokens": int(row["total_tokens"]),
        "is_other": model == "other",
    }
    return told | curated.describe(model, day)


def _key(author: str) -> str:
    return unicodedata.normalize("NFC", author).lower()
