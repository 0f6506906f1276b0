"""When the synthetic world happens, and the moments at which the demo looks at it."""

from datetime import UTC, date, datetime

FIRST_DAY, LAST_DAY = date(2026, 5, 4), date(2026, 6, 28)  # a Monday and a Sunday, eight weeks
BACKFILL_AS_OF = datetime(2026, 6, 28, 6, tzinfo=UTC)
DAILY_AS_OFS = (datetime(2026, 6, 29, 6, tzinfo=UTC),)
FINAL_AS_OF = DAILY_AS_OFS[-1]


def stamp(moment: datetime) -> str:
    """A moment as world files write it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
