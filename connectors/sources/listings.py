"""The listed lines whose closes and share counts are asked for; a test holds them against the curated seed."""

from typing import NamedTuple


class ListedLine(NamedTuple):
    """A listed line by its ticker; `cik` is its filer at the SEC where the count of all shares is one fact."""

    symbol: str
    cik: int | None = None
    units: int = 1

    @property
    def exchange(self) -> str:
        """The exchange as the quotes API names it: what follows the dot, or US."""
        return self.symbol.partition(".")[2] or "US"

    @property
    def code(self) -> str:
        """The ticker without its exchange."""
        return self.symbol.partition(".")[0]


# Alphabet, Meta and Baidu state each class of shares apart, which company facts leave out: their counts are dropped in.
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
