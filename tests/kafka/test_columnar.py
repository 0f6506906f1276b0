"""What is unpacked into columns is what kafka-python's own records are, and another consumer is left as it is."""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.consumer.fetcher import Fetcher
from kafka.errors import CorruptRecordError

from connectors.kafka import columnar, ranges, topics
from connectors.kafka.cluster import Cluster
from connectors.kafka.columnar import ColumnarRecords
from tokenshare.offsets import Range, Record

COUNT = 400
VALUES = (b"", b"v", b"v" * 63, b"v" * 64, b"v" * 8191, b"v" * 8192, b"v" * 70_000, None)
KEYS = (b"k", None, b"", b"k" * 200)
HEADERS: tuple[list[tuple[str, bytes]], ...] = (
    [],
    [("name", b"value")],
    [("ä", b""), ("n" * 70, b"x" * 9_000)],
)


def send(cluster: Cluster, codec: str | None, transaction: str | None = None) -> None:
    """Records with keys, values and headers of all kinds; in a transaction every second one of which is aborted."""
    more = {"transactional_id": transaction} if transaction else {}
    sender = KafkaProducer(bootstrap_servers=cluster.bootstrap_servers, compression_type=codec, linger_ms=20, **more)
    kinds = itertools.cycle(itertools.product(VALUES[:-1], KEYS, HEADERS))
    if transaction:
        sender.init_transactions()
    for n, (value, key, headers) in enumerate(itertools.islice(kinds, COUNT)):
        if transaction and n % 50 == 0:
            sender.begin_transaction()
        sender.send(cluster.physical("t"), value=VALUES[-1] if n % 51 == 6 and key else value, key=key, headers=headers)
        if transaction and n % 50 == 49:
            sender.flush()
            sender.abort_transaction() if n % 100 == 99 else sender.commit_transaction()
    sender.close()


def polled(cluster: Cluster, start: int, end: int) -> Iterator[Record]:
    """The records as kafka-python's consumer returns them."""
    options = {"isolation_level": "read_committed", "enable_auto_commit": False}
    consumer = KafkaConsumer(bootstrap_servers=cluster.bootstrap_servers, group_id=None, **options)
    at = TopicPartition(cluster.physical("t"), 0)
    consumer.assign([at])
    consumer.seek(at, start)
    while consumer.position(at) < end:
        for row in consumer.poll(500).get(at, ()):
            headers = tuple((name, value or b"") for name, value in row.headers)
            if row.offset < end:
                yield Record("t", 0, row.offset, row.timestamp, row.key, row.value, headers)
    consumer.close()


@pytest.fixture(scope="module")
def filled(broker: str) -> Iterator[Cluster]:
    cluster = Cluster(broker, topic_prefix="columnar.", partitions=1)
    topics.create(cluster, ["t"])
    for codec in (None, "gzip", "lz4", "zstd"):
        send(cluster, codec)
    send(cluster, "lz4", transaction="columnar")
    yield cluster
    topics.delete_prefixed(cluster)


@pytest.mark.parametrize(("start", "end"), [(0, None), (1, 2), (137, 1733), (399, 401), (1655, None), (1652, 1690)])
def test_columns_are_the_records_that_a_consumer_polls(filled: Cluster, start: int, end: int | None) -> None:
    (_, last), *_ = ranges.positions(filled, ["t"]).values()
    found = list(ranges.read(filled, Range("t", 0, start, end or last)))
    assert found == list(polled(filled, start, end or last))
    assert bool(found) == (end != 1690)  # which is within an aborted transaction


def test_most_records_come_in_columns(filled: Cluster) -> None:
    batches = list(ranges.read_batches(filled, Range("t", 0, 0, COUNT)))
    assert len(batches) < COUNT
    assert sum(map(len, batches)) == COUNT
    assert all(isinstance(framed, bytes) for batch in batches for framed in batch.headers)


def test_another_consumer_is_left_as_it_is(filled: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    class Other(Fetcher.PartitionRecords):  # type: ignore[misc]
        pass

    wanted = Range("t", 0, 0, COUNT)
    expected = list(ranges.read(filled, wanted))
    monkeypatch.setattr(columnar, "hook", lambda consumer: setattr(consumer._fetcher, "PartitionRecords", Other))
    assert list(ranges.read(filled, wanted)) == expected
    monkeypatch.undo()
    for stranger in (object(), type("Consumer", (), {"_fetcher": type("F", (), {"PartitionRecords": Other})()})()):
        columnar.hook(stranger)
        fetcher: Any = getattr(stranger, "_fetcher", None)
        assert fetcher is None or fetcher.PartitionRecords is Other
    assert issubclass(ColumnarRecords, Fetcher.PartitionRecords)


class Framed:
    """The header of a batch of one record, whose framing is not as it says."""

    base_offset, first_timestamp, max_timestamp, timestamp_type, records_count, LOG_APPEND_TIME = 0, 0, 0, 0, 1, 1


@pytest.mark.parametrize(
    "framed",
    [
        b"",
        b"\x10\x00",
        b"\x10\x00\x00\x00\x01\x10v",
        b"\x0c\x00\x00\x00\x01\x02v\x00\x00",
        b"\x06\x00\x00\x00\x01\x01\x00",
    ],
)
def test_framing_that_does_not_add_up_is_corrupt(framed: bytes) -> None:
    with pytest.raises(CorruptRecordError):
        columnar.unpack(framed, Framed())
