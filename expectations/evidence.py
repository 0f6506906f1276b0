"""What the landed rows must show before any metric of a coherence group is let out.

dbt measures (models `int_*_evidence`: check_name, key, observed); the intervals and their reasons stand here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple


class Measured(NamedTuple):
    """One number that one check reads for one key."""

    check: str
    key: str
    observed: float


@dataclass(frozen=True)
class Interval:
    """Where a measured number must lie, both ends included."""

    minimum: float
    maximum: float

    def __str__(self) -> str:
        return f"{self.minimum:g}" if self.minimum == self.maximum else f"{self.minimum:g} to {self.maximum:g}"


NONE = Interval(0, 0)
HOURS = 3600.0

# Real days move 0.78x to 1.28x against the day before; published counting errors elsewhere were 2x to 3x.
VOLUME_RATIO = Interval(0.6, 1.6)
# Real days reach 0.21 when a stealth model is popular.
UNKNOWN_SHARE = Interval(0, 0.25)
# Our share of a model and the export's own; restatements between two answers move less than 0.04 %.
TWIN_DIFFERENCE = Interval(0, 0.001)

INTERVALS: dict[str, dict[str, Interval]] = {
    "router": {
        "other_rows": Interval(1, 1),
        "missing_rows": NONE,
        "conflicting_keys": NONE,
        "volume_ratio": VOLUME_RATIO,
        "unknown_share": UNKNOWN_SHARE,
        "disappeared_days": NONE,
        "unserved_days": NONE,
        "incomplete_fetches": NONE,
        "twin_difference": TWIN_DIFFERENCE,
    },
    "list_price_daily": {
        "incomplete_fetches": NONE,
        "conflicting_keys": NONE,
        "listed_models": Interval(1, float(10**6)),
        "priced_share": Interval(0.5, 1),
    },
}
# A check that no key can give occasion for is no failure; every other one must have read something.
OCCASIONAL = frozenset({"volume_ratio", "unserved_days", "twin_difference"})
DAYS_OF = {"router": "other_rows", "list_price_daily": "listed_models"}


def freshness(group: str, measured: Sequence[Measured], as_of: datetime, limit: timedelta) -> tuple[Measured, Interval]:
    """Hours between the end of the newest day and `as_of`; a day in the future makes nothing fresh."""
    days = [date.fromisoformat(m.key) for m in measured if m.check == DAYS_OF[group]]
    end = datetime.combine(max(days), time(), UTC) + timedelta(days=1) if days else datetime.min.replace(tzinfo=UTC)
    age = (as_of - end).total_seconds() / HOURS
    return Measured("freshness", "newest day", age), Interval(-24, limit.total_seconds() / HOURS)


def in_force(measured: Sequence[Measured], as_of: datetime, limit: timedelta) -> list[Measured]:
    """Without the days that were never served and lie too far back to expect them: those only lack a row."""
    since = (as_of - limit).date().isoformat()
    return [m for m in measured if m.check != "unserved_days" or m.key >= since]
