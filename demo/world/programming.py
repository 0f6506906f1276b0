"""The synthetic world's programming slice: a part of every week's tokens, as an upstream would sample it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from math import fsum
from random import Random

from demo.tables import CATEGORIES
from demo.world import shares, volumes
from demo.world.calendar import stamp
from demo.world.files import File
from demo.world.volumes import SEVEN_DAYS, Day, Usage, gather

CATEGORY = "programming"
# Programming's part of all tokens, in hundredths.
PART: shares.Curve = ((date(2025, 1, 6), 11), (date(2025, 7, 7), 24), (date(2026, 1, 5), 41), (date(2026, 6, 22), 53))
# How much more an author's models are used for programming than for the rest; 1 if not listed.
LEANS = {
    "anthropic": 1.7, "xiaomi": 2.2, "x-ai": 1.5, "moonshotai": 1.3, "minimax": 1.3, "z-ai": 1.3, "deepseek": 0.8,
    "google": 0.5, "openai": 0.8, "meta-llama": 0.2, "mistralai": 0.4, "gryphe": 0.1, "sao10k": 0.1,
}  # fmt: skip
STEP = 100_000  # a sample scaled up gives round numbers
RESTATED_AT, RESTATED_WEEK = datetime(2026, 6, 28, 23, 30, tzinfo=UTC), date(2026, 6, 15)

Weeks = dict[date, Day]


def files(seed: int) -> Iterator[File]:
    """rankings_category_weekly.csv."""
    weeks = draw(seed)
    yield File(CATEGORIES.file, CATEGORIES.columns, _show(weeks))


def draw(seed: int) -> Weeks:
    """Draw the tokens of the fifty variants most used for programming in each complete week, and of `other`."""
    usage, random = volumes.draw(seed), Random(seed + 2)
    mondays = [day for day in usage if day.weekday() == 0 and day + SEVEN_DAYS - timedelta(days=1) in usage]
    return {monday: volumes.cut(_sample(usage, monday, random)) for monday in mondays}


def correct(tokens: Day) -> Day:
    """Correct the most-used model later: more was sampled."""
    first = next(iter(tokens))
    return {first: tokens[first] + 7 * STEP}


def _sample(usage: Usage, monday: date, random: Random) -> Day:
    weights: dict[str, float] = {}
    span = gather(usage, monday)
    for used in span:
        lean = LEANS.get(used.model.author, 1.0)
        weights[used.model.permaslug] = weights.get(used.model.permaslug, 0.0) + lean * used.tokens
    part = sum(used.tokens for used in span) * shares.read(PART, monday) / 100
    whole = fsum(weights.values())
    return {
        slug: STEP * round(part * (weight / whole) * random.uniform(0.97, 1.03) / STEP)
        for slug, weight in sorted(weights.items())
    }


def _show(weeks: Weeks) -> Iterator[tuple[str, ...]]:
    """The rows of each week, known in the morning after its Sunday; one value is corrected between two passes."""
    for week, tokens in weeks.items():
        known_at = datetime.combine(week + SEVEN_DAYS, time(2, 40), UTC)
        for slug, count in tokens.items():
            yield (stamp(known_at), week.isoformat(), CATEGORY, slug, str(count))
    for slug, count in correct(weeks[RESTATED_WEEK]).items():
        yield (stamp(RESTATED_AT), RESTATED_WEEK.isoformat(), CATEGORY, slug, str(count))
