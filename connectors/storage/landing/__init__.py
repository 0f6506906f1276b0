"""Landed records: one immutable Parquet file per range of offsets, its columns derived from the topic's contract."""

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from connectors import arrow
from connectors.storage.home import atomic_files
from connectors.storage.home.objects import AnyPath, opened
from connectors.storage.warehouse.landed_columns import WRITTEN_BY, check_columns, our_version
from tokenshare.chunks import Chunk, cells_of
from tokenshare.events import Event
from tokenshare.noop import noop
from tokenshare.offsets import Landed, Range, Record, UnprovenRun
from tokenshare.topics import Topic

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
    return pa.schema([*arrow.schema_of(topic.event), *COORDINATES])


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
        count = len(chunk.offsets)
        places = (pa.repeat(range.topic, count), pa.repeat(pa.scalar(range.partition, pa.int32()), count))
        tables.append(_located(chunk.columns, *places, chunk.offsets, chunk.timestamps))
        rejected += chunk.rejected
        unproven += chunk.unproven
    return write_table(landing, range, pa.concat_tables(tables), rejected, midway, unproven)


def table_of(topic: Topic, rows: Rows) -> pa.Table:
    """Events with the coordinates of their records."""
    columns = arrow.table_of(topic.event, list(zip(*(cells_of(event) for _, event in rows), strict=True)))
    return _located(columns, *([getattr(record, field.name) for record, _ in rows] for field in COORDINATES))


def _located(columns: pa.Table, *coordinates: Any) -> pa.Table:
    """The columns of a contract with those of the coordinates beside them."""
    for field, column in zip(COORDINATES, coordinates, strict=True):
        columns = columns.append_column(field, pa.array(column, field.type))
    return columns


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
