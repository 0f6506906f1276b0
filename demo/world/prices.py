"""The synthetic world's price book: dated prices under the sellers' own names."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal

from demo.world.calendar import FIRST_DAY, stamp
from demo.world.catalogue import CUT, CUT_AT, CUT_PRICE, LONG_CONTEXT
from demo.world.files import File
from demo.world.models import MODEL_BY_PERMASLUG, SyntheticModel

COLUMNS = (
    *("known_at", "provider", "model", "valid_from", "valid_to", "tier_min_tokens", "utc_start", "utc_end"),
    *("input_usd_per_million", "output_usd_per_million"),
)
NAMES = {  # the seller's name by the router's; for the last two they are the same
    "deepseek/deepseek-v3.1-terminus": ("deepseek", "deepseek-v3.1-terminus"),
    "deepseek/deepseek-v3.2-20251201": ("deepseek", "deepseek-v3.2"),
    "deepseek/deepseek-v4-flash-20260423": ("deepseek", "deepseek-v4-flash"),
    "deepseek/deepseek-v4-pro-20260423": ("deepseek", "deepseek-v4-pro"),
    "moonshotai/kimi-k2.5-0127": ("moonshotai", "kimi-k2.5"),
    "moonshotai/kimi-k2.6-20260420": ("moonshotai", "kimi-k2.6"),
    "minimax/minimax-m2.7-20260318": ("minimax", "MiniMax-M2.7"),
    "z-ai/glm-5.2-20260616": ("zai", "GLM-5.2"),
    "anthropic/claude-3-7-sonnet-20250219": ("anthropic", "claude-3-7-sonnet-latest"),
    "anthropic/claude-4-sonnet-20250522": ("anthropic", "claude-sonnet-4-0"),
    "anthropic/claude-4.5-sonnet-20250929": ("anthropic", "claude-sonnet-4-5"),
    "anthropic/claude-4.6-sonnet-20260217": ("anthropic", "claude-sonnet-4-6"),
    "anthropic/claude-4.7-opus-20260416": ("anthropic", "claude-opus-4-7"),
    "google/gemini-2.0-flash-001": ("google", "gemini-2.0-flash"),
    "google/gemini-2.5-flash": ("google", "gemini-2.5-flash"),
    "google/gemini-2.5-pro": ("google", "gemini-2.5-pro"),
    "google/gemini-3.1-pro-preview-20260219": ("google", "gemini-3.1-pro-preview"),
    "openai/gpt-4o": ("openai", "gpt-4o"),
    "openai/gpt-4o-mini": ("openai", "gpt-4o-mini"),
    "openai/gpt-4.1-2025-04-14": ("openai", "gpt-4.1"),
    "openai/gpt-5-2025-08-07": ("openai", "gpt-5"),
    "openai/gpt-5.4-20260305": ("openai", "gpt-5.4"),
    "openai/gpt-5.5-20260423": ("openai", "gpt-5.5"),
    "qwen/qwen3.7-max-20260520": ("qwen", "qwen/qwen3.7-max-20260520"),
    "xiaomi/mimo-v2.5-20260422": ("xiaomi", "xiaomi/mimo-v2.5-20260422"),
}
PricePair = tuple[Decimal, Decimal]
# The earlier price of a model, and the day it ended.
DROPS: dict[str, tuple[date, PricePair]] = {
    "deepseek/deepseek-v3.2-20251201": (date(2026, 2, 1), (Decimal("0.5"), Decimal("0.8"))),
    "deepseek/deepseek-v4-pro-20260423": (date(2026, 5, 20), (Decimal("1.1"), Decimal("3.4"))),
    "moonshotai/kimi-k2.5-0127": (date(2026, 4, 20), (Decimal("0.6"), Decimal("3"))),
    "openai/gpt-4o": (date(2025, 10, 1), (Decimal("5"), Decimal("15"))),
}
CUT_TO: PricePair = (
    Decimal(CUT_PRICE["prompt_usd_per_token"]).scaleb(6),
    Decimal(CUT_PRICE["completion_usd_per_token"]).scaleb(6),
)


def files(_: int) -> Iterator[File]:
    """prices.csv; it is the same for every seed, as the catalogue is."""
    yield File("prices.csv", COLUMNS, sorted(_book()))


def price_on(model: SyntheticModel, day: date) -> PricePair:
    """A model's price by the book on a day, at the base tier and no particular time."""
    until, before = DROPS.get(model.permaslug, (day, (model.input_usd, model.output_usd)))
    if model.permaslug == CUT and day >= CUT_AT.date():
        return CUT_TO
    return before if day < until else (model.input_usd, model.output_usd)


def _book() -> Iterator[tuple[str, ...]]:
    for slug in NAMES:
        model = MODEL_BY_PERMASLUG[slug]
        starts = [model.first_date, *([DROPS[slug][0]] if slug in DROPS else ())]
        for start in starts:
            yield _entry(slug, start, price_on(model, start))
    yield _entry(CUT, CUT_AT.date(), CUT_TO, known_at=CUT_AT)
    flash = "deepseek/deepseek-v4-flash-20260423"
    for window in (("0100", "0400"), ("0600", "1000")):
        yield _entry(flash, MODEL_BY_PERMASLUG[flash].first_date, (Decimal("0.28"), Decimal("0.56")), window=window)
    yield _entry(LONG_CONTEXT, MODEL_BY_PERMASLUG[LONG_CONTEXT].first_date, (Decimal(4), Decimal(18)), tier=200_000)
    yield _entry("openai/gpt-5.5-20260423", date(2026, 9, 1), (Decimal(4), Decimal(24)))  # a price to come
    # A reseller's price is not a list price, and an unmapped name is listed, never guessed.
    yield _row(FIRST_DAY, "together", "deepseek-v4-pro", date(2026, 4, 24), (Decimal("0.9"), Decimal(2)))
    yield _row(FIRST_DAY, "openai", "gpt-5.5-unheard-of", date(2026, 6, 1), (Decimal(7), Decimal(42)))


def _entry(
    slug: str,
    start: date,
    price: PricePair,
    tier: int = 0,
    window: tuple[str, str] = ("", ""),
    known_at: datetime | None = None,
) -> tuple[str, ...]:
    since = known_at.date() if known_at else min(start, MODEL_BY_PERMASLUG[slug].first_date)
    provider, name = NAMES[slug]
    return _row(since, provider, name, start, price, tier, window, known_at)


def _row(
    since: date,
    provider: str,
    name: str,
    start: date,
    price: PricePair,
    tier: int = 0,
    window: tuple[str, str] = ("", ""),
    known_at: datetime | None = None,
) -> tuple[str, ...]:
    known = known_at or datetime.combine(since, time(), UTC)
    return (stamp(known), provider, name, f"{start}", "", f"{tier}", *window, *(f"{part:f}" for part in price))
