"""Dates and amounts as regions write them. What a whole file leaves open is asked for, never guessed."""

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from tokenshare.errors import ContractViolation, UsageError

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
ORDERS = ("dmy", "mdy")  # of dates in figures that do not begin with the year
DECIMALS = (".", ",")

_TIME = r"(?:[ T,]+[0-9]{1,2}:[0-9]{2}.*)?"  # a session has its day, whatever its hour
_YEAR_FIRST = re.compile(rf"([0-9]{{4}})([-/.])([0-9]{{1,2}})\2([0-9]{{1,2}}){_TIME}", re.ASCII)
_JOINED = re.compile(r"([0-9]{4})()([0-9]{2})([0-9]{2})", re.ASCII)
_YEAR_LAST = re.compile(rf"([0-9]{{1,2}})([-/.])([0-9]{{1,2}})\2([0-9]{{4}}){_TIME}", re.ASCII)
_MONTH_FIRST = re.compile(r"([a-z]{3,9})\.? ([0-9]{1,2}),? ([0-9]{4})", re.ASCII)
_MONTH_SECOND = re.compile(r"([0-9]{1,2})[ -]([a-z]{3,9})\.?[ -]([0-9]{4})", re.ASCII)
_BLANKS = re.compile("[\\s'\u2019]")  # some regions separate thousands by them
_FIGURES = re.compile(r"[0-9][0-9.,]*", re.ASCII)
_AMOUNTS = {
    ".": re.compile(r"[0-9]+(\.[0-9]+)?|[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?", re.ASCII),
    ",": re.compile(r"[0-9]+(,[0-9]+)?|[0-9]{1,3}(\.[0-9]{3})+(,[0-9]+)?", re.ASCII),
}
_BOTH = re.compile(r"[0-9]{1,3}(,[0-9]{3})+\.[0-9]+", re.ASCII)  # 5,182.55: the point alone can be the decimal one


def read_order(text: str) -> str:
    """The order in a date format such as DMY, MM/DD/YYYY or %d.%m.%Y. Raises UsageError."""
    order = "".join(dict.fromkeys(letter for letter in text.lower() if letter in "dmy"))
    if order not in ORDERS or set(text.lower()) - set("dmy%/.- "):
        raise UsageError(f"--date-format {text!r} is not an order of day, month and year", "write DMY or MDY")
    return order


def find_order(texts: Iterable[str]) -> str:
    """The one order in which all of these dates exist. Raises UsageError if there are two or none."""
    figures = [text for text in texts if _YEAR_LAST.fullmatch(text)]
    fitting = [order for order in ORDERS if all(_in_order(text, order) for text in figures)]
    if not fitting:
        raise UsageError(f"the dates have no order in common, {figures[0]} among them", "write them as 2026-11-27")
    open_to = [text for text in figures if _in_order(text, fitting[0]) != _in_order(text, fitting[-1])]
    if open_to:
        either = " or ".join(f"{_in_order(open_to[0], order)}" for order in ORDERS)
        raise UsageError(f"{open_to[0]} may be {either}", "add --date-format DMY or --date-format MDY")
    return fitting[0]


def read_day(text: str, order: str) -> date:
    """The day of a date in figures or with an English month, its hour left aside. Raises ContractViolation."""
    found = _year_first(text) or _in_order(text, order) or _named(text)
    if found is None:
        raise ContractViolation(f"{text[:60]!r} is not a day such as 2026-11-27")
    return found


def find_decimal(texts: Iterable[str], *, is_semicolon: bool) -> str:
    """The decimal sign of a file's amounts. Raises UsageError if a comma, or a file with semicolons, leaves it open."""
    figures = [figure for figure in map(_bare, texts) if _FIGURES.fullmatch(figure)]
    doubtful = [figure for figure in figures if "," in figure or (is_semicolon and _is_grouped(figure))]
    fits = all(_AMOUNTS["."].fullmatch(figure) for figure in figures)
    if doubtful and not (fits and any(map(_BOTH.fullmatch, figures))):
        said = f"{doubtful[0]} may have a decimal comma or a separator of thousands"
        raise UsageError(said, "add --decimal , or --decimal .")
    return "."


def read_amount(text: str, decimal: str) -> str:
    """A plain decimal above 0 with that decimal sign. Raises ContractViolation."""
    figure = _bare(text)
    if not _AMOUNTS[decimal].fullmatch(figure):
        raise ContractViolation(f"{text[:60]!r} is not an amount with the decimal sign {decimal!r}")
    plain = figure.replace("," if decimal == "." else ".", "").replace(decimal, ".")
    if Decimal(plain) <= 0:
        raise ContractViolation(f"{text[:60]!r} is not above 0")
    return plain


def _bare(text: str) -> str:
    return _BLANKS.sub("", text)


def _is_grouped(figure: str) -> bool:
    """True if its points may separate thousands."""
    return "." in figure and _AMOUNTS[","].fullmatch(figure) is not None


def _year_first(text: str) -> date | None:
    found = _YEAR_FIRST.fullmatch(text) or _JOINED.fullmatch(text)
    return _date(found[1], found[3], found[4]) if found else None


def _in_order(text: str, order: str) -> date | None:
    found = _YEAR_LAST.fullmatch(text)
    if not found:
        return None
    parts = dict(zip(order, (found[1], found[3], found[4]), strict=True))
    return _date(parts["y"], parts["m"], parts["d"])


def _named(text: str) -> date | None:
    if found := _MONTH_FIRST.fullmatch(text.lower()):
        name, day, year = found.groups()
    elif found := _MONTH_SECOND.fullmatch(text.lower()):
        day, name, year = found.groups()
    else:
        return None
    return _date(year, str(MONTHS.index(name[:3]) + 1), day) if name[:3] in MONTHS else None


def _date(*parts: str) -> date | None:
    try:
        return date(*map(int, parts))
    except ValueError:
        return None
