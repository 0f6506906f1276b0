"""Invented tokens of every model variant and day: growth, weekends, noise, and the upstream's cut at fifty.

Only products, quotients and fsum, which every machine rounds alike: one seed, one world. (Not the built-in
sum: Python 3.12 adds floats more exactly than 3.11 did, and a token would move.)
"""

from datetime import date, timedelta
from math import fsum
from random import Random

from demo.calendar import FIRST_DAY, LAST_DAY
from demo.models import MODELS, OTHER

SHOWN = 50
FIRST_DAY_TOKENS = 4.2e12
DAILY_GROWTH = 0.0047  # of the first day's tokens: about 3 % a week
OF_WEEKDAY = (1.0, 1.02, 1.03, 1.02, 0.99, 0.88, 0.87)
IDENTIFIED_SHARE = (0.46, 0.63)  # of all tokens, on the first and on the last day
NOISE = 0.04
RESTATED = {date(2026, 6, 26): (0, 3), date(2026, 6, 27): (6,)}  # by place in the day's order

Day = dict[str, int]  # tokens by permaslug, as the upstream shows one day
Usage = dict[date, Day]


def draw(seed: int) -> Usage:
    """Tokens of the fifty most-used variants of each day, largest first, and of `other`."""
    random = Random(seed)
    return {day: _cut(_spread(day, random)) for day in days()}


def restate(usage: Usage, seed: int) -> Usage:
    """The few values the upstream corrects later, by up to a tenth of a percent; `other` moves with them."""
    random = Random(seed + 1)
    slugs = {day: [*(list(usage[day])[place] for place in places), "other"] for day, places in RESTATED.items()}
    return {day: {slug: _nudge(usage[day][slug], random) for slug in slugs[day]} for day in RESTATED}


def days() -> list[date]:
    return [FIRST_DAY + timedelta(days=number) for number in range((LAST_DAY - FIRST_DAY).days + 1)]


def _spread(day: date, random: Random) -> Day:
    """The day's tokens over the models of the day: the identified share is set, the rest follows weights."""
    number = (day - FIRST_DAY).days
    total = FIRST_DAY_TOKENS * (1 + DAILY_GROWTH * number) * OF_WEEKDAY[day.weekday()]
    low, high = IDENTIFIED_SHARE
    share = low + (high - low) * number / (LAST_DAY - FIRST_DAY).days
    live = [model for model in (*MODELS, OTHER) if model.first_date <= day <= model.last_date]
    tokens = {True: total * share, False: total * (1 - share)}
    weight = {side: fsum(model.weight for model in live if model.is_identified == side) for side in tokens}
    per_weight = {side: tokens[side] / weight[side] for side in tokens}
    return {
        model.permaslug: round(per_weight[model.is_identified] * model.weight * random.uniform(1 - NOISE, 1 + NOISE))
        for model in live
    }


def _cut(tokens: Day) -> Day:
    """The fifty largest named variants by name; all that is left is `other`, pinned last."""
    named = sorted(tokens.keys() - {"other"}, key=lambda slug: (-tokens[slug], slug))[:SHOWN]
    shown = {slug: tokens[slug] for slug in named}
    return {**shown, "other": sum(tokens.values()) - sum(shown.values())}


def _nudge(tokens: int, random: Random) -> int:
    return tokens + random.randint(1, tokens // 1000)
