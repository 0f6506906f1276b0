"""The known answers about list prices, read off the synthetic world's own tables in plain Python."""

from collections.abc import Iterator
from datetime import date, timedelta

from demo.world.calendar import BACKFILL_AS_OF, DAILY_AS_OFS, FIRST_DAY
from demo.world.catalogue import CUT, CUT_AT, DISCOUNTED
from demo.world.models import MODELS
from demo.world.prices import CUT_TO, DROPS, NAMES, PricePair, price_on
from tests.oracles.answers import Answer, Cells, cells_of

REFERENCES = {
    "openai/gpt-4o-mini": FIRST_DAY,
    "anthropic/claude-4.6-sonnet-20260217": date(2026, 2, 17),
    "google/gemini-3.1-pro-preview-20260219": date(2026, 2, 19),
    "openai/gpt-5.5-20260423": date(2026, 4, 23),
}
RATED = ("deepseek/deepseek-v4-pro-20260423", "moonshotai/kimi-k2.5-0127", *REFERENCES)
CATALOGUE_AS_OFS = {at.date(): at for at in (BACKFILL_AS_OF, *DAILY_AS_OFS[:-1])}  # on the last day prices are held


def answers(_: int) -> Iterator[Answer]:
    """The published prices at the end: the last good pass, on the first of each month and on days of change."""
    for day in sorted(_telling_days()):
        listed = dict(list_models(day))
        for model, (price, source, is_discounted) in listed.items():
            cells = {**_costs(price), "source_id": source, "is_discounted": is_discounted}
            yield from cells_of("list_price_daily", {"price_date": f"{day}", "model_id": model}, cells)
        for model in RATED:
            for reference, first in REFERENCES.items() if model in listed else ():
                if day >= first:
                    key = {"price_date": f"{day}", "model_id": model, "reference_model_id": reference}
                    yield from cells_of("price_ratio_daily", key, _ratios(listed[model][0], listed[reference][0]))


def _telling_days() -> set[date]:
    days = {date(2025 + month // 12, month % 12 + 1, 1) for month in range(18)}
    moves = [day for day, _ in DROPS.values()]
    return {*days, *moves, *(day - timedelta(days=1) for day in moves), *CATALOGUE_AS_OFS}


def list_models(day: date) -> Iterator[tuple[str, tuple[PricePair, str, bool]]]:
    """By model: the catalogue's price if it was read that day with the model, else the book's."""
    at = CATALOGUE_AS_OFS.get(day)
    for model in MODELS:
        if at and model.first_date <= day <= model.last_date:
            is_cut = model.permaslug == CUT and at >= CUT_AT
            price = CUT_TO if is_cut else (model.input_usd, model.output_usd)
            yield model.permaslug, (price, "openrouter_models", model.permaslug == DISCOUNTED)
        elif model.permaslug in NAMES and model.first_date <= day:
            yield model.permaslug, (price_on(model, day), "genai_prices", False)


def _costs(price: PricePair) -> Cells:
    given, taken = price
    costs = {"input": float(given), "output": float(taken), "blended": float(3 * given + taken) / 4}
    return {f"{side}_usd_per_million": cost for side, cost in costs.items()}


def _ratios(price: PricePair, reference: PricePair) -> Cells:
    parts = {"input": (1, 0), "output": (0, 1), "blended": (3, 1)}
    return {
        f"{side}_ratio": float(a * price[0] + b * price[1]) / float(a * reference[0] + b * reference[1])
        for side, (a, b) in parts.items()
    }
