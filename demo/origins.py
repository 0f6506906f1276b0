"""Known answers about origin: how much of a span is Chinese, by each method, and within which bounds."""

from collections import Counter
from collections.abc import Iterator

from demo.spans import Span, chinese, identified, rank, total, unknown

Cells = dict[str, object]
Answers = Iterator[tuple[Cells, Cells]]  # what is added to the period's key, and the values there


def identify(span: Span) -> Answers:
    yield {}, divide(identified(span), total(span))


def trace_origin(span: Span) -> Answers:
    yield {}, divide(chinese(span), total(span) - unknown(span))


def count_top10(span: Span) -> Answers:
    top = rank(span)[:10]
    denominator = sum(tokens for _, tokens in top)
    yield {}, divide(sum(tokens for model, tokens in top if model.is_chinese), denominator)


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


def divide(numerator: int, denominator: int) -> Cells:
    share = numerator / denominator
    return {"chinese_tokens": numerator, "denominator_tokens": denominator, "china_share": share}


def _bounds(span: Span) -> Cells:
    lowest, highest = chinese(span), chinese(span) + unknown(span)
    return {"lower_share": lowest / total(span), "upper_share": highest / total(span)}
