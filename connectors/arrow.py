"""The columns of contracts in the form of Arrow."""

from collections.abc import Sequence

import pyarrow as pa
from msgspec import to_builtins

from tokenshare.chunks import Cells
from tokenshare.columns import columns_of
from tokenshare.events import Event

MOMENT = pa.timestamp("us", tz="UTC")
ARROW_TYPES = {
    "VARCHAR": pa.string(),
    "BIGINT": pa.int64(),
    "DOUBLE": pa.float64(),
    "BOOLEAN": pa.bool_(),
    "DATE": pa.date32(),
    "TIMESTAMPTZ": MOMENT,
    "VARCHAR[]": pa.list_(pa.string()),
    "DATE[]": pa.list_(pa.date32()),
    "MAP(VARCHAR, BIGINT)": pa.map_(pa.string(), pa.int64()),
}


def schema_of(event: type[Event]) -> pa.Schema:
    """The columns of an event."""
    return pa.schema([pa.field(c.name, ARROW_TYPES[c.sql_type], c.is_nullable) for c in columns_of(event)])


def table_of(event: type[Event], columns: Sequence[Cells]) -> pa.Table:
    """The columns of many events, each as its cells; none at all of no event."""
    schema = schema_of(event)
    arrays = [_array(column, field.type) for column, field in zip(columns or [()] * len(schema), schema, strict=True)]
    return pa.table(arrays, schema)


def _array(column: Cells, type: pa.DataType) -> pa.Array:
    if type == MOMENT:  # written out and read again: four times as fast as moment by moment
        return pa.array(to_builtins(column), pa.string()).cast(type)
    if pa.types.is_map(type):
        return pa.array([value if value is None else list(value.items()) for value in column], type)
    return pa.array(column, type)
