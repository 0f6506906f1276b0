"""Records of one partition as columns: an object for every record would cost more than reading it. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from tokenshare.offsets import Record

Headers = tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, eq=False)
class RecordBatch:
    """Records in the order of their offsets; each column has a value a record.

    `headers` are as Kafka frames them, if they came so: few readers want them.
    """

    topic: str
    partition: int
    offsets: Sequence[int]
    timestamps: Sequence[int]
    keys: Sequence[bytes | None]
    values: Sequence[bytes | None]
    headers: Sequence[bytes | Headers]

    def __len__(self) -> int:
        return len(self.offsets)

    def __getitem__(self, span: slice) -> "RecordBatch":
        places = (self.offsets[span], self.timestamps[span])
        return RecordBatch(self.topic, self.partition, *places, self.keys[span], self.values[span], self.headers[span])

    def record(self, at: int) -> Record:
        """One of the records. Raises ValueError if its headers are not framed as Kafka frames them."""
        found = self.headers[at]
        headers = read_headers(found) if isinstance(found, bytes) else found
        place = (self.topic, self.partition, self.offsets[at], self.timestamps[at])
        return Record(*place, self.keys[at], self.values[at], headers)

    def records(self) -> Iterator[Record]:
        return map(self.record, range(len(self)))


def batch_of(records: Sequence[Record]) -> RecordBatch:
    """One or more records of one partition as a batch."""
    return RecordBatch(
        records[0].topic,
        records[0].partition,
        [record.offset for record in records],
        [record.timestamp for record in records],
        [record.key for record in records],
        [record.value for record in records],
        [record.headers for record in records],
    )


def gathered(batches: Iterable[RecordBatch], size: int) -> Iterator[RecordBatch]:
    """The same records in batches of `size` or somewhat more, the last one of what is left."""
    held: list[RecordBatch] = []
    for batch in batches:
        held.append(batch)
        if sum(map(len, held)) >= size:
            yield joined(held)
            held = []
    if any(map(len, held)):
        yield joined(held)


def joined(batches: Sequence[RecordBatch]) -> RecordBatch:
    """One or more batches of a partition, one after the other, as one."""
    if len(batches) == 1:
        return batches[0]
    return RecordBatch(
        batches[0].topic,
        batches[0].partition,
        list(chain.from_iterable(batch.offsets for batch in batches)),
        list(chain.from_iterable(batch.timestamps for batch in batches)),
        list(chain.from_iterable(batch.keys for batch in batches)),
        list(chain.from_iterable(batch.values for batch in batches)),
        list(chain.from_iterable(batch.headers for batch in batches)),
    )


def read_headers(framed: bytes) -> Headers:
    """The names and values of framed headers; one without a value has b"". Raises ValueError if they are cut."""
    count, at = read_varint(framed, 0)
    found = []
    for _ in range(_counted(count)):
        length, at = read_varint(framed, at)
        name, at = framed[at : at + _counted(length)], at + length
        value, at = _read_part(framed, at)
        found.append((name.decode(), value))
    if at != len(framed):
        raise ValueError(f"headers of {at} bytes, framed in {len(framed)}")
    return tuple(found)


def read_varint(framed: bytes, at: int) -> tuple[int, int]:
    """A zigzag varint at a place, and the place after it. Raises IndexError if it is cut."""
    written, at = read_unsigned(framed, at)
    return (written >> 1) ^ -(written & 1), at


def read_unsigned(framed: bytes, at: int) -> tuple[int, int]:
    """A varint as it is written, its sign not yet read, and the place after it. Raises IndexError if it is cut."""
    first = framed[at]
    if first < 0x80:
        return first, at + 1
    if framed[at + 1] < 0x80:  # two bytes, as most lengths of values have
        return first & 0x7F | framed[at + 1] << 7, at + 2
    result = shift = 0
    while framed[at] >= 0x80:
        result |= (framed[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
    return result | framed[at] << shift, at + 1


def frame_varint(number: int) -> bytes:
    """A number of zero or more as a zigzag varint, in as few bytes as can be."""
    left, found = number << 1, bytearray()
    while left > 0x7F:
        found.append((left & 0x7F) | 0x80)
        left >>= 7
    return bytes([*found, left])


def _counted(number: int) -> int:
    """A count of headers, or of the bytes of a name: neither can be below zero, as the length of a value can."""
    if number < 0:
        raise ValueError(f"headers are framed with a count of {number}")
    return number


def _read_part(framed: bytes, at: int) -> tuple[bytes, int]:
    length, at = read_varint(framed, at)
    end = at + max(length, 0)
    return framed[at:end], end
