"""A close in the form shared by every quote source, and the check of its day."""

from datetime import date, time
from typing import Any

from connectors.sources.money import read_amount, read_currency
from connectors.sources.payload import Object, build_event
from tokenshare.errors import ContractViolation
from tokenshare.events import QuoteObserved

DAY_ENDS = time(21, 15)  # New York closes at 21:00 UTC in winter, and the day's reference rates are known since 15:00


def build_close(envelope: Object, where: str, symbol: str, day: date, close: Any, currency: Any) -> QuoteObserved:
    """The event of a final price. Raises ContractViolation naming the invalid field."""
    return build_quote(envelope, where, symbol, day, close, currency, is_partial=False)


def build_quote(
    envelope: Object, where: str, symbol: str, day: date, close: Any, currency: Any, *, is_partial: bool
) -> QuoteObserved:
    """The event of a price, final or from a session still running (`is_partial`)."""
    return build_event(
        QuoteObserved,
        where,
        **envelope,
        symbol=symbol,
        session_date=day,
        close=read_amount(close, f"{where}: close of {symbol}"),
        currency=read_currency(currency, f"{where}: currency of {symbol}"),
        is_partial=is_partial,
    )


def check_past(day: date, today: date, where: str) -> None:
    """Raise ContractViolation for a future day."""
    if day > today:
        raise ContractViolation(f"{where} is of {day}, a day to come on {today}")
