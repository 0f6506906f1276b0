"""The known answers about the router's usage, counted from the synthetic world's own tables in plain Python.

The pipeline is compared with this, so nothing here is taken from it: no SQL, no seed, no metric's code.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import lru_cache

from demo.world import volumes
from demo.world.calendar import LAST_DAY
from demo.world.models import SyntheticModel
from demo.world.volumes import SEVEN_DAYS, Usage, UsedSpan, gather
from tests.oracles.answers import Answer, Answers, Cells, write

# Days of the fact that are written out: these, on which something happens, and the first of each month.
SAMPLED = frozenset(
    (date(2025, 4, 10), date(2026, 3, 17), date(2026, 4, 12), date(2026, 4, 13), date(2026, 6, 3), LAST_DAY)
)
OPENNESS = ("open_chinese", "open_other", "closed_chinese", "closed_other", "unknown")


def answers(seed: int) -> Iterator[Answer]:
    """Every column of every row of the router metrics."""
    usage = settled(seed)
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


def list_rows(day: UsedSpan) -> Answers:
    for used in day:
        model = used.model
        origin = "unknown" if not model.is_of_known_origin else "chinese" if model.is_chinese else "other"
        openness = model.openness if model.openness != "open" or used.day >= model.opened_date else "closed"
        named: Cells = {"model_id": model.id, "variant": "free" if model.is_free else "", "vendor_id": model.vendor_id}
        yield (
            {"model_permaslug": model.permaslug},
            {**named, "origin": origin, "openness": openness, "tokens": used.tokens},
        )


def name_vendors(span: UsedSpan) -> Answers:
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


def split_openness(span: UsedSpan) -> Answers:
    tally = _by_openness(span)
    for openness in OPENNESS:
        tokens = tally[openness]
        yield {"openness": openness}, {"tokens": tokens, "openness_share": tokens / tally.total()}


def count_open(span: UsedSpan) -> Answers:
    tally = _by_openness(span)
    yield {}, divide(tally["open_chinese"], tally["open_chinese"] + tally["open_other"])


def count_free(span: UsedSpan) -> Answers:
    free = total(span, lambda model: model.is_free)
    yield {}, {"free_tokens": free, "tokens": total(span), "free_share": free / total(span)}


def rank_models(span: UsedSpan) -> Answers:
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


def identify(span: UsedSpan) -> Answers:
    yield {}, divide(identified(span), total(span))


def trace_origin(span: UsedSpan) -> Answers:
    yield {}, {**divide(chinese(span), total(span) - unknown(span)), "unknown_share": unknown(span) / total(span)}


def count_top10(span: UsedSpan) -> Answers:
    top = rank(span)[:10]
    denominator = sum(tokens for _, tokens in top)
    yield {}, divide(sum(tokens for model, tokens in top if model.is_chinese), denominator)


def bound(span: UsedSpan) -> Answers:
    yield {}, {**_bounds(span), "unknown_tokens": unknown(span), "tokens": total(span)}


def trail(span: UsedSpan) -> Answers:
    origin_share = chinese(span) / (total(span) - unknown(span))
    shares: Cells = {"identified_share": identified(span) / total(span), "origin_share": origin_share}
    shares = {**shares, "unknown_share": unknown(span) / total(span)}
    yield {}, {**shares, **_bounds(span), "tokens": total(span)}


def reconcile(span: UsedSpan) -> Answers:
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


def divide(numerator: int, denominator: int) -> Cells:
    share = numerator / denominator
    return {"chinese_tokens": numerator, "denominator_tokens": denominator, "china_share": share}


def _bounds(span: UsedSpan) -> Cells:
    lowest, highest = chinese(span), chinese(span) + unknown(span)
    return {"lower_share": lowest / total(span), "upper_share": highest / total(span)}


WEEKLY: dict[str, Callable[[UsedSpan], Answers]] = {
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


def _by_openness(span: UsedSpan) -> Counter[str]:
    tally = Counter[str]()
    for used in span:
        tally[_openness(used.model, used.day)] += used.tokens
    return tally


def _openness(model: SyntheticModel, day: date) -> str:
    if not model.is_of_known_origin or model.openness == "unknown":
        return "unknown"
    openness = model.openness if day >= model.opened_date else "closed"
    return f"{openness}_{'chinese' if model.is_chinese else 'other'}"


@lru_cache(maxsize=2)
def settled(seed: int) -> Usage:
    """The final state: of each value the last correction of the upstream."""
    usage = volumes.draw(seed)
    stands = dict(usage)
    for corrected in volumes.restate(usage, seed).values():
        stands |= {day: {**stands[day], **tokens} for day, tokens in corrected.items()}
    return stands


def total(span: UsedSpan, asked: Callable[[SyntheticModel], bool] = lambda _: True) -> int:
    return sum(used.tokens for used in span if asked(used.model))


def identified(span: UsedSpan) -> int:
    return total(span, lambda model: model.is_identified)


def chinese(span: UsedSpan) -> int:
    return total(span, lambda model: model.is_chinese)


def unknown(span: UsedSpan) -> int:
    """Tokens of unknown origin."""
    return total(span, lambda model: not model.is_of_known_origin)


def rank(span: UsedSpan) -> list[tuple[SyntheticModel, int]]:
    """Models with the tokens of all their variants, most used first, ties by name; `other` is no model."""
    tokens, models = Counter[str](), {used.model.id: used.model for used in span}
    for used in span:
        tokens[used.model.id] += used.tokens
    del tokens["other"]
    return [(models[slug], tokens[slug]) for slug in sorted(tokens, key=lambda slug: (-tokens[slug], slug))]
