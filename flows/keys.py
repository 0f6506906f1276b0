"""Keys as people type them: `2026-W27 deepseek` becomes a Monday and a vendor."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any

from tokenshare.columns import columns_of
from tokenshare.errors import UsageError
from tokenshare.metrics import METRIC_BY_ID, Metric


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


def _read_day(word: str) -> date:
    year, is_week, week = word.partition("-W")
    return date.fromisocalendar(int(year), int(week), 1) if is_week else date.fromisoformat(word)
