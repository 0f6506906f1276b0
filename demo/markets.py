"""The synthetic world's markets: closes, share counts and exchange rates, with a split, a partial bar, a correction."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from random import Random
from typing import NamedTuple

from demo.calendar import FINAL_AS_OF, stamp
from demo.files import Answer, File
from demo.market_lines import LINES, RATES, Line, fixings, level, sessions

QUOTE_COLUMNS = ("known_at", "symbol", "date", "close", "currency", "is_partial")
COUNT_COLUMNS = ("known_at", "symbol", "date", "shares_issued", "units_per_line")
FX_COLUMNS = ("known_at", "date", "base", "quote", "rate")
RUNNING = ("0700.HK", date(2026, 6, 30))  # of this session only a bar is known while it runs, the close a day late
CORRECTED = ("MSFT", date(2026, 6, 26))
CORRECTED_AT = datetime(2026, 6, 29, 22, tzinfo=UTC)
SLIP = 100  # hundredths by which that close was wrong
NOISE, FX_NOISE = 80, 15  # ten thousandths
YEAR, WEEK = timedelta(days=365), timedelta(days=7)

Key = tuple[str, date]


class Drawn(NamedTuple):
    """Closes in hundredths by symbol and session; rates in ten thousandths per euro by currency and TARGET day."""

    closes: dict[Key, int]
    rates: dict[Key, int]


class Cap(NamedTuple):
    """A market value in cents, and what it is made of."""

    cents: int
    close: int
    shares: int
    fx_date: date | None


def files(seed: int) -> Iterator[File]:
    """quotes.csv, share_counts.csv and fx.csv."""
    drawn = draw(seed)
    yield File("quotes.csv", QUOTE_COLUMNS, _quote(drawn))
    yield File("share_counts.csv", COUNT_COLUMNS, _count())
    yield File("fx.csv", FX_COLUMNS, _exchange(drawn))


def answers(seed: int) -> Iterable[Answer]:
    """What the market metrics must be."""
    caps = value(seed)
    for line in LINES:
        if line.company_id:
            yield from _write("market_cap_daily", line, _judge_caps(line, caps[line.company_id]))
    yield from _shock(caps)


def draw(seed: int) -> Drawn:
    """What is to be known of the markets, in the end."""
    random = Random(seed)
    closes = {(line.symbol, day): level(line.anchors, day, random, NOISE) for line in LINES for day in sessions(line)}
    rates = {
        (currency, day): level(anchors, day, random, FX_NOISE)
        for currency, anchors in RATES.items()
        for day in fixings()
    }
    return Drawn(closes, rates)


def value(seed: int) -> dict[str, dict[date, Cap]]:
    """Market values by company and session, as far as they are known at the last pass."""
    drawn = draw(seed)
    if CORRECTED_AT > FINAL_AS_OF:
        drawn.closes[CORRECTED] += SLIP
    return {
        line.company_id: {
            day: _cap(line, day, drawn)
            for day in sessions(line)
            if day < FINAL_AS_OF.date() and (line.symbol, day) != RUNNING
        }
        for line in LINES
        if line.company_id
    }


def _cap(line: Line, day: date, drawn: Drawn) -> Cap:
    """All shares at the close, in USD at the rate of the day or of the last day before that has one; to the cent."""
    shares = line.counts[max(text for text in line.counts if text <= day.isoformat())]
    close = drawn.closes[line.symbol, day]
    if line.currency == "USD":
        return Cap(_round(shares * close, line.units), close, shares, None)
    fx_date = max(fixing for fixing in fixings() if fixing <= day)
    dollars, own = drawn.rates["USD", fx_date], drawn.rates[line.currency, fx_date]
    return Cap(_round(shares * close * dollars, line.units * own), close, shares, fx_date)


def _round(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)


def _judge_caps(line: Line, caps: dict[date, Cap]) -> Iterator[tuple[date, dict[str, object]]]:
    for day, cap in caps.items():
        earlier = max((known for known in caps if known <= day - YEAR), default=None)
        is_known = earlier is not None and day - YEAR - earlier <= WEEK
        before = caps[earlier].cents if is_known and earlier else None
        yield (
            day,
            {
                "market_cap_usd": cap.cents / 100,
                "close": cap.close / 100,
                "currency": line.currency,
                "shares_issued": cap.shares,
                "fx_date": cap.fx_date,
                "change_year_share": None if before is None else (cap.cents - before) / before,
            },
        )


def _shock(caps: dict[str, dict[date, Cap]]) -> Iterator[Answer]:
    """Session by session, oldest first; the worst is kept as we go."""
    changes: dict[date, list[tuple[int, str, int]]] = {}
    for company, values in caps.items():
        days = sorted(values)
        for before, day in pairwise(days):
            change = values[day].cents - values[before].cents
            changes.setdefault(day, []).append((change, company, values[before].cents))
    worst = 0
    for day in sorted(changes):
        loss, loser, _ = min(changes[day])
        for change, company, before_cents in changes[day]:
            is_worst = company == loser and loss < worst
            cells = {"change_share": change / before_cents, "change_usd": change / 100, "is_worst_to_date": is_worst}
            yield from _cells("session_shock_daily", {"session_date": f"{day}", "company_id": company}, cells)
        worst = min(worst, loss)


def _write(metric: str, line: Line, rows: Iterable[tuple[date, dict[str, object]]]) -> Iterator[Answer]:
    for day, cells in rows:
        yield from _cells(metric, {"session_date": f"{day}", "company_id": line.company_id}, cells)


def _cells(metric: str, key: dict[str, str], cells: Mapping[str, object]) -> Iterator[Answer]:
    for column, cell in cells.items():
        text = "" if cell is None else str(cell).lower() if isinstance(cell, bool) else str(cell)
        yield metric, json.dumps(key), column, text


def _quote(drawn: Drawn) -> Iterator[tuple[str, ...]]:
    """A close is known in the evening of its session, in UTC; one is corrected later, one comes late."""
    currencies = {line.symbol: line.currency for line in LINES}
    for (symbol, day), close in drawn.closes.items():
        known_at = datetime.combine(day, time(9) if symbol.endswith(".HK") else time(21, 30), UTC)
        price, tail = f"{close / 100:.2f}", (currencies[symbol], "false")
        if (symbol, day) == RUNNING:
            yield stamp(known_at.replace(hour=5)), symbol, f"{day}", f"{close * 9 / 1000:.2f}", tail[0], "true"
            known_at += timedelta(days=1)
        if (symbol, day) == CORRECTED:
            yield stamp(known_at), symbol, f"{day}", f"{(close + SLIP) / 100:.2f}", *tail
            known_at = CORRECTED_AT
        yield stamp(known_at), symbol, f"{day}", price, *tail


def _count() -> Iterator[tuple[str, ...]]:
    for line in LINES:
        for text, shares in line.counts.items():
            known_at = datetime.combine(date.fromisoformat(text), time(6), UTC)
            yield stamp(known_at), line.symbol, text, f"{shares}", f"{line.units}"


def _exchange(drawn: Drawn) -> Iterator[tuple[str, ...]]:
    for (currency, day), rate in drawn.rates.items():
        yield stamp(datetime.combine(day, time(15), UTC)), f"{day}", "EUR", currency, f"{rate / 10_000:.4f}"
