"""Dead letters read from their topics, each once: the rejected record and the reason."""

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
    """`record` is the rejected record, with its original coordinates and headers."""

    record: Record
    error_class: str
    message: str
    stage: str
    attempt: int

    @property
    def id(self) -> RecordId:
        return self.record.id


def read(cluster: Cluster, names: Iterable[str]) -> list[DeadLetter]:
    """The dead letters of topics, in the order of their original records; one sent twice counts once."""
    found: dict[RecordId, DeadLetter] = {}
    for record in _records(cluster, [topics.dead_letter_of(name) for name in names]):
        letter = opened(record)
        if letter:
            found[letter.id] = letter
    return [found[id] for id in sorted(found)]


def opened(record: Record) -> DeadLetter | None:
    """The dead letter in a record; None if our producer did not write the record as a dead letter."""
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
