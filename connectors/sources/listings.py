"""The listed lines with closes and share counts to fetch. A test compares them with the curated seed."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import NamedTuple


class ListedLine(NamedTuple):
    """A listed line by its ticker.

    `cik` is its filer at the SEC, if that states the count of all shares as one fact; `units` is shares per line unit.
    """

    symbol: str
    cik: int | None = None
    units: int = 1

    @property
    def exchange(self) -> str:
        """The exchange by its name in the quotes API: the part after the dot, or US."""
        return self.symbol.partition(".")[2] or "US"

    @property
    def code(self) -> str:
        """The ticker without its exchange."""
        return self.symbol.partition(".")[0]


# Alphabet, Meta and Baidu state each class of shares separately, and company facts omit those. Their counts come
# from the dropped file (shares_file).
LINES = (
    ListedLine("NVDA", cik=1045810),
    ListedLine("AVGO", cik=1730168),
    ListedLine("MSFT", cik=789019),
    ListedLine("AMZN", cik=1018724),
    ListedLine("GOOGL"),
    ListedLine("META"),
    ListedLine("BABA", cik=1577552, units=8),
    ListedLine("BIDU", units=8),
    ListedLine("9988.HK"),
    ListedLine("0700.HK"),
    ListedLine("1810.HK"),
    ListedLine("2513.HK"),
    ListedLine("0100.HK"),
)
EXCHANGES = tuple(dict.fromkeys(line.exchange for line in LINES))
FILERS = tuple(line for line in LINES if line.cik is not None)

SATURDAY = 5
_SHOWN = 3  # days or symbols named in one remark


def suggest(symbol: str, known: Collection[str]) -> str:
    """The known line that a symbol of another house means, such as NVDA for NVDA.US; empty if none."""
    house, _, rest = symbol.upper().rpartition(":")
    code, _, exchange = rest.replace(" ", ".").partition(".")
    in_hong_kong = f"{code.lstrip('0').zfill(4)}.HK" if code.isdecimal() and exchange in ("", "HK", "HKG") else ""
    forms = (rest, code if exchange in ("", "US", "O", "N") else "", in_hong_kong)
    return next((form for form in forms if form in known and (house or form != symbol)), "")


def describe_unknown(symbols: Iterable[str], known: Collection[str]) -> tuple[str, ...]:
    """A sentence for each symbol that no listed line has."""
    strange = sorted(set(symbols) - set(known))
    meant = {symbol: suggest(symbol, known) for symbol in strange}
    likely = [f"no line has the symbol {symbol}: did you mean {line}?" for symbol, line in meant.items() if line]
    others = [symbol for symbol, line in meant.items() if not line]
    named = ", ".join(others[:_SHOWN]) + (f" and {len(others) - _SHOWN} more" if len(others) > _SHOWN else "")
    return (*likely, *([f"no line has the symbol {named}: add a row to company_lines.csv"] if others else []))


def is_weekend(day: date) -> bool:
    """True on a Saturday or a Sunday, when exchanges are closed."""
    return day.weekday() >= SATURDAY


def describe_weekends(days: Iterable[date]) -> tuple[str, ...]:
    """A sentence if any of these sessions fell on a Saturday or a Sunday."""
    found = sorted({day for day in days if is_weekend(day)})
    named = ", ".join(f"{day:%A} {day}" for day in found[:_SHOWN])
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return (f"a session on {named}{more}: exchanges are closed then",) if found else ()
