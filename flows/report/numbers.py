"""Number formats of the page; the table view keeps every significant digit."""

from datetime import date, datetime
from typing import Any

STEPS = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k"))


def percent(share: float | None) -> str:
    """A share, 0 to 1, in percent with one decimal."""
    return "an unknown share" if share is None else f"{share * 100:.1f} %"


def tokens(count: float) -> str:
    """A count to three digits, in thousands, millions, billions or trillions."""
    size, unit = next(((size, unit) for size, unit in STEPS if abs(count) >= size), (1, ""))
    return f"{count / size:,.3g}{unit}"


def money(usd: float) -> str:
    """US dollars, shortened; the sign first."""
    return f"{'-' if usd < 0 else ''}{tokens(abs(usd))} USD"


def cell(name: str, value: Any) -> str:
    """A value as text for the table view; `name` is its column."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime | date):
        return value.isoformat()
    if name.endswith("_share") and isinstance(value, int | float):
        return f"{value * 100:.2f} %"
    if isinstance(value, float):
        return f"{value:,.6g}" if abs(value) < 1e6 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
