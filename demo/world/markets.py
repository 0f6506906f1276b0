"""The synthetic world's markets: closes, share counts and exchange rates, with a split, a partial bar, a correction.

Closes are invented along anchors, share counts are invented, tickers are real. The table is an answer key, written by
hand beside the seeds of the pipeline and never read from them.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from random import Random
from typing import NamedTuple

from demo.tables import FX, QUOTES, SHARE_COUNTS
from demo.world.calendar import stamp
from demo.world.files import File

FIRST_SESSION, LAST_SESSION = date(2025, 1, 2), date(2026, 6, 30)
US_HOLIDAYS = frozenset(
    date.fromisoformat(day)
    for day in (
        *("2025-01-09", "2025-01-20", "2025-02-17", "2025-04-18", "2025-05-26", "2025-06-19", "2025-07-04"),
        *("2025-09-01", "2025-11-27", "2025-12-25", "2026-01-01", "2026-01-19", "2026-02-16", "2026-04-03"),
        *("2026-05-25", "2026-06-19"),
    )
)
# Invented: Hong Kong trades on Easter Monday and on 26 December, days without a rate.
HK_HOLIDAYS = frozenset(
    date.fromisoformat(day)
    for day in (
        *("2025-01-29", "2025-01-30", "2025-01-31", "2025-04-04", "2025-04-18", "2025-05-01", "2025-05-05"),
        *("2025-07-01", "2025-10-01", "2025-10-07", "2025-12-25", "2026-01-01", "2026-02-17", "2026-02-18"),
        *("2026-02-19", "2026-04-03", "2026-04-07", "2026-05-01", "2026-05-25", "2026-06-19"),
    )
)
TARGET_HOLIDAYS = frozenset(
    date.fromisoformat(day)
    for day in (
        *("2025-01-01", "2025-04-18", "2025-04-21", "2025-05-01", "2025-12-25", "2025-12-26", "2026-01-01"),
        *("2026-04-03", "2026-04-06", "2026-05-01"),
    )
)
Anchors = dict[str, int]  # a level on some days; straight lines between them


class Ticker(NamedTuple):
    """A line: its company if it values one, the closes in hundredths, and all shares of the company by day."""

    symbol: str
    company_id: str
    currency: str
    anchors: Anchors
    counts: dict[str, int]
    units: int = 1


LINES = (
    Ticker("NVDA", "nvidia", "USD",
         {"2025-01-02": 13800, "2025-01-24": 14500, "2025-01-27": 12040, "2025-06-30": 14080, "2026-06-30": 21120},
         {"2024-12-31": 24_500_000_000, "2025-09-30": 24_400_000_000, "2026-03-31": 24_340_000_000}),
    Ticker("AVGO", "broadcom", "USD",  # halved on the day its shares double
         {"2025-01-02": 23200, "2025-01-24": 24400, "2025-01-27": 20250, "2026-03-13": 34000, "2026-03-16": 17100,
          "2026-06-30": 18400},
         {"2024-12-31": 4_700_000_000, "2026-03-16": 9_440_000_000}),
    Ticker("MSFT", "microsoft", "USD", {"2025-01-02": 41800, "2026-06-30": 52300},
         {"2024-12-31": 7_434_000_000, "2025-12-31": 7_425_000_000}),
    Ticker("AMZN", "amazon", "USD", {"2025-01-02": 22000, "2026-06-30": 25100}, {"2024-12-31": 10_600_000_000}),
    Ticker("GOOGL", "alphabet", "USD", {"2025-01-02": 18900, "2025-04-08": 14700, "2026-06-30": 31900},
         {"2024-12-31": 12_200_000_000, "2025-12-31": 12_080_000_000}),
    Ticker("META", "meta", "USD", {"2025-01-02": 59900, "2026-06-30": 70200}, {"2024-12-31": 2_530_000_000}),
    Ticker("BABA", "alibaba", "USD", {"2025-01-02": 8500, "2025-03-14": 14100, "2026-06-30": 15800},
         {"2024-12-31": 18_960_000_000, "2025-12-31": 18_700_000_000}, units=8),
    Ticker("9988.HK", "", "HKD", {"2025-01-02": 8300, "2025-03-14": 13800, "2026-06-30": 15450},
         {"2024-12-31": 18_960_000_000}),  # a company's second line: its value counts once
    Ticker("0700.HK", "tencent", "HKD", {"2025-01-02": 41500, "2026-06-30": 60600}, {"2024-12-31": 9_180_000_000}),
    Ticker("1810.HK", "xiaomi", "HKD", {"2025-01-02": 3430, "2025-06-27": 6000, "2026-06-30": 4400},
         {"2024-12-31": 25_100_000_000, "2025-06-30": 26_000_000_000}),
    Ticker("BIDU", "baidu", "USD", {"2025-01-02": 8300, "2026-06-30": 12200}, {"2024-12-31": 2_740_000_000}, units=8),
    Ticker("2513.HK", "zhipu", "HKD", {"2026-01-08": 13150, "2026-06-30": 98800}, {"2026-01-08": 440_000_000}),
    Ticker("0100.HK", "minimax", "HKD", {"2026-01-09": 34500, "2026-06-30": 82500}, {"2026-01-09": 312_000_000}),
    Ticker("ACME", "", "USD", {"2026-06-01": 1000, "2026-06-30": 1100}, {}),  # a ticker nobody has mapped
)  # fmt: skip
RATES = {  # per euro, in ten thousandths
    "USD": {"2024-12-31": 10400, "2025-06-30": 11700, "2026-06-30": 11600},
    "HKD": {"2024-12-31": 80750, "2025-06-30": 91800, "2026-06-30": 90900},
    "CNY": {"2024-12-31": 75900, "2025-06-30": 83900, "2026-06-30": 80100},
}
RUNNING = ("0700.HK", date(2026, 6, 30))  # of this session only a bar is known while it runs, the close a day late
CORRECTED = ("MSFT", date(2026, 6, 26))
CORRECTED_AT = datetime(2026, 6, 29, 22, tzinfo=UTC)
SLIP = 100  # hundredths: the error of that close
NOISE, FX_NOISE = 80, 15  # ten thousandths

SymbolDay = tuple[str, date]


class Drawn(NamedTuple):
    """Closes in hundredths by symbol and session; rates in ten thousandths per euro by currency and TARGET day."""

    closes: dict[SymbolDay, int]
    rates: dict[SymbolDay, int]


def files(seed: int) -> Iterator[File]:
    """quotes.csv, share_counts.csv and fx.csv."""
    drawn = draw(seed)
    yield File(QUOTES.file, QUOTES.columns, _quote(drawn))
    yield File(SHARE_COUNTS.file, SHARE_COUNTS.columns, _count())
    yield File(FX.file, FX.columns, _exchange(drawn))


def draw(seed: int) -> Drawn:
    """Draw the final closes and rates."""
    random = Random(seed)
    closes = {(line.symbol, day): level(line.anchors, day, random, NOISE) for line in LINES for day in sessions(line)}
    rates = {
        (currency, day): level(anchors, day, random, FX_NOISE)
        for currency, anchors in RATES.items()
        for day in fixings()
    }
    return Drawn(closes, rates)


def _quote(drawn: Drawn) -> Iterator[tuple[str, ...]]:
    """The closes, each known in the evening of its session, in UTC; one is corrected later, one comes late."""
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


def sessions(line: Ticker) -> list[date]:
    """The trading days of the line, from its first anchor on."""
    holidays = HK_HOLIDAYS if line.symbol.endswith(".HK") else US_HOLIDAYS
    first = max(FIRST_SESSION, date.fromisoformat(min(line.anchors)))
    return [day for day in _weekdays(first, LAST_SESSION) if day not in holidays]


@cache
def fixings() -> tuple[date, ...]:
    """The days with rates."""
    return tuple(day for day in _weekdays(date(2024, 12, 30), LAST_SESSION) if day not in TARGET_HOLIDAYS)


def level(anchors: Anchors, day: date, random: Random, noise: int) -> int:
    """The level of a day: on the line between its anchors, and `noise` ten thousandths about it but on an anchor."""
    text = day.isoformat()
    before = max((day for day in anchors if day <= text), default="")
    after = min((day for day in anchors if day >= text), default="")
    if not before or not after or before == after:
        return anchors[before or after]
    start, end = date.fromisoformat(before), date.fromisoformat(after)
    straight = anchors[before] + (anchors[after] - anchors[before]) * (day - start).days // (end - start).days
    return straight * (10_000 + random.randint(-noise, noise)) // 10_000


def _weekdays(first: date, last: date) -> list[date]:
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return [day for day in days if day.weekday() < 5]
