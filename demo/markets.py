"""The synthetic world's markets: closes, share counts and exchange rates, with a split, a partial bar, a correction."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import NamedTuple

from demo.calendar import stamp
from demo.files import File
from demo.market_lines import LINES, RATES, fixings, level, sessions

QUOTE_COLUMNS = ("known_at", "symbol", "date", "close", "currency", "is_partial")
COUNT_COLUMNS = ("known_at", "symbol", "date", "shares_issued", "units_per_line")
FX_COLUMNS = ("known_at", "date", "base", "quote", "rate")
RUNNING = ("0700.HK", date(2026, 6, 30))  # of this session only a bar is known while it runs, the close a day late
CORRECTED = ("MSFT", date(2026, 6, 26))
CORRECTED_AT = datetime(2026, 6, 29, 22, tzinfo=UTC)
SLIP = 100  # hundredths by which that close was wrong
NOISE, FX_NOISE = 80, 15  # ten thousandths

Key = tuple[str, date]


class Drawn(NamedTuple):
    """Closes in hundredths by symbol and session; rates in ten thousandths per euro by currency and TARGET day."""

    closes: dict[Key, int]
    rates: dict[Key, int]


def files(seed: int) -> Iterator[File]:
    """quotes.csv, share_counts.csv and fx.csv."""
    drawn = draw(seed)
    yield File("quotes.csv", QUOTE_COLUMNS, _quote(drawn))
    yield File("share_counts.csv", COUNT_COLUMNS, _count())
    yield File("fx.csv", FX_COLUMNS, _exchange(drawn))


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
