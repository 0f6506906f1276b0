"""Number formats of the page; the table view keeps every significant digit."""

from datetime import date, datetime
from typing import Any

STEPS = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k"))
FACTOR = 2  # a ratio from here on is a factor, not a share


def percent(share: float | None) -> str:
    """A share, 0 to 1, in percent with one decimal."""
    return "an unknown share" if share is None else f"{share * 100:.1f} %"


def short(number: float | None) -> str:
    """A number to three digits, in thousands, millions, billions or trillions; the sign first."""
    if number is None:
        return "an unknown number"
    size, unit = next(((size, unit) for size, unit in STEPS if abs(number) >= size), (1, ""))
    return f"{number / size:,.3g}{unit}"


def amount(number: float | None, unit: str) -> str:
    """A number with its unit: shares in percent, factors as such, everything else shortened."""
    if number is None:
        return "no number"
    if unit == "ratio":
        return f"{number:.1f} times" if abs(number) >= FACTOR else percent(number)
    if unit in ("rank", "count"):
        return f"number {number:,.0f}" if unit == "rank" else short(number)
    return f"{short(number)} {unit}"


def money(usd: float | None) -> str:
    """US dollars, shortened."""
    return f"{short(usd)} USD"


def week(monday: date) -> str:
    """A week by its ISO number, as everywhere else."""
    return f"{monday:%G-W%V}"


def cell(name: str, value: Any) -> str:
    """A value as text for the table view; `name` is its column."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime | date):
        return week(value) if name.startswith("week_") else value.isoformat()
    if name.endswith("_share") and isinstance(value, int | float):
        return f"{value * 100:.2f} %"
    if isinstance(value, float):
        return f"{value:,.6g}" if abs(value) < 1e6 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
