"""The known answers of the synthetic world, counted from its own tables in plain Python.

The pipeline is compared with this, so nothing here is taken from it: no SQL, no seed, no metric's code.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta

from demo.models import Model
from demo.spans import SEVEN_DAYS, Span, chinese, gather, identified, rank, total, unknown
from demo.volumes import Usage

COLUMNS = ("metric", "key", "column", "value")
OPENNESS = ("open_chinese", "open_other", "closed_chinese", "closed_other", "unknown")

Cells = dict[str, object]
Answers = Iterator[tuple[Cells, Cells]]  # what is added to the period's key, and the values there


def answer(usage: Usage) -> Iterator[tuple[str, str, str, str]]:
    """Every column of every row of the metrics below, as lines of truth.csv."""
    for last in sorted(usage):
        start = last - SEVEN_DAYS + timedelta(days=1)
        if start not in usage:
            continue
        span = gather(usage, start)
        yield from _write("china_share_trailing7_daily", {"usage_date": f"{last}"}, trail(span))
        for metric, count in WEEKLY.items() if start.weekday() == 0 else ():
            yield from _write(metric, {"week_start_date": f"{start}"}, count(span))


def route(span: Span) -> Answers:
    yield {}, {"tokens": total(span), "tokens_year_ago": None, "growth_ratio": None}


def identify(span: Span) -> Answers:
    yield {}, _divide(identified(span), total(span))


def trace_origin(span: Span) -> Answers:
    yield {}, _divide(chinese(span), total(span) - unknown(span))


def count_top10(span: Span) -> Answers:
    top = rank(span)[:10]
    denominator = sum(tokens for _, tokens in top)
    yield {}, _divide(sum(tokens for model, tokens in top if model.is_chinese), denominator)


def bound(span: Span) -> Answers:
    yield {}, {**_bounds(span), "unknown_tokens": unknown(span), "tokens": total(span)}


def trail(span: Span) -> Answers:
    origin_share = chinese(span) / (total(span) - unknown(span))
    shares: Cells = {"identified_share": identified(span) / total(span), "origin_share": origin_share}
    yield {}, {**shares, **_bounds(span), "tokens": total(span)}


def reconcile(span: Span) -> Answers:
    """From the identified to the origin share: two steps add above the line, one takes away below it."""
    tokens = Counter[str]()
    for used in span:
        tokens[used.model.counted] += used.tokens
    own, lineage, attributed = (tokens[counted] for counted in ("identified", "lineage", "attributed"))
    known = tokens.total() - tokens["unknown"]
    steps = (
        ("identified", own, tokens.total()),
        ("plus lineage", own + lineage, tokens.total()),
        ("plus attributed stealth", own + lineage + attributed, tokens.total()),
        ("smaller denominator", own + lineage + attributed, known),
        ("origin", own + lineage + attributed, known),
    )
    before: float | None = None
    for number, (step, numerator, denominator) in enumerate(steps, 1):
        share = numerator / denominator
        change = None if before is None else share - before
        parts: Cells = {"numerator_tokens": numerator, "denominator_tokens": denominator}
        yield {"step_number": number}, {"step": step, **parts, "china_share": share, "change_share": change}
        before = share


def name_vendors(span: Span) -> Answers:
    """`unknown` is a vendor here: `other`, every stealth model, everybody nobody mapped."""
    named = [used for used in span if used.model.permaslug != "other"]
    nobodys = total(span, lambda model: model.vendor_id == "unknown")
    for vendor_id in sorted({used.model.vendor_id for used in span}):
        own = [used for used in span if used.model.vendor_id == vendor_id]
        own_named = [used for used in named if used.model.vendor_id == vendor_id]
        yield (
            {"vendor_id": vendor_id},
            {
                "tokens": total(own),
                "vendor_share": total(own) / total(span),
                "named_share": total(own_named) / total(named),
                "days_observed": len({used.day for used in own}),
                "upper_share": (total(own) + (nobodys if vendor_id != "unknown" else 0)) / total(span),
            },
        )


def split_openness(span: Span) -> Answers:
    for openness in OPENNESS:
        tokens = sum(used.tokens for used in span if _openness(used.model) == openness)
        yield {"openness": openness}, {"tokens": tokens, "openness_share": tokens / total(span)}


def count_open(span: Span) -> Answers:
    own = total(span, lambda model: _openness(model) == "open_chinese")
    yield {}, _divide(own, own + total(span, lambda model: _openness(model) == "open_other"))


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
    "router_tokens_weekly": route,
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


def _openness(model: Model) -> str:
    if not model.is_of_known_origin or model.openness == "unknown":
        return "unknown"
    return f"{model.openness}_{'chinese' if model.is_chinese else 'other'}"


def _divide(numerator: int, denominator: int) -> Cells:
    share = numerator / denominator
    return {"chinese_tokens": numerator, "denominator_tokens": denominator, "china_share": share}


def _bounds(span: Span) -> Cells:
    lowest, highest = chinese(span), chinese(span) + unknown(span)
    return {"lower_share": lowest / total(span), "upper_share": highest / total(span)}


def _write(metric: str, period: Cells, answers: Answers) -> Iterator[tuple[str, str, str, str]]:
    for key, values in answers:
        for column, value in values.items():
            yield metric, json.dumps({**period, **key}), column, _text(value)


def _text(value: object) -> str:
    """Numbers so that they can be read back exactly; nothing where there is no value."""
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
