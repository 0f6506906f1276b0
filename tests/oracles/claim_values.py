"""Known numbers for claims about prices and market values, day by day, stated without counts of a whole."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from demo.world.calendar import FIRST_DAY, LAST_DAY
from tests.oracles import markets
from tests.oracles.claim_counts import Variant
from tests.oracles.markets import PLATFORMS, PUREPLAYS, Cap
from tests.oracles.prices import REFERENCES, list_models

WEEK = timedelta(days=7)
SIDES = {"input": (4, 0), "output": (0, 4), "blended": (3, 1)}  # quarters of a million tokens
Caps = dict[str, dict[date, Cap]]
Prices = dict[str, tuple[Decimal, Decimal]]


def _list(_: int, name: str) -> Iterator[Variant]:
    for day, listed in _days():
        if own := _find(listed, name):
            yield from (_tell(method, day, _cost(listed[own], method)) for method in SIDES)


def _divide(_: int, names: str) -> Iterator[Variant]:
    for day, listed in _days():
        own, other = (_find(listed, name) for name in names.split(":"))
        for method in SIDES if own and other else ():
            if over := _cost(listed[other or ""], method):
                yield _tell(method, day, _cost(listed[own or ""], method) / over)


def _save(_: int, name: str) -> Iterator[Variant]:
    """The saving against the mean price of the peers, leaving out free ones."""
    for day, listed in _days():
        own = _find(listed, name)
        peers = [id for id, first in REFERENCES.items() if first <= day and id in listed and id != own]
        for method in SIDES if own else ():
            costs = [cost for peer in peers if (cost := _cost(listed[peer], method))]
            if costs:
                yield _tell(method, day, 1 - _cost(listed[own or ""], method) * len(costs) / sum(costs))


def _days() -> Iterator[tuple[date, Prices]]:
    for ahead in range((LAST_DAY - FIRST_DAY).days + 1):
        day = FIRST_DAY + timedelta(days=ahead)
        yield day, {id: price for id, (price, _, _) in list_models(day)}


def _find(listed: Prices, name: str) -> str | None:
    """The model of that name, with or without the day in its slug."""
    return next((id for id in listed if name in (id, re.sub(r"-20\d{6}$", "", id))), None)


def _cost(price: tuple[Decimal, Decimal], method: str) -> Decimal:
    given, taken = SIDES[method]
    return (given * price[0] + taken * price[1]) / 4


def _tell(method: str, day: date, value: Decimal) -> Variant:
    return Variant(method, list(SIDES).index(method) + 1, day, None, None, float(value))


def _cap(seed: int, company: str) -> Iterator[Variant]:
    for day, cap in markets.value(seed)[company].items():
        yield Variant("close", 1, day, None, None, cap.cents / 100)


def _change(seed: int, company: str) -> Iterator[Variant]:
    caps = markets.value(seed)[company]
    for day in caps:
        change = markets.change_year(caps, day)
        if change is not None:
            yield Variant("close", 1, day, None, None, change)


def _rank(seed: int, company: str) -> Iterator[Variant]:
    caps = markets.value(seed)
    for day, own in caps[company].items():
        newest = [max((known for known in other if known <= day), default=None) for other in caps.values()]
        values = [
            other[known].cents
            for other, known in zip(caps.values(), newest, strict=True)
            if known and day - known <= WEEK
        ]
        yield Variant("close", 1, day, None, None, 1 + sum(value > own.cents for value in values))


def _session(seed: int, company: str) -> Iterator[Variant]:
    for change, day, _, before in _changes({company: markets.value(seed)[company]}):
        yield Variant("close", 1, day, None, None, change / before)


def _session_usd(seed: int, company: str) -> Iterator[Variant]:
    for change, day, _, _ in _changes({company: markets.value(seed)[company]}):
        yield Variant("close", 1, day, None, None, change / 100)


def _loss(seed: int, company: str) -> Iterator[Variant]:
    """Place among the losses up to the session, the largest first; a gain has none."""
    losses = sorted(change for change in _changes(markets.value(seed)) if change[0] < 0)
    for place, (_, day, loser, _) in enumerate(losses):
        if loser == company:
            larger = sum(known <= day for _, known, _, _ in losses[:place])
            yield Variant("close", 1, day, None, None, 1 + larger)


def _changes(caps: Caps) -> Iterator[tuple[int, date, str, int]]:
    """(change in cents, session, company, cents before) of each session after a company's first."""
    for company, values in caps.items():
        for before, day in pairwise(sorted(values)):
            yield values[day].cents - values[before].cents, day, company, values[before].cents


def _pureplays(seed: int, company: str) -> Iterator[Variant]:
    return _worth(seed, company, PUREPLAYS)


def _platforms(seed: int, company: str) -> Iterator[Variant]:
    return _worth(seed, company, PLATFORMS)


def _worth(seed: int, company: str, companies: tuple[str, ...]) -> Iterator[Variant]:
    """The value of one company, or of all with a value by the day."""
    caps = markets.value(seed)
    for day in sorted({day for values in caps.values() for day in values}):
        cents = {id: worth[0] for id, worth in markets.tell_worth(companies, day, caps).items()}
        if cents and company in (*cents, "total"):
            yield Variant("newest", 1, day, None, None, cents.get(company, sum(cents.values())) / 100)


VALUES: dict[str, Callable[[int, str], Iterator[Variant]]] = {
    "list_price": _list,
    "price_ratio": _divide,
    "price_saving": _save,
    "market_cap": _cap,
    "market_cap_change": _change,
    "market_cap_rank": _rank,
    "session_change": _session,
    "session_change_usd": _session_usd,
    "session_loss_rank": _loss,
    "pureplay_value": _pureplays,
    "platform_value": _platforms,
}
