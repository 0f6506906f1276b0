"""Answers that somebody else computed from recorded rankings, and the same figures read from tables of ours."""

import csv
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

Row = dict[str, Any]
RowsOf = Callable[[str], list[Row]]
EXACT = 1e-9


def expected(path: Path) -> list[dict[str, str]]:
    """The rows of an answer file, every cell as text."""
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def unlike(rows_of: RowsOf, wanted: list[dict[str, str]]) -> list[tuple[str, str, float, str]]:
    """Where weeks differ from the expected ones; a value that is not compared is an error."""
    found, rows_of = [], cache(rows_of)
    for week in wanted:
        iso = week["iso_week"]
        seen = _figures(rows_of, date.fromisocalendar(int(iso[:4]), int(iso[-2:]), 1))
        assert {"iso_week", *seen} == set(week)
        found += [(iso, name, value, week[name]) for name, value in seen.items() if not _is_printed(value, week[name])]
    return found


def _is_printed(value: float, printed: str) -> bool:
    """Counts to the token; shares within 1e-9 of what the file prints with nine decimals."""
    return abs(value - float(printed)) <= EXACT if "." in printed else value == int(printed)


def _figures(rows_of: RowsOf, monday: date) -> dict[str, float]:
    """A week as the metrics tell it, under the names of the answer files."""
    of = {id: _week(rows_of, f"{id}_weekly", monday)[0] for id in ("router_tokens", "china_share_bounds", "free_share")}
    share = {id: _week(rows_of, f"china_share_{id}_weekly", monday)[0] for id in ("identified", "origin", "top10")}
    reached = [row["numerator_tokens"] for row in _week(rows_of, "china_share_reconciliation_weekly", monday)]
    ranks = _week(rows_of, "model_rank_weekly", monday)
    return {
        "total_tokens": of["router_tokens"]["tokens"],
        "identified_tokens": share["identified"]["chinese_tokens"],
        "lineage_tokens": reached[1] - reached[0],
        "attributed_stealth_tokens": reached[2] - reached[1],
        "unknown_tokens": of["china_share_bounds"]["unknown_tokens"],
        "china_identified_share": share["identified"]["china_share"],
        "china_origin_share": share["origin"]["china_share"],
        "lower_bound": of["china_share_bounds"]["lower_share"],
        "upper_bound": of["china_share_bounds"]["upper_share"],
        "china_top10_share": share["top10"]["china_share"],
        "chinese_in_top5": next(row["chinese_so_far_count"] for row in ranks if row["model_rank"] == 5),
        "free_tokens": of["free_share"]["free_tokens"],
    }


def _week(rows_of: RowsOf, metric: str, monday: date) -> list[Row]:
    return [row for row in rows_of(metric) if row["week_start_date"] == monday]
