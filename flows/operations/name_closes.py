"""Which line and currency the closes of an exported file are of; what nobody says is asked for."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from connectors.sources.listings import suggest
from connectors.sources.quote_exports import ExportedClose
from tokenshare.errors import UsageError

_FILE = re.compile(r"(?P<code>[A-Z0-9.-]+?)(_(US|(?P<hk>HK))_[DWM])?( ?\([0-9]+\))?", re.ASCII)  # nvda_us_d, NVDA (1)
_SYMBOL = re.compile(r"[A-Z0-9][A-Z0-9.-]{0,15}", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)

Currencies = Mapping[str, str]  # of the listed lines, by symbol


@dataclass(frozen=True)
class Close:
    """A close of a line, and the place of its row."""

    place: str
    symbol: str
    date: date
    close: str
    currency: str


def name_closes(
    found: Sequence[ExportedClose], stem: str, symbol: str, currency: str, lines: Currencies
) -> list[Close]:
    """The closes with their line and currency: as the user says, else the file, else its name and the listed lines.

    Raises UsageError if these contradict each other, or none of them says it.
    """
    symbols = _symbols({row.symbol for row in found}, stem, symbol.upper(), lines)
    return [
        Close(row.place, symbols[row.symbol], row.day, row.close, _currency(row, symbols[row.symbol], currency, lines))
        for row in found
    ]


def symbol_of_file(stem: str, lines: Currencies) -> str:
    """The listed line that a file is named after, as Yahoo and Stooq name theirs; empty if none."""
    found = _FILE.fullmatch(stem.upper())
    name = found["code"] + (".HK" if found["hk"] else "") if found else ""
    return name if name in lines else suggest(name, lines)


def _symbols(inside: set[str], stem: str, given: str, lines: Currencies) -> Mapping[str, str]:
    """The symbol to use for each of those inside the file; an empty one is a file that names none."""
    if given and len(inside) > 1:
        raise UsageError(f"the file has closes of {', '.join(sorted(inside))}", "leave out --symbol")
    if given and not _SYMBOL.fullmatch(given):
        raise UsageError(f"{given[:40]!r} is not a ticker", "write it as NVDA or 0700.HK")
    names = {name: given or name or symbol_of_file(stem, lines) for name in inside}
    if "" in names.values():
        raise UsageError(
            "neither the file nor its name says which line it is of", "add --symbol, such as --symbol NVDA"
        )
    return names


def _currency(row: ExportedClose, symbol: str, given: str, lines: Currencies) -> str:
    known = lines.get(symbol, "")
    currency = given or row.currency or known
    if not currency:
        meant = suggest(symbol, lines)
        fix = (
            f"did you mean --symbol {meant}? Else add --currency" if meant else "add --currency, such as --currency USD"
        )
        raise UsageError(f"no line has the symbol {symbol}, so its currency is unknown", fix)
    if not _CURRENCY.fullmatch(currency):
        raise UsageError(f"{currency[:40]!r} is not a currency", "write three capitals, such as USD; pence are not one")
    for other in {row.currency, known} - {"", currency}:
        raise UsageError(f"{symbol} is quoted in {other}, not in {currency}", "correct --currency or the file")
    if row.currencies and currency not in row.currencies:
        raise UsageError(f"{row.place}: its sign is not that of {currency}", "correct --symbol or --currency")
    return currency
