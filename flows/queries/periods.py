"""Periods as typed: 2026-05, 2026-W21, 2026-05-20, 2026, or first and last period with a slash."""

import re
from calendar import monthrange
from contextlib import suppress
from datetime import date, timedelta
from typing import NamedTuple

from tokenshare.errors import UsageError

EVER = (date(2025, 1, 1), date(2099, 12, 31))  # no source of ours reaches back further
_YEAR = re.compile(r"(20[0-9]{2})")
_MONTH = re.compile(r"(20[0-9]{2})-([0-9]{2})")
_WEEK = re.compile(r"(20[0-9]{2})-W([0-9]{2})")


class Period(NamedTuple):
    """First and last day, both inclusive."""

    start: date
    end: date


def read_period(text: str | None) -> Period:
    """The days of a typed period, all days for None; raises UsageError if it is not a valid one."""
    if text is None:
        return Period(*EVER)
    with suppress(ValueError):
        first, slash, last = text.partition("/")
        period = Period(_whole(first).start, _whole(last).end) if slash else _whole(text)
        if period.start <= period.end:
            return period
    raise UsageError(
        f"{text!r} is not a valid period", "write 2026, 2026-05, 2026-W21, 2026-05-20 or 2026-05-01/2026-05-31"
    )


def _whole(text: str) -> Period:
    """The days of a year, month, week or day; raises ValueError if the text is none of them."""
    if year := _YEAR.fullmatch(text):
        return Period(date(int(year[1]), 1, 1), date(int(year[1]), 12, 31))
    if month := _MONTH.fullmatch(text):
        first = date(int(month[1]), int(month[2]), 1)
        return Period(first, first.replace(day=monthrange(first.year, first.month)[1]))
    if week := _WEEK.fullmatch(text):
        monday = date.fromisocalendar(int(week[1]), int(week[2]), 1)
        return Period(monday, monday + timedelta(days=6))
    day = date.fromisoformat(text)
    return Period(day, day)
