"""Many values to the columns of their events at once, exactly as `codec.decode` reads each of them.

A value is vouched for only if writing what was read gives its very bytes: that alone excludes duplicate and unknown
keys, a byte order mark, NaN, blanks, other forms of a number or a moment, another order. Its cells must then keep the
contract, judged column by column by the same annotations and rules. Every other value goes through `codec.decode`.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import cache
from operator import attrgetter
from typing import Annotated, Any, NamedTuple

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import TypeAdapter, ValidationError

from connectors import arrow
from tokenshare.chunks import Cells, cells_of
from tokenshare.codec import decode
from tokenshare.columns import columns_of
from tokenshare.errors import ContractViolation
from tokenshare.events import Event
from tokenshare.topics import Topic

WHOLE = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
TYPES: dict[str, Any] = {
    "VARCHAR": str,
    "BIGINT": WHOLE,
    "DOUBLE": float,
    "BOOLEAN": bool,
    "DATE": date,
    "TIMESTAMPTZ": Annotated[datetime, msgspec.Meta(tz=True)],
    "VARCHAR[]": tuple[str, ...],
    "DATE[]": tuple[date, ...],
    "MAP(VARCHAR, BIGINT)": dict[str, WHOLE],
}
NUMBERS = {"BIGINT", "DOUBLE"}
SOUND_AS_WRITTEN = {"BOOLEAN", "DATE", "TIMESTAMPTZ", "DATE[]"}  # their one form has no wrong values, but zones
ZONE = attrgetter("tzinfo")
WRITE = msgspec.json.Encoder()


class Reader(NamedTuple):
    """The decoders of a topic, for many lines and for one value; places of columns by how their cells are judged."""

    lines: Callable[[bytes], list[Any]]
    one: Callable[[bytes], Any]
    moments: tuple[int, ...]
    numbers: dict[int, TypeAdapter[Any]]
    others: dict[int, TypeAdapter[Any]]


def decode_columns(topic: Topic, values: Sequence[bytes | None]) -> tuple[pa.Table, dict[int, ContractViolation]]:
    """The columns of the values that keep their contract; by its place, why another breaks it."""
    reader, most = _reader_of(topic.event), topic.event.most_bytes
    rows = _together(reader, values) or [_alone(reader, value) for value in values]
    places = [n for n, row in enumerate(rows) if row is not None and len(values[n]) <= most]  # type: ignore[arg-type]
    chosen = rows if len(places) == len(rows) else [rows[n] for n in places]
    cells = list(zip(*chosen, strict=True))
    columns = arrow.table_of(topic.event, cells)
    doubted = _doubted(topic.event, reader, cells, columns) if places else set()
    if not doubted and len(places) == len(values):
        return columns, {}
    vouched = set(places) - {places[n] for n in doubted}
    found = [row if n in vouched else _read(topic, values[n]) for n, row in enumerate(rows)]
    refused = {n: error for n, error in enumerate(found) if isinstance(error, ContractViolation)}
    kept = (row for n, row in enumerate(found) if n not in refused)
    return arrow.table_of(topic.event, list(zip(*kept, strict=True))), refused


def _read(topic: Topic, value: bytes | None) -> Cells | ContractViolation:
    try:
        return cells_of(decode(topic, value))
    except ContractViolation as error:
        return error


def _together(reader: Reader, values: Sequence[bytes | None]) -> Sequence[Cells | None] | None:
    """The cells of all values, read as lines of one text; None if that text is not written again byte for byte.

    We write no line feed within a value. So an equal text has one line a value, and each is written as its value is.
    """
    try:
        text = b"\n".join(values) + b"\n"  # type: ignore[arg-type]
        rows = reader.lines(text)
        if len(rows) == len(values) and WRITE.encode_lines(rows) == text:
            return list(map(msgspec.structs.astuple, rows))
    except (TypeError, ValueError, RecursionError, msgspec.MsgspecError):
        pass  # a null, or what is no JSON of this contract: each value by itself will tell which
    return None


def _alone(reader: Reader, value: bytes | None) -> Cells | None:
    try:
        row = reader.one(value)  # type: ignore[arg-type]
        return msgspec.structs.astuple(row) if WRITE.encode(row) == value else None
    except (TypeError, ValueError, RecursionError, msgspec.MsgspecError):
        return None


def _doubted(event: type[Event], reader: Reader, cells: Sequence[Cells], columns: pa.Table) -> set[int]:
    """The rows that break the annotation of a field, or a rule between fields."""
    found: set[int] = set()
    for place in reader.moments:
        found |= _elsewhere(cells[place])
    for place, check in reader.others.items():
        found |= _wrong(cells[place], check)
    for place, check in reader.numbers.items():  # whose annotations are limits, as a test knows
        extremes = tuple(pc.min_max(columns[place]).as_py().values())
        found |= _wrong(cells[place], check) if _wrong(extremes, check) else set()
    for rule in event.rules():
        is_broken = rule.is_broken(*(_operand(columns[name].chunk(0)) for name in rule.fields))
        found.update(is_broken.nonzero()[0].tolist())
    return found


def _elsewhere(column: Sequence[datetime | None]) -> set[int]:
    """The places of moments that are not in UTC."""
    if set(map(ZONE, filter(None, column))) <= {UTC}:
        return set()
    return {n for n, moment in enumerate(column) if moment is not None and moment.tzinfo is not UTC}


def _wrong(column: Cells, check: TypeAdapter[Any]) -> set[int]:
    """The places of cells that break an annotation; of equal ones one is judged."""
    cells = list(column if isinstance(column[0], dict) else set(column))
    try:
        check.validate_python(cells)
        return set()
    except ValidationError as error:
        places = {int(problem["loc"][0]) for problem in error.errors(include_url=False)}
    if isinstance(column[0], dict):
        return places
    wrong = {cells[n] for n in places}
    return {n for n, cell in enumerate(column) if cell in wrong}


def _operand(column: pa.Array) -> Any:
    """A column of Arrow as one of numpy."""
    filled = column.fill_null(0) if pa.types.is_integer(column.type) else column
    return filled.to_numpy(zero_copy_only=False)


@cache
def _reader_of(event: type[Event]) -> Reader:
    columns = columns_of(event)
    fields = [
        (column.name, TYPES[column.sql_type] | None if column.is_nullable else TYPES[column.sql_type])
        for column in columns
    ]
    struct = msgspec.defstruct(event.__name__, fields, forbid_unknown_fields=True, gc=False)
    checks = {
        place: TypeAdapter(list[Annotated[field.annotation, field]])  # type: ignore[name-defined]
        for place, field in enumerate(event.model_fields.values())
    }
    kinds = {place: column.sql_type for place, column in enumerate(columns)}
    one = msgspec.json.Decoder(struct)
    return Reader(
        one.decode_lines,
        one.decode,
        tuple(place for place, kind in kinds.items() if kind == "TIMESTAMPTZ"),
        {place: checks[place] for place, kind in kinds.items() if kind in NUMBERS},
        {place: checks[place] for place, kind in kinds.items() if kind not in NUMBERS | SOUND_AS_WRITTEN},
    )
