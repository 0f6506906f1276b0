"""Offset ranges: partition ends, records new since the ledger, and the records of one range."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.admin import OffsetSpec
from kafka.errors import KafkaTimeoutError, LogTruncationError, OffsetOutOfRangeError

from connectors.kafka import columnar
from connectors.kafka.cluster import Cluster, opened
from connectors.kafka.topics import CREATE, described
from tokenshare.errors import BrokerUnavailable, RecordsLost
from tokenshare.offsets import Range, Record
from tokenshare.record_batches import RecordBatch

Partition = tuple[str, int]
STALL_SECONDS = 15.0
METADATA_MS = 5_000
RESTORE = (
    "restore the topic, continue without them by `tokenshare refresh --accept-gap`, or start a new home, which "
    "fetches again"
)


def positions(cluster: Cluster, topics: Iterable[str]) -> dict[Partition, tuple[int, int]]:
    """The beginning and end offset of every partition; the end is the last stable offset, as read_committed sees it.

    Raises BrokerUnavailable if a topic is missing.
    """
    with opened(KafkaAdminClient, cluster) as admin:
        metadata = described(admin, cluster, topics)
        partitions = [
            TopicPartition(topic["name"], partition["partition_index"])
            for topic in metadata.values()
            for partition in topic["partitions"]
        ]
        beginnings = _offsets(admin, partitions, OffsetSpec.EARLIEST)
        ends = _offsets(admin, partitions, OffsetSpec.LATEST)
    return {(cluster.logical(at.topic), at.partition): (beginnings[at], ends[at]) for at in sorted(partitions)}


def lost(ledger_next: Mapping[Partition, int], positions: Mapping[Partition, tuple[int, int]]) -> list[Range]:
    """The ranges the ledger counts on and the topics no longer contain.

    Below the beginning they are records never read. Beyond the end, or in a missing partition, they are records
    read and then withdrawn: the topic was truncated or recreated.
    """
    asked = {topic for topic, _ in positions}
    gaps = []
    for (topic, partition), due in sorted(ledger_next.items()):
        beginning, end = positions.get((topic, partition), (0, 0 if topic in asked else due))
        if due < beginning:
            gaps.append(Range(topic, partition, due, beginning))
        elif due > end:
            gaps.append(Range(topic, partition, end, due))
    return gaps


def plan(ledger_next: Mapping[Partition, int], positions: Mapping[Partition, tuple[int, int]]) -> list[Range]:
    """The records new since the ledger, one range per partition. Raises RecordsLost naming every missing range."""
    gaps = lost(ledger_next, positions)
    if gaps:
        raise records_lost(map(_described, gaps))
    new = [
        Range(topic, partition, ledger_next.get((topic, partition), beginning), end)
        for (topic, partition), (beginning, end) in sorted(positions.items())
    ]
    return [wanted for wanted in new if wanted.start < wanted.end]


def records_lost(losses: Iterable[str]) -> RecordsLost:
    """The error for lost ranges, each described exactly as given."""
    return RecordsLost(f"records are gone from Kafka: {'; '.join(losses)}", RESTORE)


def read(cluster: Cluster, wanted: Range) -> Iterator[Record]:
    """Every committed record with start <= offset < end, in order; raises as `read_batches` does."""
    for batch in read_batches(cluster, wanted):
        yield from batch.records()


def read_batches(cluster: Cluster, wanted: Range) -> Iterator[RecordBatch]:
    """The committed records with start <= offset < end, in order. Offsets without a record are control records.

    Raises RecordsLost if the topic no longer contains the range, BrokerUnavailable for a missing topic or 15 s
    without progress.
    """
    with opened(KafkaConsumer, cluster, **_options()) as consumer:
        columnar.hook(consumer)
        partition = TopicPartition(cluster.physical(wanted.topic), wanted.partition)
        consumer.assign([partition])
        _check(consumer, partition, wanted)
        consumer.seek(partition, wanted.start)
        for rows in _polled(consumer, partition, wanted):
            batches = (row.value if isinstance(row.value, columnar.Columns) else _single(row) for row in rows)
            yield from filter(len, (_within(wanted, columns) for columns in batches))


def _within(wanted: Range, found: columnar.Columns) -> RecordBatch:
    """The records of a batch that are in the range: it may begin before it and end after it."""
    span = slice(bisect_left(found.offsets, wanted.start), bisect_left(found.offsets, wanted.end))
    places = (found.offsets[span], found.timestamps[span])
    return RecordBatch(
        wanted.topic, wanted.partition, *places, found.keys[span], found.values[span], found.headers[span]
    )


def _single(row: Any) -> columnar.Columns:
    # Kafka allows a header without a value. Ours are bytes, and no reader distinguishes None from b"".
    headers = tuple((name, value or b"") for name, value in row.headers)
    return columnar.Columns([row.offset], [row.timestamp], [row.key], [row.value], [headers])


@dataclass(frozen=True)
class RangeReader:
    """`read_batches` bound to a cluster: the picklable callable for Beam workers."""

    cluster: Cluster

    def __call__(self, wanted: Range) -> Iterator[RecordBatch]:
        return read_batches(self.cluster, wanted)


def _options() -> dict[str, Any]:
    return {
        "group_id": None,
        "auto_offset_reset": "none",
        "enable_auto_commit": False,
        "isolation_level": "read_committed",
        "allow_auto_create_topics": False,
        "max_poll_records": 5_000,
        "max_partition_fetch_bytes": 1024 * 1024,
        "fetch_max_bytes": 50 * 1024 * 1024,
        "receive_buffer_bytes": 4 * 1024 * 1024,
        "metrics_enabled": False,
    }


def _offsets(admin: Any, partitions: list[Any], spec: Any) -> dict[Any, int]:
    found = admin.list_partition_offsets(dict.fromkeys(partitions, spec), isolation_level="read_committed")
    return {partition: answer.offset for partition, answer in found.items()}


def _check(consumer: Any, partition: Any, wanted: Range) -> None:
    """Check that the broker has the range before waiting for its records. Raises as `read` does."""
    try:
        beginning = consumer.beginning_offsets([partition], METADATA_MS)[partition]
        end = consumer.end_offsets([partition], METADATA_MS)[partition]
    except KafkaTimeoutError as error:
        raise BrokerUnavailable(
            f"Kafka lacks topic {wanted.topic} partition {wanted.partition}, or is too slow to answer", CREATE
        ) from error
    span = (wanted.topic, wanted.partition)
    gaps = lost({span: wanted.start}, {span: (beginning, end)}) or lost({span: wanted.end}, {span: (0, end)})
    if gaps:
        raise records_lost(map(_described, gaps))


def _described(gap: Range) -> str:
    return f"{gap.topic} partition {gap.partition} offsets {gap.start} to {gap.end - 1}"


def _polled(consumer: Any, partition: Any, wanted: Range) -> Iterator[Sequence[Any]]:
    """What the consumer returns, up to the end of the range and a little beyond.

    The consumer's position decides, because it also passes control records and aborted transactions.
    """
    position, deadline = wanted.start, monotonic() + STALL_SECONDS
    while position < wanted.end:
        try:
            rows = consumer.poll(timeout_ms=1_000).get(partition, ())
            reached = consumer.position(partition, timeout_ms=1_000)
        except (OffsetOutOfRangeError, LogTruncationError) as error:
            raise records_lost([_described(Range(wanted.topic, wanted.partition, position, wanted.end))]) from error
        yield rows
        if reached is not None and reached > position:
            position, deadline = reached, monotonic() + STALL_SECONDS
        elif monotonic() > deadline:
            raise BrokerUnavailable(
                f"Kafka returned nothing of {wanted.topic} partition {wanted.partition} from offset {position} "
                f"for {STALL_SECONDS:.0f} s",
                "look at the broker, then run again",
            )
