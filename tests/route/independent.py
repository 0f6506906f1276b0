"""Every metric of the router group computed again, in Polars, from a world's rows and the curated seeds alone."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from tests.route.curated import CHINESE, WEEK, Curated, read_usage, seed


def compute(world: Path, as_of: datetime) -> dict[str, list[dict[str, Any]]]:
    """Rows of each relation by its id."""
    usage = read_usage(world, as_of)
    days = usage.group_by(WEEK).agg(pl.col("usage_date").n_unique().alias("n")).filter(pl.col("n") == 7)
    weekly = usage.join(days.select(WEEK), on=WEEK, how="semi")
    found = {
        "fct_usage_daily": usage.select(*USAGE_COLUMNS).to_dicts(),
        "vendor_share_daily": _vendors(usage, "usage_date"),
        "vendor_share_weekly": _vendors(weekly, WEEK),
        "china_share_trailing7_daily": _trailing(usage),
        "dim_models": _models(usage, as_of.date()),
        "dim_vendors": _dim_vendors(),
    }
    for (week,), part in sorted(weekly.group_by(WEEK), key=lambda pair: str(pair[0])):
        for id, rows in _week(part).items():
            found.setdefault(id, []).extend({WEEK: week, **row} for row in rows)
    _grow(found["router_tokens_weekly"])
    return found


USAGE_COLUMNS = (
    "usage_date", "model_permaslug", "model_id", "variant", "vendor_id", "origin", "openness", "tokens",
)  # fmt: skip


def _week(part: pl.DataFrame) -> dict[str, list[dict[str, Any]]]:
    total = _sum(part)
    chinese, unknown = _sum(part, pl.col("origin") == "chinese"), _sum(part, pl.col("origin") == "unknown")
    identified = _sum(part, pl.col("identified"))
    lineage = identified + _sum(part, pl.col("by_lineage"))
    stealth = lineage + _sum(part, pl.col("by_stealth"))
    ranks = _ranks(part, total)
    quadrants = _quadrants(part, total)
    opened = {row["openness"]: row["tokens"] for row in quadrants}
    free = _sum(part, pl.col("variant") == "free")
    return {
        "router_tokens_weekly": [{"tokens": total}],
        "china_share_identified_weekly": [_share(identified, total)],
        "china_share_origin_weekly": [{**_share(chinese, total - unknown), "unknown_share": unknown / total}],
        "china_share_top10_weekly": [_top(ranks[:10])],
        "china_share_bounds_weekly": [_bounds(chinese, unknown, total)],
        "china_share_reconciliation_weekly": _waterfall(identified, lineage, stealth, chinese, total, total - unknown),
        "model_rank_weekly": ranks,
        "openness_share_weekly": quadrants,
        "china_part_of_open_weekly": [_share(opened["open_chinese"], opened["open_chinese"] + opened["open_other"])],
        "free_share_weekly": [{"free_tokens": free, "tokens": total, "free_share": free / total}],
    }


def _top(ranks: list[dict[str, Any]]) -> dict[str, Any]:
    return _share(sum(row["tokens"] for row in ranks if row["is_chinese"]), sum(row["tokens"] for row in ranks))


def _bounds(chinese: int, unknown: int, total: int) -> dict[str, Any]:
    shares = {"lower_share": chinese / total, "upper_share": (chinese + unknown) / total}
    return {**shares, "unknown_tokens": unknown, "tokens": total}


def _waterfall(
    identified: int, lineage: int, stealth: int, chinese: int, total: int, known: int
) -> list[dict[str, Any]]:
    steps = [("identified", identified, total), ("plus lineage", lineage, total),
             ("plus attributed stealth", stealth, total), ("smaller denominator", stealth, known),
             ("origin", chinese, known)]  # fmt: skip
    shares = [part / whole for _, part, whole in steps]
    return [
        {"step_number": n + 1, "step": name, "numerator_tokens": part, "denominator_tokens": whole,
         "china_share": shares[n], "change_share": shares[n] - shares[n - 1] if n else None}
        for n, (name, part, whole) in enumerate(steps)
    ]  # fmt: skip


def _ranks(part: pl.DataFrame, total: int) -> list[dict[str, Any]]:
    named = part.filter(~pl.col("is_other")).sort("usage_date")
    models = named.group_by("model_id").agg(pl.col("vendor_id", "origin").last(), pl.col("tokens").sum())
    rows, so_far = [], 0
    for rank, row in enumerate(models.sort("tokens", "model_id", descending=[True, False]).to_dicts(), start=1):
        so_far += row["origin"] == "chinese"
        told = {"model_id": row["model_id"], "vendor_id": row["vendor_id"], "tokens": row["tokens"]}
        told |= {"is_chinese": row["origin"] == "chinese", "chinese_so_far_count": so_far}
        rows.append({"model_rank": rank, "model_share": row["tokens"] / total, **told})
    return rows


def _quadrants(part: pl.DataFrame, total: int) -> list[dict[str, Any]]:
    sums = dict.fromkeys(("open_chinese", "open_other", "closed_chinese", "closed_other", "unknown"), 0)
    for row in part.to_dicts():
        is_unknown = "unknown" in (row["origin"], row["openness"])
        sums["unknown" if is_unknown else f"{row['openness']}_{row['origin']}"] += row["tokens"]
    return [{"openness": name, "tokens": tokens, "openness_share": tokens / total} for name, tokens in sums.items()]


def _vendors(usage: pl.DataFrame, period: str) -> list[dict[str, Any]]:
    rows = []
    for (when,), part in usage.group_by(period):
        total, named = _sum(part), _sum(part, ~pl.col("is_other"))
        unknown = _sum(part, pl.col("vendor_id") == "unknown")
        for (vendor,), own in part.group_by("vendor_id"):
            tokens, seen = _sum(own), own.filter(~pl.col("is_other"))
            above = tokens if vendor == "unknown" else tokens + unknown
            rows.append({period: when, "vendor_id": vendor, "tokens": tokens, "vendor_share": tokens / total,
                         "named_share": _sum(seen) / named, "days_observed": seen["usage_date"].n_unique(),
                         "upper_share": above / total})  # fmt: skip
    return rows


def _trailing(usage: pl.DataFrame) -> list[dict[str, Any]]:
    rows = []
    for day in sorted(usage["usage_date"].unique()):
        part = usage.filter(pl.col("usage_date").is_between(day - timedelta(days=6), day))
        if part["usage_date"].n_unique() < 7:
            continue
        total, chinese = _sum(part), _sum(part, pl.col("origin") == "chinese")
        unknown, identified = _sum(part, pl.col("origin") == "unknown"), _sum(part, pl.col("identified"))
        rows.append({"usage_date": day, "identified_share": identified / total, "tokens": total,
                     "origin_share": chinese / (total - unknown), "lower_share": chinese / total,
                     "upper_share": (chinese + unknown) / total, "unknown_share": unknown / total})  # fmt: skip
    return rows


def _models(usage: pl.DataFrame, today: date) -> list[dict[str, Any]]:
    curated = Curated()
    columns = ("model_id", "vendor_id", "attributed_vendor_id", "base_model", "origin", "openness", "openness_basis",
               "repository", "licence")  # fmt: skip
    firsts = usage.filter(~pl.col("is_other")).group_by("model_id").agg(pl.col("usage_date").min()).rows()
    told = [(curated.describe(model, today), first) for model, first in firsts]
    return [{**{c: row[c] for c in columns}, "name": None, "first_usage_date": first} for row, first in told]


def _dim_vendors() -> list[dict[str, Any]]:
    columns = ("vendor_id", "vendor_name", "country_code", "citation")
    return [
        {**{c: row[c] for c in columns}, "valid_from": date.fromisoformat(row["valid_from"]),
         "parent_name": row["parent_name"] or row["vendor_name"], "is_chinese": row["country_code"] in CHINESE}
        for row in seed("vendors")
    ]  # fmt: skip


def _grow(rows: list[dict[str, Any]]) -> None:
    tokens = {row[WEEK]: row["tokens"] for row in rows}
    for row in rows:
        before = tokens.get(row[WEEK] - timedelta(days=364))
        row |= {"tokens_year_ago": before, "growth_ratio": row["tokens"] / before if before else None}


def _share(part: int, whole: int) -> dict[str, Any]:
    return {"chinese_tokens": part, "denominator_tokens": whole, "china_share": part / whole}


def _sum(frame: pl.DataFrame, where: Any = None) -> int:
    return int((frame if where is None else frame.filter(where))["tokens"].sum())


def differences(
    ours: Sequence[Mapping[str, Any]], theirs: Iterable[Mapping[str, Any]], key: Sequence[str]
) -> list[str]:
    """The differences of two relations: keys, columns, cells; floats may differ by 1e-9. Empty if they are equal."""
    left, right = ({tuple(row[k] for k in key): row for row in rows} for rows in (ours, theirs))
    found = [f"key {k} on one side only" for k in left.keys() ^ right.keys()]
    for k in left.keys() & right.keys():
        names = right[k].keys()
        found += [f"column {name} missing" for name in names - left[k].keys()]
        cells = ((name, left[k].get(name), right[k][name]) for name in names)
        found += [f"{k} {name}: {a!r} is not {b!r}" for name, a, b in cells if not _is_same(a, b)]
    return found


def _is_same(a: Any, b: Any) -> bool:
    if isinstance(a, float) and isinstance(b, float):
        return abs(a - b) <= 1e-9
    return type(a) is type(b) and a == b
