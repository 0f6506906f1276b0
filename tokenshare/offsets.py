"""Coordinates in Kafka as plain values: a record, a range of offsets, and the landed part of a range.

Topic names have no prefix here; connectors/kafka adds and removes it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal, NamedTuple

RETIRED = "@"  # between a topic and an ended generation of its offsets


class RecordId(NamedTuple):
    """The coordinates of one record."""

    topic: str
    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.topic}:{self.partition}:{self.offset}"


@dataclass(frozen=True)
class Record:
    """One record as read: `timestamp` is the time of sending, in epoch milliseconds."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()

    @property
    def id(self) -> RecordId:
        return RecordId(self.topic, self.partition, self.offset)


@dataclass(frozen=True, order=True)
class Range:
    """Offsets of one partition, `start` inclusive and `end` exclusive."""

    topic: str
    partition: int
    start: int
    end: int

    @property
    def file_name(self) -> str:
        return f"{self.topic}/{self.partition}/{self.start}-{self.end}.parquet"

    def retired(self, generation: int) -> "Range":
        """The same records under a name of their own: their offsets have come to mean others."""
        return replace(self, topic=f"{self.topic}{RETIRED}{generation}")


@dataclass(frozen=True)
class Loss:
    """Records gone from a topic, before we read them or after they landed.

    `end` is None if their number is unknown. The pass goes on from `resumed_at`. `is_retired`: Kafka gives out the
    offsets of landed records again.
    """

    topic: str
    partition: int
    start: int
    end: int | None
    resumed_at: int
    cause: Literal["deleted", "truncated", "recreated"]
    is_retired: bool = False

    @property
    def message(self) -> str:
        """The range in words, its end included."""
        if self.end is None:
            return f"{self.topic} partition {self.partition} offsets from {self.start} on: deleted and made again"
        return f"{self.topic} partition {self.partition} offsets {self.start} to {self.end - 1}"


class UnprovenRun(NamedTuple):
    """Unproven records in a row, from `start` on and before `end`: the `records` there are all unproven."""

    start: int
    end: int
    records: int


@dataclass(frozen=True)
class Landed:
    """The manifest of one landed range: rows in the file and records sent to the dead letter.

    A file states which of the rejected records are `unproven`; as the ledger keeps them apart, its ranges state none.
    """

    range: Range
    rows: int
    rejected: int
    unproven: tuple[UnprovenRun, ...] = ()


def unproven_runs(offsets: Sequence[int], unproven: Collection[int]) -> tuple[UnprovenRun, ...]:
    """The runs of unproven records, given the offsets of all records of a range in order, and of the unproven ones."""
    runs = (list(run) for is_unproven, run in groupby(offsets, unproven.__contains__) if is_unproven)
    return tuple(UnprovenRun(run[0], run[-1] + 1, len(run)) for run in runs)
