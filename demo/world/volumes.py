"""Invented tokens of every model variant and day: growth, weekends, noise, and the upstream's cut at fifty.

Only products, quotients and fsum, rounded alike on every machine: one seed, one world. (Not the built-in
sum: Python 3.12 adds floats more exactly than 3.11 did, and a token would move.)
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from math import fsum
from random import Random

from demo.world import shares
from demo.world.calendar import FIRST_DAY, LAST_DAY
from demo.world.models import MODEL_BY_PERMASLUG, MODELS, OTHER, SyntheticModel

SHOWN = 50
OF_WEEKDAY = (1.0, 1.02, 1.03, 1.02, 0.99, 0.88, 0.87)
NOISE = 0.04
RAMP_DAYS, AGE_DAYS = 8, 75  # a model takes a week to be found, and a few months to be all but forgotten
RESTATED: dict[
    date, dict[date, tuple[int, ...]]
] = {  # by the day of the upstream's correction, late in the evening: places in the day's order
    date(2026, 6, 28): {date(2026, 6, 26): (0, 3), date(2026, 6, 27): (6,)},
    date(2026, 6, 29): {date(2026, 6, 28): (1, 9)},
    date(2026, 6, 30): {date(2026, 6, 28): (2,), date(2026, 6, 29): (4,)},
}

SEVEN_DAYS = timedelta(days=7)

Day = dict[str, int]  # tokens by permaslug, as the upstream shows one day
Usage = dict[date, Day]


@dataclass(frozen=True)
class Used:
    """Tokens of one model variant on one day."""

    model: SyntheticModel
    day: date
    tokens: int


UsedSpan = list[Used]


@lru_cache(maxsize=2)
def draw(seed: int) -> Usage:
    """Draw the tokens of the fifty most-used variants of each day, largest first, and of `other`."""
    random = Random(seed)
    return {day: cut(_spread(day, random)) for day in days()}


def restate(usage: Usage, seed: int) -> dict[date, Usage]:
    """Draw the few values corrected upstream later, by up to a tenth of a percent; `other` moves with them."""
    random = Random(seed + 1)
    return {
        at: {day: _correct(usage[day], places, random) for day, places in corrected.items()}
        for at, corrected in RESTATED.items()
    }


def gather(usage: Usage, start: date, days: int = 7) -> UsedSpan:
    """All usage of so many days from `start`."""
    span = [start + timedelta(days=number) for number in range(days)]
    return [Used(MODEL_BY_PERMASLUG[slug], day, tokens) for day in span for slug, tokens in usage[day].items()]


def days() -> list[date]:
    return [FIRST_DAY + timedelta(days=number) for number in range((LAST_DAY - FIRST_DAY).days + 1)]


def _spread(day: date, random: Random) -> Day:
    """The day's tokens over the authors by their parts, and over the models of an author by weight and age."""
    total = shares.read(shares.TOKENS, day) * OF_WEEKDAY[day.weekday()]
    live = [model for model in (*MODELS, OTHER) if model.first_date <= day <= model.last_date]
    weights: dict[str, dict[str, float]] = defaultdict(dict)
    for model in live:
        weights[model.author][model.permaslug] = _weigh(model, day)
    parts = {author: part for author, part in shares.parts(day).items() if author in weights}
    whole = fsum(parts.values())
    return {
        slug: round(total * (parts[author] / whole) * (weight / fsum(own.values())) * _vary(random))
        for author, own in weights.items()
        for slug, weight in own.items()
    }


def _weigh(model: SyntheticModel, day: date) -> float:
    age = (day - model.first_date).days
    is_new = model.first_date > FIRST_DAY  # a model of the first day is older than the world
    ramp = min(1.0, (age + 1) / RAMP_DAYS) if is_new and not model.is_promoted else 1.0
    faded = 1 + age / AGE_DAYS
    return model.weight * ramp / (faded * faded * faded)


def _vary(random: Random) -> float:
    return random.uniform(1 - NOISE, 1 + NOISE)


def cut(tokens: Day) -> Day:
    """The fifty largest named variants by name; the rest is `other`, pinned last."""
    named = sorted((slug for slug in tokens if slug != "other" and tokens[slug]), key=lambda s: (-tokens[s], s))[:SHOWN]
    shown = {slug: tokens[slug] for slug in named}
    return {**shown, "other": sum(tokens.values()) - sum(shown.values())}


def _correct(tokens: Day, places: tuple[int, ...], random: Random) -> Day:
    slugs = [*(list(tokens)[place] for place in places), "other"]
    return {slug: tokens[slug] + random.randint(1, tokens[slug] // 1000) for slug in slugs}
