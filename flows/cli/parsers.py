"""Parsers of arguments: a metric, a moment, a day, a version, a range, a record; each raises UsageError."""

import re
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tokenshare.closest import unknown
from tokenshare.errors import UsageError
from tokenshare.offsets import Range, RecordId

if TYPE_CHECKING:
    from tokenshare.metrics import Metric

MOST_DIGITS = 18  # of a version, which is a BIGINT
_RANGE = re.compile(r"([a-z0-9._]+):(\d{1,5}):(\d{1,18})-(\d{1,18})", re.ASCII)
_RECORD_ID = re.compile(r"([a-z0-9._]+):(\d{1,5}):(\d{1,18})", re.ASCII)


def find_metric(id: str) -> "Metric":
    """The metric with this id."""
    from tokenshare.metrics import METRIC_BY_ID

    if id not in METRIC_BY_ID:
        raise unknown(f"there is no metric {id}", id, METRIC_BY_ID, "tokenshare metrics")
    return METRIC_BY_ID[id]


def read_sources(ids: list[str] | None) -> list[str]:
    """The ids of sources, none for all."""
    if ids:
        from flows.setup.selection import select_sources

        select_sources(ids)
    return ids or []


def read_world(world: Path | None) -> Path | None:
    """The directory of a world, if one is named."""
    if world:
        from flows.setup.upstreams import origin_of

        origin_of(world)
    return world


def read_moment(text: str) -> datetime:
    """A moment in ISO 8601 with a time zone, converted to UTC."""
    with suppress(ValueError, OverflowError):  # in UTC it may leave the calendar
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    raise UsageError(f"{text!r} is not a moment with a time zone", "write it as 2026-08-03T06:00:00Z")


def read_day(text: str) -> date:
    """A day in ISO 8601."""
    with suppress(ValueError):
        return date.fromisoformat(text)
    raise UsageError(f"{text!r} is not a valid day", "write it as 2026-06-29")


def read_version(text: str) -> int:
    """The number of a version."""
    if text.isdecimal() and len(text) <= MOST_DIGITS:
        return int(text)
    raise UsageError(f"{text[:40]!r} is not a valid version", "give the number listed by `tokenshare gates`")


def read_range(text: str) -> Range:
    """TOPIC:PARTITION:START-END as a range, its end exclusive as in the names of landed files."""
    found = _RANGE.fullmatch(text)
    if found and _is_topic(found[1]) and int(found[3]) < int(found[4]):
        return Range(found[1], int(found[2]), int(found[3]), int(found[4]))
    raise UsageError(f"{text!r} is not a valid range", "write it as usage.observed.v1:0:100-200, its end exclusive")


def read_record_id(text: str) -> RecordId:
    """TOPIC:PARTITION:OFFSET as a record id."""
    found = _RECORD_ID.fullmatch(text)
    if found and _is_topic(found[1]):
        return RecordId(found[1], int(found[2]), int(found[3]))
    raise UsageError(
        f"{text!r} is not a valid record", "write it as usage.observed.v1:0:100, as listed by `tokenshare dlq list`"
    )


def _is_topic(name: str) -> bool:
    from tokenshare.topics import TOPIC_BY_NAME

    return name in TOPIC_BY_NAME
