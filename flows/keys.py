"""Keys as people type them: `2026-W27 deepseek` becomes a Monday and a vendor."""

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any

from tokenshare.columns import columns_of
from tokenshare.errors import UsageError
from tokenshare.metrics import METRIC_BY_ID, Metric
from tokenshare.offsets import Range, RecordId
from tokenshare.topics import TOPIC_BY_NAME

_RANGE = re.compile(r"([a-z0-9._]+):(\d{1,5}):(\d{1,18})-(\d{1,18})", re.ASCII)
_PLACE = re.compile(r"([a-z0-9._]+):(\d{1,5}):(\d{1,18})", re.ASCII)


def find_metric(id: str) -> Metric:
    """The metric of that id; raises UsageError naming those there are."""
    if id not in METRIC_BY_ID:
        raise UsageError(f"there is no metric {id}", f"choose among {', '.join(METRIC_BY_ID)}")
    return METRIC_BY_ID[id]


def read_key(metric: Metric, words: Sequence[str]) -> tuple[Any, ...]:
    """One value for each column of the grain; raises UsageError showing what the grain is."""
    if len(words) != len(metric.grain):
        raise UsageError(
            f"{metric.id} is keyed by {', '.join(metric.grain)}; {len(words)} given",
            f"give {len(metric.grain)} words",
        )
    types = {column.name: column.sql_type for column in columns_of(metric.row)}
    return tuple(_read(types[name], name, word) for name, word in zip(metric.grain, words, strict=True))


def read_moment(text: str) -> datetime:
    """A moment with a zone, in ISO 8601; raises UsageError."""
    with suppress(ValueError, OverflowError):  # a zone may move it out of the calendar
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    raise UsageError(f"{text!r} is not a moment with a zone", "write it as 2026-08-03T06:00:00Z")


def _read(sql_type: str, name: str, word: str) -> Any:
    try:
        if sql_type == "DATE":
            return _read_day(word)
        if sql_type == "BOOLEAN":
            return ("false", "true").index(word.lower()) == 1
        return int(word) if sql_type == "BIGINT" else word
    except (ValueError, OverflowError):
        raise UsageError(f"{word!r} is no {name}", "write days as 2026-06-29, weeks also as 2026-W27") from None


def read_day(text: str) -> date:
    """A day in ISO 8601; raises UsageError."""
    with suppress(ValueError):
        return date.fromisoformat(text)
    raise UsageError(f"{text!r} is no day", "write it as 2026-06-29")


def read_range(text: str) -> Range:
    """TOPIC:PARTITION:START-END as a range, its end exclusive as in the names of landed files; raises UsageError."""
    found = _RANGE.fullmatch(text)
    if found and found[1] in TOPIC_BY_NAME and int(found[3]) < int(found[4]):
        return Range(found[1], int(found[2]), int(found[3]), int(found[4]))
    raise UsageError(f"{text!r} is no range", "write it as usage.observed.v1:0:100-200, the last offset not included")


def read_place(text: str) -> RecordId:
    """TOPIC:PARTITION:OFFSET; raises UsageError."""
    found = _PLACE.fullmatch(text)
    if found and found[1] in TOPIC_BY_NAME:
        return RecordId(found[1], int(found[2]), int(found[3]))
    raise UsageError(f"{text!r} is no record", "write it as usage.observed.v1:0:100, as `tokenshare dlq list` shows it")


def _read_day(word: str) -> date:
    year, is_week, week = word.partition("-W")
    return date.fromisocalendar(int(year), int(week), 1) if is_week else date.fromisoformat(word)
