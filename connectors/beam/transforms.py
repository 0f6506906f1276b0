"""The steps of a range of offsets from the topic to its landed file."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import apache_beam as beam

from tokenshare.codec import decode
from tokenshare.errors import ContractViolation
from tokenshare.events import Event
from tokenshare.offsets import Range, Record, UnprovenRun, unproven_runs
from tokenshare.topics import TOPIC_BY_NAME

UNPROVEN = "Unproven"
Read = Callable[[Range], Iterable[Record]]
Doubt = Callable[[Range, Sequence[Record]], Mapping[int, str]]  # the reason for each offset whose record is unproven


class Rejection(NamedTuple):
    """A record for the dead letter, with the kind of its error and the reason."""

    record: Record
    error_class: str
    reason: str


Reject = Callable[[Sequence[Rejection]], None]
Write = Callable[[Range, Sequence[tuple[Record, Event]], int, Sequence[UnprovenRun]], None]


@dataclass(frozen=True)
class Decoded:
    """One range after decoding: every record is in exactly one of `rows` and `rejections`."""

    range: Range
    rows: tuple[tuple[Record, Event], ...]
    rejections: tuple[Rejection, ...]
    unproven: tuple[UnprovenRun, ...]


@dataclass
class ReadRanges(beam.PTransform):  # type: ignore[misc]
    """Ranges to their records. The element is a whole range: one element per record costs ten times as much."""

    read: Read

    def expand(self, ranges: beam.PCollection) -> beam.PCollection:
        return ranges | beam.Map(_read, self.read)


@dataclass
class Decode(beam.PTransform):  # type: ignore[misc]
    """Records to events. Records without proof, or in violation of their contract, are rejected with the reason."""

    doubt: Doubt

    def expand(self, records: beam.PCollection) -> beam.PCollection:
        return records | beam.Map(_decode, self.doubt)


@dataclass
class WriteLanding(beam.PTransform):  # type: ignore[misc]
    """Decoded ranges to the dead letter and then to their files: an existing file proves that its rejects were sent.

    A bundle run twice writes the same file. Dead letters may repeat and are counted by their origin.
    """

    reject: Reject
    write: Write

    def expand(self, decoded: beam.PCollection) -> beam.PCollection:
        return decoded | beam.Map(_land, self.reject, self.write)


def _read(range: Range, read: Read) -> tuple[Range, tuple[Record, ...]]:
    return range, tuple(read(range))


def _decode(read: tuple[Range, tuple[Record, ...]], doubt: Doubt) -> Decoded:
    return decode_range(*read, doubt)


def decode_range(range: Range, records: Sequence[Record], doubt: Doubt) -> Decoded:
    """Every record of a range, decoded strictly or rejected; what is unproven is not even decoded."""
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
    return Decoded(range, tuple(rows), tuple(rejections), unproven_runs(records, unproven))


def _land(decoded: Decoded, reject: Reject, write: Write) -> Range:
    if decoded.rejections:
        reject(decoded.rejections)
    write(decoded.range, decoded.rows, len(decoded.rejections), decoded.unproven)
    return decoded.range
