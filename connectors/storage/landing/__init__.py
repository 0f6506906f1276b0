"""Landed records: one immutable Parquet file per range of offsets, its columns derived from the topic's contract."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
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
ROW_GROUP = 61_440  # rows, half of what DuckDB reads together; merging holds no more


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
    return write_tables(landing, range, [table_of(topic, rows)], rejected, midway, unproven)


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
    return write_tables(landing, range, tables, rejected, midway, unproven)


def table_of(topic: Topic, rows: Rows) -> pa.Table:
    """Events with the coordinates of their records."""
    columns = arrow.table_of(topic.event, list(zip(*(cells_of(event) for _, event in rows), strict=True)))
    return _located(columns, *([getattr(record, field.name) for record, _ in rows] for field in COORDINATES))


def _located(columns: pa.Table, *coordinates: Any) -> pa.Table:
    """The columns of a contract with those of the coordinates beside them."""
    for field, column in zip(COORDINATES, coordinates, strict=True):
        columns = columns.append_column(field, pa.array(column, field.type))
    return columns


def write_tables(
    landing: AnyPath,
    range: Range,
    tables: Iterable[pa.Table],
    rejected: int,
    midway: Callable[[], None] = noop,
    unproven: Sequence[UnprovenRun] = (),
) -> Landed:
    """Write one or more tables as the file of a range; the same rows give the same file, however tables cut them."""
    stated = {REJECTED: str(rejected), WRITTEN_BY: our_version()}
    if unproven:
        stated[UNPROVEN] = json.dumps(unproven)
    groups = (group.replace_schema_metadata(stated) for group in _row_groups(tables))
    first, rows = next(groups), 0
    with (
        atomic_files.opened(landing / range.file_name) as file,
        pq.ParquetWriter(file, first.schema, compression="zstd") as writer,
    ):
        for group in chain([first], groups):
            writer.write_table(group)
            rows += group.num_rows
        midway()
    return Landed(range, rows, rejected, tuple(unproven))


def _row_groups(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """The rows in tables of ROW_GROUP, the last with what is left; each in one chunk, as pages end where chunks do."""
    held: list[pa.Table] = []
    for table in tables:
        rows = pa.concat_tables([*held, table])
        while rows.num_rows > ROW_GROUP:
            yield rows.slice(0, ROW_GROUP).combine_chunks()
            rows = rows.slice(ROW_GROUP)
        held = [rows]
    yield from (rows.combine_chunks() for rows in held)


def read_table(landing: AnyPath, range: Range, topic: Topic) -> pa.Table:
    """The rows of a landed file, as `read_tables` reads them, in one table."""
    return pa.concat_tables(read_tables(landing, range, topic))


def read_tables(landing: AnyPath, range: Range, topic: Topic) -> Iterator[pa.Table]:
    """The rows of a landed file in the columns of the topic's contract; a column younger than the file is null.

    Yields at least one table, each of at most ROW_GROUP rows. Raises UsageError for a column that a newer version
    wrote: leaving it out would lose it.
    """
    check_columns(landing / range.file_name, topic)
    fields = schema_of(topic)
    yield fields.empty_table()
    with pq.ParquetFile(opened(landing / range.file_name)) as file:
        for batch in file.iter_batches(ROW_GROUP, use_threads=False):  # Arrow keeps what other threads had
            columns = dict(zip(batch.schema.names, batch.columns, strict=True))
            cells = [columns.get(field.name, pa.nulls(batch.num_rows, field.type)) for field in fields]
            yield pa.table(cells, schema=fields)


def read_manifest(landing: AnyPath, range: Range) -> Landed:
    """The counts in a landed file's own metadata; raises FileNotFoundError if the range did not land."""
    with pq.ParquetFile(opened(landing / range.file_name)) as file:
        stated = file.metadata.metadata or {}
        unproven = tuple(UnprovenRun(*run) for run in json.loads(stated.get(UNPROVEN, b"[]")))
        return Landed(range, file.metadata.num_rows, int(stated[REJECTED]), unproven)
