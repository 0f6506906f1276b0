"""Days of usage put together, and how their tokens are counted."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from demo.models import MODEL_BY_PERMASLUG, Model
from demo.volumes import Usage

SEVEN_DAYS = timedelta(days=7)


@dataclass(frozen=True)
class Used:
    """Tokens of one model variant on one day."""

    model: Model
    day: date
    tokens: int


Span = list[Used]


def gather(usage: Usage, start: date, days: int = 7) -> Span:
    """All usage of so many days from `start`."""
    span = [start + timedelta(days=number) for number in range(days)]
    return [Used(MODEL_BY_PERMASLUG[slug], day, tokens) for day in span for slug, tokens in usage[day].items()]


def total(span: Span, asked: Callable[[Model], bool] = lambda _: True) -> int:
    return sum(used.tokens for used in span if asked(used.model))


def identified(span: Span) -> int:
    return total(span, lambda model: model.is_identified)


def chinese(span: Span) -> int:
    return total(span, lambda model: model.is_chinese)


def unknown(span: Span) -> int:
    """Tokens whose origin nobody can tell."""
    return total(span, lambda model: not model.is_of_known_origin)


def rank(span: Span) -> list[tuple[Model, int]]:
    """Models with the tokens of all their variants, most used first, ties by name; `other` is no model."""
    tokens, models = Counter[str](), {used.model.id: used.model for used in span}
    for used in span:
        tokens[used.model.id] += used.tokens
    del tokens["other"]
    return [(models[slug], tokens[slug]) for slug in sorted(tokens, key=lambda slug: (-tokens[slug], slug))]
