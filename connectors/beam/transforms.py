"""A range of offsets on its way from the topic to its landed file, chunk by chunk."""

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

import apache_beam as beam

from tokenshare.chunks import Chunk, Rows
from tokenshare.codec import decode
from tokenshare.errors import ContractViolation
from tokenshare.events import Event
from tokenshare.offsets import Range, Record, UnprovenRun, unproven_runs
from tokenshare.topics import TOPIC_BY_NAME

UNPROVEN = "Unproven"
CHUNK = 10_000  # two of them are held at most: one is read while the one before it is let go
Read = Callable[[Range], Iterable[Record]]
Doubt = Callable[[Range, Sequence[Record]], Mapping[int, str]]  # the reason for each offset whose record is unproven


class Rejection(NamedTuple):
    """A record for the dead letter, with the kind of its error and the reason."""

    record: Record
    error_class: str
    reason: str


Reject = Callable[[Sequence[Rejection]], None]
Write = Callable[[Range, Iterable[Chunk]], None]


@dataclass(frozen=True)
class Decoded:
    """One chunk after decoding: every record is in exactly one of `rows` and `rejections`."""

    rows: Rows
    rejections: Sequence[Rejection]
    unproven: Sequence[UnprovenRun]


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
        write(range, _settled(range, read(range), doubt, reject))
    return range


def _settled(range: Range, records: Iterable[Record], doubt: Doubt, reject: Reject) -> Iterator[Chunk]:
    """The rows of each chunk, its dead letters sent: an existing file proves that its rejects were."""
    left = iter(records)
    while chunk := tuple(islice(left, CHUNK)):
        decoded = decode_chunk(range, chunk, doubt)
        if decoded.rejections:
            reject(decoded.rejections)
        del chunk
        yield Chunk(decoded.rows, len(decoded.rejections), decoded.unproven)


def decode_chunk(range: Range, records: Sequence[Record], doubt: Doubt) -> Decoded:
    """Records of a range, each decoded strictly or rejected with the reason; what is unproven is not even decoded."""
    topic = TOPIC_BY_NAME[range.topic]
    rows: list[tuple[Record, Event]] = []
    rejections: list[Rejection] = []
    unproven = doubt(range, records)
    for record in records:
        if record.offset in unproven:
            rejections.append(Rejection(record, UNPROVEN, unproven[record.offset]))
            continue
        try:
            rows.append((record, decode(topic, record.value)))
        except ContractViolation as error:
            rejections.append(Rejection(record, type(error).__name__, str(error)))
    return Decoded(rows, rejections, unproven_runs(records, unproven))


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
