"""Closes in a file that a person exported: from Yahoo, Nasdaq, Stooq, Google Sheets, or in our own columns; pure.

The columns are known by their names. An adjusted close is never read: a close is the price as traded.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from connectors.sources.regional import find_decimal, find_order, read_amount, read_day
from tokenshare.errors import ContractViolation, UsageError
from tokenshare.known_rows import decode_text, name_columns, split_cells

SEPARATORS = (",", ";", "\t")
NAMES: Mapping[str, frozenset[str]] = {
    "date": frozenset({"date", "<date>", "data"}),
    "close": frozenset(
        {
            *("close", "close*", "<close>", "close/last", "close_price", "zamkniecie"),
            "close_close_price_adjusted_for_splits.",  # the table of Yahoo's page, copied with its explanations
        }
    ),
    "symbol": frozenset({"symbol", "ticker", "<ticker>"}),
    "currency": frozenset({"currency"}),
    "is_partial": frozenset({"is_partial"}),
}
NEEDED = ("date", "close")
KNOWN_AT = "known_at"  # the column of our own files alone
NO_CLOSE = ("", "-", "null", "nan", "n/a", "#n/a", "n/d")
SIGNS: Mapping[str, tuple[str, ...]] = {
    "US$": ("USD",),
    "HK$": ("HKD",),
    "NT$": ("TWD",),
    "$": ("USD", "HKD", "AUD", "CAD", "SGD", "TWD"),
    "€": ("EUR",),
    "£": ("GBP",),
    "¥": ("CNY", "JPY"),
}


@dataclass(frozen=True)
class ExportedClose:
    """A close with the place of its row; symbol and currency are empty unless the file names them.

    `currencies` are those that its sign allows; none if it has no sign.
    """

    place: str
    day: date
    close: str
    symbol: str
    currency: str
    currencies: tuple[str, ...]


@dataclass(frozen=True)
class Export:
    """The closes of a file in its order, and the reasons of the rows put aside."""

    closes: tuple[ExportedClose, ...]
    aside: tuple[str, ...]


@dataclass(frozen=True)
class _Row:
    place: str
    cells: Mapping[str, str]

    @property
    def sign(self) -> str:
        return next((sign for sign in SIGNS if self.cells["close"].startswith(sign)), "")

    @property
    def amount(self) -> str:
        return self.cells["close"].removeprefix(self.sign)


def is_export_file(body: bytes) -> bool:
    """True if a file has days and closes, and no moments since when they are known."""
    with suppress(StopIteration, ContractViolation):
        header = name_columns(next(split_cells(decode_text(body, ""), ""))[1])
        return _is_export(header) and KNOWN_AT not in header
    return False


def read_export(body: bytes, file: str, order: str | None = None, decimal: str | None = None) -> Export:
    """The closes of a file, with the order of its dates and its decimal sign unless it settles them itself.

    Raises UsageError if the file leaves them open or is no export, ContractViolation if it is not CSV.
    """
    separator, rows, torn = _read_rows(decode_text(body, file), file)
    priced = [row for row in rows if row.cells["close"].lower() not in NO_CLOSE]
    order = order or find_order(row.cells["date"] for row in priced)
    decimal = decimal or find_decimal((row.amount for row in priced), is_semicolon=separator == ";")
    aside = [*torn, *(f"{row.place}: it has no close" for row in rows if row not in priced)]
    closes = []
    for row in priced:
        try:
            closes.append(_close(row, order, decimal))
        except ContractViolation as error:
            aside.append(f"{row.place}: {error}")
    return Export(tuple(closes), tuple(aside))


def _is_export(header: Sequence[str]) -> bool:
    return all(NAMES[name] & set(header) for name in NEEDED)


def _close(row: _Row, order: str, decimal: str) -> ExportedClose:
    if row.cells.get("is_partial", "").lower() == "true":
        raise ContractViolation("a bar of a session still running is no close")
    return ExportedClose(
        row.place,
        read_day(row.cells["date"], order),
        read_amount(row.amount, decimal),
        row.cells.get("symbol", "").upper(),
        row.cells.get("currency", ""),
        SIGNS.get(row.sign, ()),
    )


def _read_rows(text: str, file: str) -> tuple[str, list[_Row], list[str]]:
    """The separator of a file, its rows under our names, and the reasons of the lines that are no rows."""
    for separator in SEPARATORS:
        lines = split_cells(text, file, separator)
        with suppress(StopIteration, ContractViolation):
            header = name_columns(next(lines)[1])
            if _is_export(header):
                break
    else:
        raise UsageError(f"{file}: its first line names no date and no close", _remedy(text))
    return separator, *_name_cells(lines, header, file)


def _name_cells(
    lines: Iterator[tuple[int, list[str]]], header: Sequence[str], file: str
) -> tuple[list[_Row], list[str]]:
    places = {name: [n for n, column in enumerate(header) if column in known] for name, known in NAMES.items()}
    doubled = [name for name, found in places.items() if len(found) > 1]
    if doubled:
        raise UsageError(f"{file}: more than one column may be the {doubled[0]}", "leave one of them")
    rows, torn = [], []
    for number, cells in lines:
        place = f"{file} line {number}"
        if any(cells[len(header) :]) or len(cells) < len(header):
            torn.append(f"{place}: {len(cells)} cells under {len(header)} columns")
        else:
            rows.append(_Row(place, {name: cells[found[0]] for name, found in places.items() if found}))
    return rows, torn


def _remedy(text: str) -> str:
    if "adj" in text.partition("\n")[0].lower():
        return "export the close as traded: an adjusted close is no price that anybody paid"
    return "give it a header such as Date,Close"
