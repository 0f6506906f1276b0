"""The days of the synthetic world, and the as-of of each pass of the demo."""

from datetime import UTC, date, datetime

FIRST_DAY, LAST_DAY = date(2025, 1, 1), date(2026, 6, 30)  # eighteen months
BACKFILL_AS_OF = datetime(2026, 6, 28, 6, tzinfo=UTC)  # one bulk pass over everything before
DAILY_AS_OFS = (
    datetime(2026, 6, 29, 6, tzinfo=UTC),
    datetime(2026, 6, 30, 6, tzinfo=UTC),
    datetime(2026, 7, 1, 6, tzinfo=UTC),
)
FINAL_AS_OF = DAILY_AS_OFS[-1]


def stamp(moment: datetime) -> str:
    """A moment as world files write it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
