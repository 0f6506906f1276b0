"""Money, rates and currencies in the notation of feeds. Anything unclear is refused; there is no default."""

import re
from decimal import Decimal
from typing import Any

from tokenshare.errors import ContractViolation

HUNDREDTHS = frozenset({"GBX", "GBp", "ZAC", "ZAc", "ILA"})  # quoted in a hundredth of the currency
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_AMOUNT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,18})?", re.ASCII)


def read_currency(value: Any, where: str) -> str:
    """An ISO 4217 code. Raises ContractViolation if it is missing or a minor unit such as pence."""
    if isinstance(value, str) and value in HUNDREDTHS:
        raise ContractViolation(f"{where} is {value!r}: a hundredth of a currency, a hundred times off")
    if not isinstance(value, str) or not _CURRENCY.fullmatch(value):
        raise ContractViolation(f"{where} is {str(value)[:20]!r}: not a currency, and none is assumed")
    return value


def read_amount(value: Any, where: str) -> str:
    """A positive amount as a plain decimal string. A JSON number is read by its shortest digits.

    Raises ContractViolation for zero, a sign, an exponent in a text, or over 12 digits before or 18 after the point.
    """
    text = f"{Decimal(repr(value)):f}" if type(value) in (int, float) else value
    if not isinstance(text, str) or not _AMOUNT.fullmatch(text):
        raise ContractViolation(f"{where} is {str(value)[:60]!r}: not an amount in plain digits")
    amount = Decimal(text)
    if amount <= 0:
        raise ContractViolation(f"{where} is {text[:60]!r}: nothing is worth nothing")
    plain = f"{amount:f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain
