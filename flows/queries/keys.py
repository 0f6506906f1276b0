"""Keys of metrics as typed: `2026-W27 deepseek` becomes a Monday and a vendor."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from tokenshare.columns import columns_of
from tokenshare.errors import UsageError
from tokenshare.metrics import Metric

FIXES = {
    "DATE": "write a day as 2026-06-29, a week also as 2026-W27",
    "BOOLEAN": "write true or false",
    "BIGINT": "write a whole number",
}


def read_key(metric: Metric, words: Sequence[str]) -> tuple[Any, ...]:
    """One value for each column of the grain; raises UsageError naming the grain or the invalid value."""
    if len(words) != len(metric.grain):
        raise UsageError(
            f"the key of {metric.id} is {', '.join(metric.grain)}; {len(words)} given",
            f"give {len(metric.grain)} words",
        )
    types = {column.name: column.sql_type for column in columns_of(metric.row)}
    return tuple(_read(types[name], name, word) for name, word in zip(metric.grain, words, strict=True))


def _read(sql_type: str, name: str, word: str) -> Any:
    try:
        if sql_type == "DATE":
            return _read_day(word)
        if sql_type == "BOOLEAN":
            return ("false", "true").index(word.lower()) == 1
        return int(word) if sql_type == "BIGINT" else word
    except (ValueError, OverflowError):
        raise UsageError(f"{word!r} is not a valid {name}", FIXES[sql_type]) from None


def _read_day(word: str) -> date:
    year, is_week, week = word.partition("-W")
    return date.fromisocalendar(int(year), int(week), 1) if is_week else date.fromisoformat(word)
