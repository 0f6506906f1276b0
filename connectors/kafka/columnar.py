"""Records unpacked batch by batch into columns, inside kafka-python's consumer.

The consumer keeps what it is good at: connections, fetch sessions, retries, changes of leaders, checksums, aborted
transactions, its position. Only the walk over the records of a batch is ours. It touches what kafka-python keeps
private, so its version is pinned, and a test compares what `poll()` alone returns.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from kafka.consumer.fetcher import Fetcher
from kafka.errors import CorruptRecordError
from kafka.record.default_records import DefaultRecordBatch

from tokenshare.record_batches import Headers, read_unsigned


class Columns(NamedTuple):
    """The records of a batch: a list a column, a value a record; headers as Kafka frames them, or read already."""

    offsets: list[int]
    timestamps: list[int]
    keys: list[bytes | None]
    values: list[bytes | None]
    headers: list[bytes | Headers]


class WholeBatch:
    """All records of a batch in the place of one: what kafka-python asks of a record, and its columns as the value."""

    key, headers, checksum = None, (), None

    def __init__(self, batch: DefaultRecordBatch, columns: Columns) -> None:
        self.offset = batch.last_offset
        self.timestamp, self.timestamp_type = batch.max_timestamp, batch.timestamp_type
        self.size_in_bytes = batch.size_in_bytes
        self.value = columns

    def validate_crc(self) -> bool:
        return True  # the batch has one for all of its records, checked before


class ColumnBatch(DefaultRecordBatch):  # type: ignore[misc]
    """A batch that gives all of its records at once."""

    __slots__ = ()

    def __iter__(self) -> Iterator[WholeBatch]:
        self._maybe_uncompress()
        yield WholeBatch(self, unpack(bytes(self._buffer[self._pos :]), self))


class ColumnarRecords(Fetcher.PartitionRecords):  # type: ignore[misc]
    """Answers of the broker whose batches are unpacked into columns; control batches stay as they are."""

    def _unpack_records(self, partition: Any, records: Any, *deserializers: Any) -> Any:
        return super()._unpack_records(partition, _Batches(records), *deserializers)


class _Batches:
    def __init__(self, records: Any) -> None:
        self._records = records

    def next_batch(self) -> Any:
        batch = self._records.next_batch()
        if type(batch) is DefaultRecordBatch and not batch.is_control_batch:
            batch.__class__ = ColumnBatch
        return batch


def hook(consumer: Any) -> None:
    """Let a consumer return Columns as the values of its records. Another kafka-python is left as it is."""
    if getattr(getattr(consumer, "_fetcher", None), "PartitionRecords", None) is Fetcher.PartitionRecords:
        consumer._fetcher.PartitionRecords = ColumnarRecords


def unpack(framed: bytes, batch: DefaultRecordBatch) -> Columns:
    """The columns of a batch from its uncompressed records. Raises CorruptRecordError if they are framed otherwise."""
    try:
        return _walk(framed, batch)
    except IndexError as error:
        raise CorruptRecordError("a record goes on after the end of its batch") from error


def _walk(framed: bytes, batch: DefaultRecordBatch) -> Columns:
    """One pass over the bytes. A number of one byte is read in place: most are, and a call costs more than it."""
    offsets, times, keys, values, headers = Columns([], [], [], [], [])
    at = 0
    for _ in range(batch.records_count):
        length, at = read_unsigned(framed, at)
        end = at + (length >> 1)
        at += 2  # with the attributes, of which there are none yet
        time = framed[at - 1]
        if time >= 0x80:
            time, at = read_unsigned(framed, at - 1)
        times.append(time)
        offset, at = (framed[at], at + 1) if framed[at] < 0x80 else read_unsigned(framed, at)
        offsets.append(offset)
        size, at = (framed[at], at + 1) if framed[at] < 0x80 else read_unsigned(framed, at)
        after = at if size & 1 else at + (size >> 1)  # odd is below zero: a null
        keys.append(None if size & 1 else framed[at:after])
        size, at = read_unsigned(framed, after)
        after = at if size & 1 else at + (size >> 1)
        values.append(None if size & 1 else framed[at:after])
        if after >= end:
            raise CorruptRecordError(f"a record of {length >> 1} bytes goes on after its end")
        headers.append(framed[after:end])
        at = end
    if at != len(framed):
        raise CorruptRecordError(f"records of {at} bytes in a batch of {len(framed)}")
    is_stamped = batch.timestamp_type == batch.LOG_APPEND_TIME
    stamps = [batch.max_timestamp] * len(times) if is_stamped else _from(batch.first_timestamp, times)
    return Columns(_from(batch.base_offset, offsets), stamps, keys, values, headers)


def _from(base: int, written: list[int]) -> list[int]:
    """Numbers that are written as what they differ from a base by."""
    return [base + ((delta >> 1) ^ -(delta & 1)) for delta in written]
