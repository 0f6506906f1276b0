"""The emulated path datasets/rankings-daily: its parameters, its limits, its errors, its rows."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta

from demo.emulator.answers import Refusal, Response, render, stamp
from demo.emulator.world_files import Cells, stated

FIRST_DAY = date(2025, 1, 1)
DAY = timedelta(days=1)
LONGEST_DAYS = 366
DEFAULT_DAYS = 30
COMPLETED_AFTER = timedelta(hours=2)  # of the next day, a day is complete
PERIODS = ("day", "week", "month")
BROKEN_DOWN = ("modality", "context_bucket")
SAMPLED = ("category", "language_type")
COUNTED = {"model_permaslug": "model_permaslug", "total_tokens": "total_tokens"}
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)

Rows = list[dict[str, str]]


def rank(
    params: Mapping[str, str], as_of: datetime, daily: Sequence[Cells], weekly: Sequence[Cells] | None
) -> Response:
    """The documented answer to `params` at a moment; raises Refusal if the upstream would."""
    period = params.get("period", "day")
    if period not in PERIODS:
        raise Refusal(400, f"period must be one of {', '.join(PERIODS)}")
    _check_filters(params, period, weekly is not None)
    start, end = read_span(params, as_of)
    if "category" in params:
        rows = _categorised(weekly or (), params["category"], start, end)
    else:
        rows = _summed(_between(daily, start, end), _OPENERS[period])
    meta = {"as_of": stamp(as_of), "version": "v1", "start_date": f"{start}", "end_date": f"{end}"}
    return Response(200, render({"data": order(rows), "meta": meta}))


def read_span(params: Mapping[str, str], as_of: datetime) -> tuple[date, date]:
    """First and last day answered; by default the thirty days up to the newest complete one, at which all end."""
    newest = (as_of - COMPLETED_AFTER).date() - DAY
    end = min(_read_day(params, "end_date") or newest, newest)
    start = _read_day(params, "start_date") or end - (DEFAULT_DAYS - 1) * DAY
    if end < FIRST_DAY:
        raise Refusal(400, f"end_date must not be before {FIRST_DAY}")
    start = max(start, FIRST_DAY)
    if start > end:
        raise Refusal(400, "start_date must not be after end_date")
    if (end - start).days + 1 > LONGEST_DAYS:
        raise Refusal(400, f"the span must not exceed {LONGEST_DAYS} days")
    return start, end


def order(rows: Rows) -> Rows:
    """Sort by day, then by tokens, with `other` last even if it is largest."""
    return sorted(rows, key=lambda row: (row["date"], row["model_permaslug"] == "other", -size(row["total_tokens"])))


def size(tokens: str) -> int:
    """Convert tokens to a number; 0 for any other text, which is served all the same."""
    return int(tokens) if tokens.isascii() and tokens.isdigit() and len(tokens) < 1000 else 0


def is_day(text: str) -> bool:
    """True if the text is an existing day written YYYY-MM-DD."""
    try:
        return bool(_DAY.fullmatch(text) and date.fromisoformat(text))
    except ValueError:
        return False


def _read_day(params: Mapping[str, str], name: str) -> date | None:
    if name not in params:
        return None
    if not is_day(params[name]):
        raise Refusal(400, f"{name} must be an existing day written YYYY-MM-DD")
    return date.fromisoformat(params[name])


def _check_filters(params: Mapping[str, str], period: str, has_categories: bool) -> None:
    sampled = [name for name in SAMPLED if name in params]
    broken_down = [name for name in BROKEN_DOWN if name in params]
    if len(sampled) > 1 or (sampled and broken_down):
        raise Refusal(400, f"{' and '.join(sampled + broken_down)} exclude each other")
    if sampled and period == "day":
        raise Refusal(400, f"{sampled[0]} is sampled: ask for period=week")
    if broken_down or "language_type" in params or (sampled and (period != "week" or not has_categories)):
        raise Refusal(400, f"{(sampled + broken_down)[0]} is not available in this world")


def _between(daily: Sequence[Cells], start: date, end: date) -> Sequence[Cells]:
    """The rows of the span; compared as text, so an impossible day is served in its place."""
    return [cells for cells in daily if f"{start}" <= cells["date"] <= f"{end}"]


def _summed(daily: Sequence[Cells], opener: Callable[[date], date] | None) -> Rows:
    if opener is None:
        return [stated(cells, {"date": "date", **COUNTED}) for cells in daily]
    totals: dict[tuple[str, str], int] = {}
    for cells in daily:
        if not is_day(cells["date"]):
            continue
        key = (opener(date.fromisoformat(cells["date"])).isoformat(), cells["model_permaslug"])
        totals[key] = totals.get(key, 0) + size(cells["total_tokens"])
    return [{"date": day, "model_permaslug": model, "total_tokens": f"{sum_}"} for (day, model), sum_ in totals.items()]


def _categorised(weekly: Sequence[Cells], category: str, start: date, end: date) -> Rows:
    """Weeks overlapping the span; the last may reach past its end, as upstream."""
    first = _monday(start).isoformat()
    return [
        stated(row, {"date": "week_start_date", **COUNTED})
        for row in weekly
        if row["category"] == category and first <= row["week_start_date"] <= f"{end}"
    ]


def _monday(day: date) -> date:
    return day - day.weekday() * DAY


def _first_of_month(day: date) -> date:
    return day.replace(day=1)


_OPENERS: Mapping[str, Callable[[date], date] | None] = {
    "day": None,
    "week": _monday,
    "month": _first_of_month,
}
