"""Coordinates in Kafka as plain values: a record, a range of offsets, and what landed of it.

Topics are named without a prefix here; the prefix is put on and taken off in connectors/kafka.
"""

from dataclasses import dataclass


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


@dataclass(frozen=True)
class Landed:
    """The manifest of one landed range: rows in the file and records sent to the dead letter."""

    range: Range
    rows: int
    rejected: int
