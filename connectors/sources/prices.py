"""Prices in the notation of OpenRouter's catalogue: strings of USD per token, tiers, time-of-day windows.

Decision: only an entry that sells tokens has a token price. An entry that answers with speech, images or video has a
`prompt` and a `completion` too: per second, per character, or 0. Text with a fee per request or per picture has no
price per token either, and 0 would call it free. Pictures and sound among the input are often priced as tokens, and
then change nothing; a price per picture lies far above any price per token.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from typing import Any

from connectors.sources.payload import Object, require_type
from tokenshare.codec import read_count
from tokenshare.errors import ContractViolation

VARIABLE = "-1"  # router models: the chosen model sets the price
SIDES = ("prompt", "completion")
TOKEN_OUTPUTS = frozenset({"text", "embeddings"})
DEAREST_TOKEN = Decimal("0.001")  # 1,000 USD per million: above it the unit of an input is a picture or a second
PRICING = frozenset(
    (
        *(*SIDES, "input_cache_read", "input_cache_write", "internal_reasoning", "request"),
        *("image", "audio", "image_output", "audio_output", "image_token", "input_audio_cache", "web_search"),
        *("discount", "overrides", "input_cache_write_1h"),
    )
)
OVERRIDE = PRICING | {"min_prompt_tokens", "utc_start", "utc_end", "utc_days"}
_PRICE = re.compile(r"([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?", re.ASCII)
_VARIABLE = re.compile(r"-1(\.0*)?", re.ASCII)
_MEDIA = re.compile(r"image|audio|video", re.ASCII)
_OTHER_UNIT = re.compile(r"_output|request|second|minute|hour|character|page|pixel|frame|step|song", re.ASCII)
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


UNPRICED = Price(0, None, None, None, None)


def is_per_token(pricing: Object, modalities: Collection[str]) -> bool:
    """True if the entry sells tokens: its output is text or embeddings, and no other dimension has a price."""
    amounts = {name: _amount(value) for name, value in pricing.items()}
    priced = {name: amount for name, amount in amounts.items() if amount > 0}
    is_free = priced.keys().isdisjoint(SIDES)
    return not TOKEN_OUTPUTS.isdisjoint(modalities) and not any(
        _OTHER_UNIT.search(name) or (_MEDIA.search(name) and (is_free or amount > DEAREST_TOKEN))
        for name, amount in priced.items()
    )


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


def list_overrides(pricing: Object) -> list[Object]:
    """The readable overrides; those of an entry without a token price have not been judged."""
    overrides = pricing.get("overrides")
    return [found for found in overrides if isinstance(found, dict)] if isinstance(overrides, list) else []


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
    """A plain decimal string of at most eighteen places; None for a variable price."""
    text = require_type(value, str, where)
    if _VARIABLE.fullmatch(text):
        return None
    if not _PRICE.fullmatch(text):
        raise ContractViolation(f"{where} is {text[:60]!r}: not a price, nor {VARIABLE} for a variable one")
    try:
        price = _EXACT.quantize(Decimal(text), _PLACES)
    except InvalidOperation as error:
        raise ContractViolation(f"{where} is {text[:60]!r}: too large to be a price") from error
    return f"{price:f}".rstrip("0").rstrip(".")


def _read(stated: Object, base: Object, where: str) -> Price:
    given, taken = (_read_side((base | stated).get(name), f"{where}.{name}") for name in SIDES)
    tier = stated.get("min_prompt_tokens")
    start, end = (_read_clock(stated, name, where) for name in ("utc_start", "utc_end"))
    if (start is None) != (end is None):
        raise ContractViolation(f"{where} has one end of a time window only")
    return Price(
        tier_min_tokens=0 if tier is None else read_count(tier, f"{where}.min_prompt_tokens"),
        utc_start=start,
        utc_end=end,
        input_usd_per_token=given,
        output_usd_per_token=taken,
    )


def _read_side(value: Any, where: str) -> str | None:
    """One side of a price; None if it is missing, empty, variable, or a number, which has passed through a float."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return None if value in (None, "") or is_number else read_price(value, where)


def _amount(value: Any) -> Decimal:
    """The amount of a price, however it is written; 0 for what is not one, such as -1 for a variable price."""
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return Decimal(0)
    return max(amount, Decimal(0)) if amount.is_finite() else Decimal(0)


def _read_clock(stated: Object, name: str, where: str) -> int | None:
    if stated.get(name) is None:
        return None
    clock = read_count(stated[name], f"{where}.{name}")
    if not is_clock(clock):
        raise ContractViolation(f"{where}.{name} is {clock}: not a clock time HHMM")
    return clock
