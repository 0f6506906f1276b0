"""A range of offsets on its way from the topic to its landed file, chunk by chunk."""

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import compress
from typing import NamedTuple

import apache_beam as beam

from connectors.beam.bulk_codec import decode_columns
from tokenshare.chunks import Chunk
from tokenshare.errors import ContractViolation
from tokenshare.offsets import Range, Record, unproven_runs
from tokenshare.record_batches import RecordBatch, gathered
from tokenshare.topics import TOPIC_BY_NAME

UNPROVEN = "Unproven"
CHUNK = 2_500  # two are held at most, one read while the one before is let go; of more the kernel takes memory back
Read = Callable[[Range], Iterable[RecordBatch]]
Doubt = Callable[[RecordBatch], Mapping[int, str]]  # the reason for each offset whose record is unproven


class Rejection(NamedTuple):
    """A record for the dead letter, with the kind of its error and the reason."""

    record: Record
    error_class: str
    reason: str


Reject = Callable[[Sequence[Rejection]], None]
Write = Callable[[Range, Iterable[Chunk]], None]


@dataclass
class LandRanges(beam.PTransform):  # type: ignore[misc]
    """Ranges to their files. The element is a range and never its records, which Beam would encode to measure them.

    A bundle run twice writes the same file. Dead letters may repeat and are counted by their origin.
    """

    read: Read
    doubt: Doubt
    reject: Reject
    write: Write

    def expand(self, ranges: beam.PCollection) -> beam.PCollection:
        return ranges | beam.Map(land_range, self.read, self.doubt, self.reject, self.write)


def land_range(range: Range, read: Read, doubt: Doubt, reject: Reject, write: Write) -> Range:
    """Land one range: `write` gets its chunks one by one, and makes the file after the last."""
    with collection_paused():
        write(range, _settled(read(range), doubt, reject))
    return range


def _settled(batches: Iterable[RecordBatch], doubt: Doubt, reject: Reject) -> Iterator[Chunk]:
    """The rows of each chunk, its dead letters sent: an existing file proves that its rejects were."""
    for batch in gathered(batches, CHUNK):
        chunk, rejections = decode_chunk(batch, doubt)
        if rejections:
            reject(rejections)
        yield chunk


def decode_chunk(batch: RecordBatch, doubt: Doubt) -> tuple[Chunk, list[Rejection]]:
    """Records decoded strictly, or each rejected with the reason; what is unproven is not even decoded."""
    unproven = doubt(batch)
    places = zip(batch.offsets, batch.values, strict=True)
    values = [None if offset in unproven else value for offset, value in places] if unproven else batch.values
    columns, refused = decode_columns(TOPIC_BY_NAME[batch.topic], values)
    rejections = [_rejection(batch.record(n), error, unproven) for n, error in refused.items()]
    kept = [n not in refused for n in range(len(batch))]
    offsets, timestamps = (list(compress(column, kept)) for column in (batch.offsets, batch.timestamps))
    return Chunk(columns, offsets, timestamps, len(refused), unproven_runs(batch.offsets, unproven)), rejections


def _rejection(record: Record, error: ContractViolation, unproven: Mapping[int, str]) -> Rejection:
    reason = unproven.get(record.offset)
    return Rejection(record, UNPROVEN, reason) if reason else Rejection(record, type(error).__name__, str(error))


@contextmanager
def collection_paused() -> Iterator[None]:
    """No garbage collection for a while: it would walk all records again and again, and they make no circles."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
