"""Keys of metrics as typed: `2026-W27 deepseek` becomes a Monday and a vendor."""

from collections.abc import Mapping, Sequence
from datetime import date
from shlex import quote
from typing import Any

from tokenshare.closest import suggest
from tokenshare.columns import columns_of
from tokenshare.errors import UsageError
from tokenshare.metrics import Metric

FIXES = {
    "DATE": "write a day as 2026-06-29, a week also as 2026-W27",
    "BOOLEAN": "write true or false",
    "BIGINT": "write a whole number",
}


def key_among(
    metric: Metric, words: Sequence[str], rows: Sequence[Mapping[str, Any]], when: str = ""
) -> tuple[Any, ...]:
    """The key of one of these rows; raises UsageError with the columns of the key, an example and the closest word."""
    known = [tuple(row[name] for name in metric.grain) for row in rows]
    shape = f"the key of {metric.id} is {' '.join(metric.grain)}"
    shape += f", such as {' '.join(map(_as_typed, metric.grain, known[-1]))}" if known else ""
    if len(words) != len(metric.grain):
        raise UsageError(f"{len(metric.grain)} words of a key are needed, {len(words)} given", shape)
    wanted = read_key(metric, words)
    if wanted in known:
        return wanted
    fix = f"{_closest(wanted, words, known)} {shape}" if known else f"see `tokenshare metrics {metric.id}`"
    raise UsageError(f"{metric.id} has no row for {' '.join(words)}{when}", fix)


def _closest(wanted: tuple[Any, ...], words: Sequence[str], known: Sequence[tuple[Any, ...]]) -> str:
    """The fix of the first value that is in no row with the values before it."""
    place = next(
        place for place in range(len(wanted)) if not any(key[: place + 1] == wanted[: place + 1] for key in known)
    )
    values = list(dict.fromkeys(key[place] for key in known if key[:place] == wanted[:place]))
    if isinstance(wanted[place], date):
        return f"its rows are of {min(values)} to {max(values)};"
    found = suggest(words[place], map(str, values))
    return found if found.endswith("?") else f"{found};"


def _as_typed(name: str, value: Any) -> str:
    """A value of a key as people type it: a week by its number."""
    if isinstance(value, date):
        return f"{value:%G-W%V}" if name.startswith("week_") else value.isoformat()
    return quote(str(value).lower() if isinstance(value, bool) else str(value))


def read_key(metric: Metric, words: Sequence[str]) -> tuple[Any, ...]:
    """One value for each column of the grain; raises UsageError naming the grain or the invalid value."""
    if len(words) != len(metric.grain):
        raise UsageError(
            f"a key of {metric.id} has {len(metric.grain)} words, and {len(words)} are given",
            f"give {' '.join(metric.grain)}",
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
