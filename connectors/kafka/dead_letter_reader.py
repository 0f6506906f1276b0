"""Dead letters as they lie in their topics, each once: the record it was, and why it is there."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from connectors.kafka import ranges, topics
from connectors.kafka.cluster import Cluster
from tokenshare.offsets import Range, Record, RecordId

REASONS = (
    "origin.topic",
    "origin.partition",
    "origin.offset",
    "origin.timestamp",
    "error.class",
    "error.message",
    "stage",
    "attempt",
)


@dataclass(frozen=True)
class DeadLetter:
    """`record` is the one that was rejected, with the coordinates and headers that it had."""

    record: Record
    error_class: str
    message: str
    stage: str
    attempt: int

    @property
    def id(self) -> RecordId:
        return self.record.id


def read(cluster: Cluster, names: Iterable[str]) -> list[DeadLetter]:
    """The dead letters of topics, in the order of the records they hold; one that was sent twice is one."""
    found: dict[RecordId, DeadLetter] = {}
    for record in _records(cluster, [topics.dead_letter_of(name) for name in names]):
        letter = opened(record)
        if letter:
            found[letter.id] = letter
    return [found[id] for id in sorted(found)]


def opened(record: Record) -> DeadLetter | None:
    """The dead letter that a record is; None for a record that our producer did not write as one."""
    reasons = record.headers[-len(REASONS) :]
    if tuple(name for name, _ in reasons) != REASONS:
        return None
    topic, partition, offset, timestamp, error_class, message, stage, attempt = (
        value.decode("utf-8", "replace") for _, value in reasons
    )
    if not all(number.isdecimal() for number in (partition, offset, timestamp, attempt)):
        return None
    origin = replace(
        record,
        topic=topic,
        partition=int(partition),
        offset=int(offset),
        timestamp=int(timestamp),
        headers=record.headers[: -len(REASONS)],
    )
    return DeadLetter(origin, error_class, message, stage, int(attempt))


def _records(cluster: Cluster, names: list[str]) -> Iterator[Record]:
    for at, (beginning, end) in ranges.positions(cluster, names).items():
        if beginning < end:
            yield from ranges.read(cluster, Range(*at, beginning, end))
