"""The price book in the installed genai-prices package, read like any other upstream, without network."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from importlib.metadata import version
from typing import TYPE_CHECKING, Self

from tokenshare.sources import Page, Params

if TYPE_CHECKING:
    from genai_prices.types import ConditionalPrice, ModelInfo, Provider, TieredPrices

PACKAGE = "genai-prices"
SIDES = ("input", "output")

PackageEntry = dict[str, str]


class InstalledBook:
    """A tokenshare.sources.Session over the package: every call returns the whole book."""

    has_key = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is kept open."""

    def get(self, path: str, params: Params | None = None, *, with_key: bool = False) -> Page:  # noqa: ARG002  # a package uses none of them
        """The book as one JSON document: an entry per price, and the version of the package."""
        from genai_prices.data import providers  # half a second

        entries = [entry for provider in providers for entry in list_entries(provider)]
        document = {"package": PACKAGE, "version": version(PACKAGE), "prices": entries}
        body = json.dumps(document, indent=0).encode()
        return Page(f"{PACKAGE}=={document['version']}", body, "application/json")


def list_entries(provider: "Provider") -> Iterator[PackageEntry]:
    """Every token price of a provider. Prices by the image or the hour are left out."""
    for model in provider.models:
        for entry in _entries(model):
            yield {"provider": provider.id, "model": model.id, **entry}


def _entries(model: "ModelInfo") -> Iterator[PackageEntry]:
    """The prices of a model. Later ones take precedence, so a dated price ends at the start of the next."""
    from genai_prices.types import ConditionalPrice

    prices = model.prices if isinstance(model.prices, list) else [ConditionalPrice(prices=model.prices)]
    for number, price in enumerate(prices):
        starts = [start for later in prices[number + 1 :] if (start := _start(later)) is not None]
        sides = [getattr(price.prices, f"{side}_mtok") for side in SIDES]
        if sides == [None, None]:
            continue
        validity = {"valid_from": _text(_start(price)), **_window(price)}
        validity["valid_to"] = "" if validity["utc_start"] else _text(min(starts, default=None))
        for tier in sorted({0, *(start for side in sides for start in _tiers(side))}):
            values = {f"{name}_usd_per_million": _at(side, tier) for name, side in zip(SIDES, sides, strict=True)}
            yield {**validity, "tier_min_tokens": str(tier), **values}


def _start(price: "ConditionalPrice") -> date | None:
    return getattr(price.constraint, "start_date", None)


def _window(price: "ConditionalPrice") -> PackageEntry:
    ends = (getattr(price.constraint, f"{end}_time", None) for end in ("start", "end"))
    return dict(zip(("utc_start", "utc_end"), (_clock(end) if end else "" for end in ends), strict=True))


def _clock(at: time) -> str:
    moment = datetime.combine(date(2000, 1, 2), at, at.tzinfo or UTC).astimezone(UTC)
    return f"{moment:%H%M}"


def _tiers(side: "Decimal | TieredPrices | None") -> list[int]:
    return [] if side is None or isinstance(side, Decimal) else [tier.start for tier in side.tiers]


def _at(side: "Decimal | TieredPrices | None", tokens: int) -> str:
    """The price from that prompt size on: the base price at 0, not the highest tier, and empty if none is listed."""
    if side is None or isinstance(side, Decimal):
        return "" if side is None else f"{side:f}"
    reached = [tier.price for tier in side.tiers if tier.start <= tokens]
    return f"{reached[-1] if reached else side.base:f}"


def _text(day: date | None) -> str:
    return "" if day is None else day.isoformat()
