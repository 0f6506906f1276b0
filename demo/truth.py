"""The known answers of the synthetic world, counted from its own tables in plain Python.

The pipeline is compared with this, so nothing here is taken from it: no SQL, no seed, no metric's code.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from demo.calendar import LAST_DAY
from demo.models import Model
from demo.origins import (
    Answers,
    Cells,
    bound,
    count_top10,
    divide,
    identify,
    reconcile,
    trace_origin,
    trail,
)
from demo.spans import SEVEN_DAYS, Span, gather, rank, total
from demo.volumes import Usage

COLUMNS = ("metric", "key", "column", "value")
# Days of the fact that are written out: these, on which something happens, and the first of each month.
SAMPLED = frozenset(
    (date(2025, 4, 10), date(2026, 3, 17), date(2026, 4, 12), date(2026, 4, 13), date(2026, 6, 3), LAST_DAY)
)
OPENNESS = ("open_chinese", "open_other", "closed_chinese", "closed_other", "unknown")


def answer(usage: Usage) -> Iterator[tuple[str, str, str, str]]:
    """Every column of every row of the metrics below, as lines of truth.csv."""
    for last in sorted(usage):
        day = gather(usage, last, 1)
        yield from write("vendor_share_daily", {"usage_date": f"{last}"}, name_vendors(day))
        if last in SAMPLED or last.day == 1:
            yield from write("fct_usage_daily", {"usage_date": f"{last}"}, list_rows(day))
        start = last - SEVEN_DAYS + timedelta(days=1)
        if start not in usage:
            continue
        span = gather(usage, start)
        yield from write("china_share_trailing7_daily", {"usage_date": f"{last}"}, trail(span))
        if start.weekday() == 0:
            yield from write("router_tokens_weekly", {"week_start_date": f"{start}"}, route(usage, start))
            for metric, count in WEEKLY.items():
                yield from write(metric, {"week_start_date": f"{start}"}, count(span))


def route(usage: Usage, start: date) -> Answers:
    tokens, earlier = total(gather(usage, start)), start - timedelta(days=364)
    before = total(gather(usage, earlier)) if earlier in usage else None
    yield {}, {"tokens": tokens, "tokens_year_ago": before, "growth_ratio": before and tokens / before}


def list_rows(day: Span) -> Answers:
    for used in day:
        model = used.model
        origin = "unknown" if not model.is_of_known_origin else "chinese" if model.is_chinese else "other"
        openness = model.openness if model.openness != "open" or used.day >= model.opened_date else "closed"
        named: Cells = {"model_id": model.id, "variant": "free" if model.is_free else "", "vendor_id": model.vendor_id}
        yield (
            {"model_permaslug": model.permaslug},
            {**named, "origin": origin, "openness": openness, "tokens": used.tokens},
        )


def name_vendors(span: Span) -> Answers:
    """`unknown` is a vendor here: `other`, every stealth model, everybody nobody mapped."""
    tokens, named, days = Counter[str](), Counter[str](), defaultdict[str, set[date]](set)
    for used in span:
        vendor_id = used.model.vendor_id
        tokens[vendor_id] += used.tokens
        if used.model.permaslug != "other":
            named[vendor_id] += used.tokens
            days[vendor_id].add(used.day)
    for vendor_id, own in sorted(tokens.items()):
        highest = own + (tokens["unknown"] if vendor_id != "unknown" else 0)
        shares = {"vendor_share": own / tokens.total(), "named_share": named[vendor_id] / named.total()}
        counted = {"days_observed": len(days[vendor_id]), "upper_share": highest / tokens.total()}
        yield {"vendor_id": vendor_id}, {"tokens": own, **shares, **counted}


def split_openness(span: Span) -> Answers:
    tally = _by_openness(span)
    for openness in OPENNESS:
        tokens = tally[openness]
        yield {"openness": openness}, {"tokens": tokens, "openness_share": tokens / tally.total()}


def count_open(span: Span) -> Answers:
    tally = _by_openness(span)
    yield {}, divide(tally["open_chinese"], tally["open_chinese"] + tally["open_other"])


def count_free(span: Span) -> Answers:
    free = total(span, lambda model: model.is_free)
    yield {}, {"free_tokens": free, "tokens": total(span), "free_share": free / total(span)}


def rank_models(span: Span) -> Answers:
    chinese_so_far = 0
    for place, (model, tokens) in enumerate(rank(span), 1):
        chinese_so_far += model.is_chinese
        yield (
            {"model_rank": place},
            {
                "model_id": model.id,
                "vendor_id": model.vendor_id,
                "is_chinese": model.is_chinese,
                "chinese_so_far_count": chinese_so_far,
                "tokens": tokens,
                "model_share": tokens / total(span),
            },
        )


WEEKLY: dict[str, Callable[[Span], Answers]] = {
    "china_share_identified_weekly": identify,
    "china_share_origin_weekly": trace_origin,
    "china_share_top10_weekly": count_top10,
    "china_share_bounds_weekly": bound,
    "china_share_reconciliation_weekly": reconcile,
    "vendor_share_weekly": name_vendors,
    "openness_share_weekly": split_openness,
    "china_part_of_open_weekly": count_open,
    "free_share_weekly": count_free,
    "model_rank_weekly": rank_models,
}


def _by_openness(span: Span) -> Counter[str]:
    tally = Counter[str]()
    for used in span:
        tally[_openness(used.model, used.day)] += used.tokens
    return tally


def _openness(model: Model, day: date) -> str:
    if not model.is_of_known_origin or model.openness == "unknown":
        return "unknown"
    openness = model.openness if day >= model.opened_date else "closed"
    return f"{openness}_{'chinese' if model.is_chinese else 'other'}"


def write(metric: str, period: Cells, answers: Answers) -> Iterator[tuple[str, str, str, str]]:
    """Lines of truth.csv: the values of each row of a period."""
    for key, values in answers:
        for column, value in values.items():
            yield metric, json.dumps({**period, **key}), column, _text(value)


def _text(value: object) -> str:
    """Numbers so that they can be read back exactly; nothing where there is no value."""
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
