"""Prices in the notation of OpenRouter's catalogue: strings of USD per token, tiers, time-of-day windows."""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from typing import Any

from connectors.sources.payload import Object, require_field, require_type
from tokenshare.codec import read_count
from tokenshare.errors import ContractViolation

VARIABLE = "-1"  # router models: the chosen model sets the price
PRICING = frozenset(
    (
        *("prompt", "completion", "input_cache_read", "input_cache_write", "internal_reasoning", "request"),
        *("image", "audio", "image_output", "audio_output", "image_token", "input_audio_cache", "web_search"),
        *("discount", "overrides", "input_cache_write_1h"),
    )
)
OVERRIDE = PRICING | {"min_prompt_tokens", "utc_start", "utc_end", "utc_days"}
_PRICE = re.compile(r"([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?", re.ASCII)
_PLACES = Decimal("1e-18")  # the places kept by the contract; further digits are traces of binary floats
_EXACT = Context(prec=80, rounding=ROUND_HALF_EVEN)
_WEEK = 7


@dataclass(frozen=True)
class Price:
    """One price of a model: from a prompt size on, within a window of clock time (HHMM, UTC), if any."""

    tier_min_tokens: int
    utc_start: int | None
    utc_end: int | None
    input_usd_per_token: str | None
    output_usd_per_token: str | None


def read_prices(pricing: Object, where: str) -> tuple[Price, ...]:
    """The base price, then overrides. Of two for the same tier and window the later wins, as documented upstream.

    An override without a price for a side keeps the base's. An override for some weekdays only has no place in
    the contract and is left out: no price is better than one wrong on six days.
    """
    found = [_read(pricing, {}, where)]
    overrides = require_type(pricing.get("overrides", []), list, f"{where}.overrides")
    for number, raw in enumerate(overrides):
        here = f"{where}.overrides[{number}]"
        override = require_type(raw, dict, here)
        if not is_weekday_bound(override):
            found.append(_read(override, pricing, here))
    return tuple({(price.tier_min_tokens, price.utc_start, price.utc_end): price for price in found}.values())


def is_weekday_bound(override: Object) -> bool:
    """True if the override applies on some days of the week only."""
    days = override.get("utc_days")
    return days is not None and not (isinstance(days, list) and len(set(map(str, days))) == _WEEK)


def is_clock(number: int) -> bool:
    """True if the number is a clock time written HHMM."""
    return number <= 2400 and number % 100 <= 59


def read_discount(pricing: Object, where: str) -> bool:
    """True if the price is discounted. A missing discount counts as none."""
    discount = pricing.get("discount")
    if discount is None:
        return False
    if isinstance(discount, bool) or not isinstance(discount, int | float) or not 0 <= discount <= 1:
        raise ContractViolation(f"{where}.discount is {str(discount)[:60]!r}: not a part of 1")
    return bool(discount > 0)


def read_price(value: Any, where: str) -> str | None:
    """A plain decimal string of at most eighteen places; None for a variable price.

    A JSON number is refused: the upstream documents strings, and a number has passed through binary floats.
    """
    text = require_type(value, str, where)
    if text == VARIABLE:
        return None
    if not _PRICE.fullmatch(text):
        raise ContractViolation(f"{where} is {text[:60]!r}: not a price, nor {VARIABLE} for a variable one")
    try:
        price = _EXACT.quantize(Decimal(text), _PLACES)
    except InvalidOperation as error:
        raise ContractViolation(f"{where} is {text[:60]!r}: too large to be a price") from error
    return f"{price:f}".rstrip("0").rstrip(".")


def _read(stated: Object, base: Object, where: str) -> Price:
    prompt, completion = (require_field(base | stated, name, str, where) for name in ("prompt", "completion"))
    tier = stated.get("min_prompt_tokens")
    start, end = (_read_clock(stated, name, where) for name in ("utc_start", "utc_end"))
    if (start is None) != (end is None):
        raise ContractViolation(f"{where} has one end of a time window only")
    return Price(
        tier_min_tokens=0 if tier is None else read_count(tier, f"{where}.min_prompt_tokens"),
        utc_start=start,
        utc_end=end,
        input_usd_per_token=read_price(prompt, f"{where}.prompt"),
        output_usd_per_token=read_price(completion, f"{where}.completion"),
    )


def _read_clock(stated: Object, name: str, where: str) -> int | None:
    if stated.get(name) is None:
        return None
    clock = read_count(stated[name], f"{where}.{name}")
    if not is_clock(clock):
        raise ContractViolation(f"{where}.{name} is {clock}: not a clock time HHMM")
    return clock
