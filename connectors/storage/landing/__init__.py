"""Landed records: one immutable Parquet file per range of offsets, its columns derived from the topic's contract."""

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from connectors.storage.home import atomic_files
from connectors.storage.home.objects import AnyPath, opened
from connectors.storage.warehouse.landed_columns import WRITTEN_BY, check_columns, our_version
from tokenshare.chunks import Cells, Chunk, cells_of
from tokenshare.columns import columns_of
from tokenshare.events import Event
from tokenshare.noop import noop
from tokenshare.offsets import Landed, Range, Record, UnprovenRun
from tokenshare.topics import Topic

ARROW_TYPES = {
    "VARCHAR": pa.string(),
    "BIGINT": pa.int64(),
    "DOUBLE": pa.float64(),
    "BOOLEAN": pa.bool_(),
    "DATE": pa.date32(),
    "TIMESTAMPTZ": pa.timestamp("us", tz="UTC"),
    "VARCHAR[]": pa.list_(pa.string()),
    "DATE[]": pa.list_(pa.date32()),
    "MAP(VARCHAR, BIGINT)": pa.map_(pa.string(), pa.int64()),
}
COORDINATES = (
    pa.field("topic", pa.string(), nullable=False),
    pa.field("partition", pa.int32(), nullable=False),
    pa.field("offset", pa.int64(), nullable=False),
    pa.field("timestamp", pa.timestamp("ms", tz="UTC"), nullable=False),
)
Rows = Sequence[tuple[Record, Event]]
REJECTED = b"tokenshare.rejected"
UNPROVEN = b"tokenshare.unproven"  # absent if no rejected record is


def schema_of(topic: Topic) -> pa.Schema:
    """Columns of the topic's event, then the coordinates of its record."""
    fields = [pa.field(c.name, ARROW_TYPES[c.sql_type], c.is_nullable) for c in columns_of(topic.event)]
    return pa.schema([*fields, *COORDINATES])


def write(
    landing: AnyPath,
    topic: Topic,
    range: Range,
    rows: Rows,
    rejected: int,
    midway: Callable[[], None] = noop,
    unproven: Sequence[UnprovenRun] = (),
) -> Landed:
    """Write the file of a range whole; the same rows give the same file. An empty range leaves an empty file."""
    return write_table(landing, range, table_of(topic, rows), rejected, midway, unproven)


def write_chunks(
    landing: AnyPath, topic: Topic, range: Range, chunks: Iterable[Chunk], midway: Callable[[], None] = noop
) -> Landed:
    """Write the file of a range whose rows come in chunks; however they are cut, it is the same file.

    Of the chunks before the last only their columns are held, in Arrow's form: some two hundred bytes a record.
    """
    tables, rejected, unproven = [table_of(topic, ())], 0, list[UnprovenRun]()
    for chunk in chunks:
        count = len(chunk.rows)
        places = (pa.repeat(place, count) for place in (range.topic, range.partition))
        tables.append(_table(topic, chunk.rows, *places, chunk.offsets, chunk.timestamps))
        rejected += chunk.rejected
        unproven += chunk.unproven
    return write_table(landing, range, pa.concat_tables(tables), rejected, midway, unproven)


def table_of(topic: Topic, rows: Rows) -> pa.Table:
    """Events with the coordinates of their records."""
    coordinates = [[getattr(record, field.name) for record, _ in rows] for field in COORDINATES]
    return _table(topic, [cells_of(event) for _, event in rows], *coordinates)


def _table(topic: Topic, rows: Sequence[Cells], *coordinates: Any) -> pa.Table:
    """Rows of the contract's columns, and the columns of coordinates beside them."""
    schema = schema_of(topic)
    columns = zip(*rows, strict=True) if rows else [()] * (len(schema) - len(COORDINATES))
    arrays = [_array(column, field.type) for column, field in zip((*columns, *coordinates), schema, strict=True)]
    return pa.table(arrays, schema)


def _array(column: Any, type: pa.DataType) -> pa.Array:
    if isinstance(column, pa.Array):
        return column.cast(type)
    if pa.types.is_map(type):
        column = [value if value is None else list(value.items()) for value in column]
    return pa.array(column, type)


def write_table(
    landing: AnyPath,
    range: Range,
    table: pa.Table,
    rejected: int,
    midway: Callable[[], None] = noop,
    unproven: Sequence[UnprovenRun] = (),
) -> Landed:
    """Write a table as the file of a range; the same rows give the same file, even if merged from several tables.

    Its chunks are joined before: pages would end where chunks do.
    """
    sink = pa.BufferOutputStream()
    stated = {REJECTED: str(rejected), WRITTEN_BY: our_version()}
    if unproven:
        stated[UNPROVEN] = json.dumps(unproven)
    pq.write_table(table.combine_chunks().replace_schema_metadata(stated), sink, compression="zstd")
    atomic_files.write(landing / range.file_name, sink.getvalue().to_pybytes(), midway)
    return Landed(range, table.num_rows, rejected, tuple(unproven))


def read_table(landing: AnyPath, range: Range, topic: Topic) -> pa.Table:
    """The rows of a landed file in the columns of the topic's contract; a column younger than the file is null.

    Raises UsageError for a column that a newer version wrote: leaving it out would lose it.
    """
    check_columns(landing / range.file_name, topic)
    table = pq.ParquetFile(opened(landing / range.file_name)).read()
    columns = {name: table[name] for name in table.column_names}
    fields = schema_of(topic)
    return pa.table([columns.get(field.name, pa.nulls(table.num_rows, field.type)) for field in fields], schema=fields)


def read_manifest(landing: AnyPath, range: Range) -> Landed:
    """The counts in a landed file's own metadata; raises FileNotFoundError if the range did not land."""
    with pq.ParquetFile(opened(landing / range.file_name)) as file:
        stated = file.metadata.metadata or {}
        unproven = tuple(UnprovenRun(*run) for run in json.loads(stated.get(UNPROVEN, b"[]")))
        return Landed(range, file.metadata.num_rows, int(stated[REJECTED]), unproven)
