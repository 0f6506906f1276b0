"""The listed lines with closes and share counts to fetch. A test compares them with the curated seed."""

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
