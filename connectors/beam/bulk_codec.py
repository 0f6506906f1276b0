"""Many values to the rows of their events at once, exactly as `codec.decode` reads each of them.

A value is vouched for only if writing what was read gives its very bytes: that alone excludes duplicate and unknown
keys, a byte order mark, NaN, blanks, other forms of a number or a moment, another order. Its cells must then keep the
contract, judged column by column by the same annotations and rules. Every other value goes through `codec.decode`.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from functools import cache
from operator import attrgetter
from typing import Annotated, Any, NamedTuple

import msgspec
from pydantic import TypeAdapter, ValidationError

from tokenshare.chunks import Cells, cells_of
from tokenshare.codec import decode
from tokenshare.columns import columns_of
from tokenshare.errors import ContractViolation
from tokenshare.events import Event
from tokenshare.topics import Topic

TYPES: dict[str, Any] = {
    "VARCHAR": str,
    "BIGINT": int,
    "DOUBLE": float,
    "BOOLEAN": bool,
    "DATE": date,
    "TIMESTAMPTZ": datetime,
    "VARCHAR[]": tuple[str, ...],
    "DATE[]": tuple[date, ...],
    "MAP(VARCHAR, BIGINT)": dict[str, int],
}
SOUND_AS_WRITTEN = {"BOOLEAN", "DATE", "TIMESTAMPTZ", "DATE[]"}  # their one form has no wrong values, but zones
ZONE = attrgetter("tzinfo")
WRITE = msgspec.json.Encoder()


class Reader(NamedTuple):
    """The decoders of a topic, for many lines and for one value; the columns of moments; the checks of the others."""

    lines: Callable[[bytes], list[Any]]
    one: Callable[[bytes], Any]
    moments: tuple[int, ...]
    checks: tuple[tuple[int, TypeAdapter[Any]], ...]


def decode_rows(topic: Topic, values: Sequence[bytes | None]) -> list[Cells | ContractViolation]:
    """The cells of each value, or why it breaks its contract."""
    found = _vouched(topic, values)
    return [cells if cells is not None else _read(topic, value) for cells, value in zip(found, values, strict=True)]


def _read(topic: Topic, value: bytes | None) -> Cells | ContractViolation:
    try:
        return cells_of(decode(topic, value))
    except ContractViolation as error:
        return error


def _vouched(topic: Topic, values: Sequence[bytes | None]) -> Sequence[Cells | None]:
    """The cells of each value that is written as we write it and keeps its contract; None for any other."""
    reader, most = _reader_of(topic.event), topic.event.most_bytes
    found = _together(reader, values) or [_alone(reader, value) for value in values]
    places = [n for n, cells in enumerate(found) if cells is not None and len(values[n]) <= most]  # type: ignore[arg-type]
    rows = [found[n] for n in places] if len(places) < len(found) else found
    doubted = {places[n] for n in _doubted(topic.event, reader, list(zip(*rows, strict=True)))} if rows else set()
    if not doubted and rows is found:
        return found
    kept = set(places) - doubted
    return [cells if n in kept else None for n, cells in enumerate(found)]


def _together(reader: Reader, values: Sequence[bytes | None]) -> Sequence[Cells | None] | None:
    """The cells of all values, read as lines of one text; None if that text is not written again byte for byte.

    We write no line feed within a value. So an equal text has one line a value, and each is written as its value is.
    """
    try:
        text = b"\n".join(values) + b"\n"  # type: ignore[arg-type]
        rows = reader.lines(text)
        if len(rows) == len(values) and WRITE.encode_lines(rows) == text:
            return [msgspec.structs.astuple(row) for row in rows]
    except (TypeError, ValueError, RecursionError, msgspec.MsgspecError):
        pass  # a null, or what is no JSON of this contract: each value by itself will tell which
    return None


def _alone(reader: Reader, value: bytes | None) -> Cells | None:
    try:
        row = reader.one(value)  # type: ignore[arg-type]
        return msgspec.structs.astuple(row) if WRITE.encode(row) == value else None
    except (TypeError, ValueError, RecursionError, msgspec.MsgspecError):
        return None


def _doubted(event: type[Event], reader: Reader, columns: Sequence[Sequence[Any]]) -> set[int]:
    """The rows that break the annotation of a field, or a rule between fields."""
    found: set[int] = set()
    for place in reader.moments:
        found |= _elsewhere(columns[place])
    for place, adapter in reader.checks:
        found |= _wrong(columns[place], adapter)
    names = list(event.model_fields)
    for rule in event.rules():
        problems = map(rule.problem, *(columns[names.index(name)] for name in rule.fields))
        found.update(n for n, problem in enumerate(problems) if problem)
    return found


def _elsewhere(column: Sequence[datetime | None]) -> set[int]:
    """The places of moments that are not in UTC."""
    if set(map(ZONE, filter(None, column))) <= {UTC}:
        return set()
    return {n for n, moment in enumerate(column) if moment is not None and moment.tzinfo is not UTC}


def _wrong(column: Sequence[Any], adapter: TypeAdapter[Any]) -> set[int]:
    """The places of values that break an annotation; of equal values one is judged."""
    distinct: Iterable[Any] = column if isinstance(column[0], dict) else set(column)
    values = list(distinct)
    try:
        adapter.validate_python(values)
        return set()
    except ValidationError as error:
        wrong = [values[problem["loc"][0]] for problem in error.errors(include_url=False)]  # type: ignore[index]
        return {n for n, value in enumerate(column) if value in wrong}


@cache
def _reader_of(event: type[Event]) -> Reader:
    columns = columns_of(event)
    fields = [
        (column.name, TYPES[column.sql_type] | None if column.is_nullable else TYPES[column.sql_type])
        for column in columns
    ]
    struct = msgspec.defstruct(event.__name__, fields, forbid_unknown_fields=True, gc=False)
    checks = [
        (place, TypeAdapter(list[Annotated[field.annotation, field]]))  # type: ignore[name-defined]
        for place, (column, field) in enumerate(zip(columns, event.model_fields.values(), strict=True))
        if column.sql_type not in SOUND_AS_WRITTEN
    ]
    one = msgspec.json.Decoder(struct)
    moments = tuple(place for place, column in enumerate(columns) if column.sql_type == "TIMESTAMPTZ")
    return Reader(one.decode_lines, one.decode, moments, tuple(checks))
