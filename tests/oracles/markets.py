"""The known answers of the market metrics on the synthetic world, counted from its own tables in plain Python."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from demo.world.calendar import FINAL_AS_OF
from demo.world.markets import (
    CORRECTED,
    CORRECTED_AT,
    LINES,
    RUNNING,
    SLIP,
    Drawn,
    Ticker,
    draw,
    fixings,
    sessions,
)
from tests.oracles.answers import Answer, cells_of

# Valuations as the world's disclosures have them , in cents: the middle of the range, and its day.
DISCLOSED = {
    "deepseek": (4_200_000_000_000, date(2026, 5, 20)),
    "moonshot": (1_800_000_000_000, date(2026, 5, 4)),
    "bytedance": (47_000_000_000_000, date(2026, 4, 15)),
}
PUREPLAYS = ("zhipu", "minimax", "deepseek", "moonshot")
PLATFORMS = ("alibaba", "tencent", "xiaomi", "baidu", "bytedance")
Worth = tuple[int, str, date]
SECOND_LINES = {"9988.HK": "alibaba"}
YEAR, WEEK = timedelta(days=365), timedelta(days=7)


class Cap(NamedTuple):
    """A market value in cents, and its parts."""

    cents: int
    close: int
    shares: int
    fx_date: date | None
    symbol: str
    currency: str


def answers(seed: int) -> Iterable[Answer]:
    """The known answers of the market metrics."""
    caps = value(seed)
    for line in LINES:
        if line.company_id:
            yield from _write("market_cap_daily", line, _judge_caps(caps[line.company_id]))
    yield from _shock(caps)
    yield from add_values("pureplay_value_daily", PUREPLAYS, caps)
    yield from add_values("platform_value_daily", PLATFORMS, caps)


@lru_cache(maxsize=2)
def value(seed: int) -> dict[str, dict[date, Cap]]:
    """Market values by company and session, as far as they are known at the last pass."""
    drawn = draw(seed)
    if CORRECTED_AT > FINAL_AS_OF:
        drawn.closes[CORRECTED] += SLIP
    caps: dict[str, dict[date, Cap]] = {}
    for line in LINES:  # the preferred line of a company comes first; the second has the sessions left
        company = line.company_id or SECOND_LINES.get(line.symbol)
        if company:
            for day in sessions(line):
                if day < FINAL_AS_OF.date() and (line.symbol, day) != RUNNING:
                    caps.setdefault(company, {}).setdefault(day, _cap(line, day, drawn))
    return {company: dict(sorted(found.items())) for company, found in caps.items()}


def _cap(line: Ticker, day: date, drawn: Drawn) -> Cap:
    """All shares at the close, in USD at the newest rate up to the day; to the cent."""
    shares = line.counts[max(text for text in line.counts if text <= day.isoformat())]
    close = drawn.closes[line.symbol, day]
    if line.currency == "USD":
        return Cap(_round(shares * close, line.units), close, shares, None, line.symbol, line.currency)
    fx_date = max(fixing for fixing in fixings() if fixing <= day)
    dollars, own = drawn.rates["USD", fx_date], drawn.rates[line.currency, fx_date]
    cents = _round(shares * close * dollars, line.units * own)
    return Cap(cents, close, shares, fx_date, line.symbol, line.currency)


def _round(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)


def _judge_caps(caps: dict[date, Cap]) -> Iterator[tuple[date, dict[str, object]]]:
    for day, cap in caps.items():
        yield (
            day,
            {
                "market_cap_usd": cap.cents / 100,
                "close": cap.close / 100,
                "currency": cap.currency,
                "shares_issued": cap.shares,
                "fx_date": cap.fx_date,
                "change_year_share": change_year(caps, day),
            },
        )


def change_year(caps: dict[date, Cap], day: date) -> float | None:
    """Over the value a year before, or in the last session before that, at most a week; None without one."""
    earlier = max((known for known in caps if known <= day - YEAR), default=None)
    if earlier is None or day - YEAR - earlier > WEEK:
        return None
    before = caps[earlier].cents
    return (caps[day].cents - before) / before


def _shock(caps: dict[str, dict[date, Cap]]) -> Iterator[Answer]:
    """Session by session, oldest first; the worst is kept as we go."""
    changes: dict[date, list[tuple[int, str, int, bool]]] = {}
    for company, values in caps.items():
        days = sorted(values)
        for before, day in pairwise(days):
            change = values[day].cents - values[before].cents
            is_same_line = values[day].symbol == values[before].symbol
            changes.setdefault(day, []).append((change, company, values[before].cents, is_same_line))
    worst = 0
    for day in sorted(changes):
        loss, loser, *_ = min((found for found in changes[day] if found[3]), default=(0, "", 0, False))
        for change, company, before_cents, is_one_session in changes[day]:
            is_worst = company == loser and loss < worst
            cells = {"change_share": change / before_cents, "change_usd": change / 100, "is_worst_to_date": is_worst}
            cells |= {"is_one_session": is_one_session}  # the world misses no session, but lines take turns
            yield from cells_of("session_shock_daily", {"session_date": f"{day}", "company_id": company}, cells)
        worst = min(worst, loss)


def add_values(metric: str, companies: Iterable[str], caps: dict[str, dict[date, Cap]]) -> Iterator[Answer]:
    """Day by day the value of each company, the market before any disclosure, and their total."""
    for day in sorted({day for values in caps.values() for day in values}):
        parts = tell_worth(companies, day, caps)
        for company, (cents, basis, basis_date) in parts.items():
            yield from _worth_cells(metric, day, company, cents, basis, basis_date)
        if parts:
            cents, bases = sum(part[0] for part in parts.values()), {part[1] for part in parts.values()}
            basis = bases.pop() if len(bases) == 1 else "mixed"
            yield from _worth_cells(metric, day, "total", cents, basis, min(part[2] for part in parts.values()))


def tell_worth(companies: Iterable[str], day: date, caps: dict[str, dict[date, Cap]]) -> dict[str, Worth]:
    """Of each company with a value by the day: cents, basis, and the basis's date."""
    return {company: found for company in companies if (found := _worth(company, day, caps))}


def _worth(company: str, day: date, caps: dict[str, dict[date, Cap]]) -> Worth | None:
    session = max((known for known in caps.get(company, {}) if known <= day), default=None)
    if session:
        return caps[company][session].cents, "listed", session
    cents, disclosed_on = DISCLOSED.get(company, (0, date.max))
    return (cents, "disclosed", disclosed_on) if disclosed_on <= day else None


def _worth_cells(metric: str, day: date, company: str, cents: int, basis: str, basis_date: date) -> Iterator[Answer]:
    key = {"value_date": f"{day}", "company_id": company}
    cells = {"value_usd": cents / 100, "basis": basis, "basis_date": basis_date, "is_stale": False}
    yield from cells_of(metric, key, cells)  # every line of the world is fed to its end


def _write(metric: str, line: Ticker, rows: Iterable[tuple[date, dict[str, object]]]) -> Iterator[Answer]:
    for day, cells in rows:
        yield from cells_of(metric, {"session_date": f"{day}", "company_id": line.company_id}, cells)
