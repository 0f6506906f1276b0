"""What is sent is acknowledged or an error, and a dead letter is its record and a reason."""

from time import time

import pytest

from connectors.kafka import producer, ranges, topics
from connectors.kafka.cluster import Cluster
from connectors.kafka.producer import Message, dead_letter
from tokenshare.offsets import Range, Record


def read(cluster: Cluster, topic: str) -> list[Record]:
    wanted = ranges.plan({}, ranges.positions(cluster, [topic]))
    return [record for span in wanted for record in ranges.read(cluster, span)]


def test_what_was_sent_is_read(cluster: Cluster) -> None:
    topics.create(cluster, ["t"])
    headers = (("schema", b"v1"), ("schema", b"again"), ("empty", b""))
    sent = [
        Message("t", b"key", b"value", headers),
        Message("t", b"tombstone", None),
        Message("t", None, b"no key"),
        Message("t", b"", b""),
        Message("t", None, None, (("only", b"headers"),)),
    ]
    begun = time() * 1000
    assert producer.send(cluster, sent) == 5
    found = read(cluster, "t")
    assert [Message(r.topic, r.key, r.value, r.headers) for r in found] == sent
    assert [record.offset for record in found] == [0, 1, 2, 3, 4]
    assert all(begun - 2 <= record.timestamp <= time() * 1000 + 2 for record in found)


def test_the_same_key_goes_to_one_partition_of_each_topic(cluster_factory) -> None:
    cluster = cluster_factory(partitions=4)
    topics.create(cluster, ["a", "b"])
    keys = [f"model-{number % 10}".encode() for number in range(200)]
    producer.send(cluster, [Message(topic, key, b"v") for key in keys for topic in ("a", "b")])
    placed = {(record.key, record.topic, record.partition) for t in ("a", "b") for record in read(cluster, t)}
    assert len(placed) == 20
    assert len({partition for _, _, partition in placed}) > 1


def test_nothing_to_send_needs_no_broker() -> None:
    assert producer.send(Cluster("127.0.0.1:1"), []) == 0


@pytest.mark.parametrize("count", [1, 2, 7])
def test_midway_comes_once_when_half_is_acknowledged(cluster: Cluster, count: int) -> None:
    topics.create(cluster, ["t"])
    seen: list[int] = []

    def midway() -> None:
        seen.append(ranges.positions(cluster, ["t"])[("t", 0)][1])

    producer.send(cluster, [Message("t", b"k", b"v")] * count, midway)
    assert seen == [(count + 1) // 2]


def test_more_than_a_chunk_keeps_its_order(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(producer, "CHUNK", 10)
    topics.create(cluster, ["t"])
    producer.send(cluster, (Message("t", b"k", str(number).encode()) for number in range(95)))
    assert [int(record.value or b"") for record in read(cluster, "t")] == list(range(95))


def test_a_dead_letter_is_the_record_untouched_and_why(cluster: Cluster) -> None:
    topics.create(cluster, ["t"])
    original = (("schema", b"v1"), ("stage", b"its own"))
    record = Record("t", 2, 41, 1_700_000_000_123, b"\xff\x00", None, original)
    letter = dead_letter(record, "ContractViolation", 'tokens: "\ud800" is not é', "decode", 3)
    assert letter.topic == "t.dlq"
    producer.send(cluster, [letter])
    (found,) = read(cluster, "t.dlq")
    assert (found.key, found.value) == (record.key, record.value)
    assert found.headers[:2] == original
    assert found.headers[2:] == (
        ("origin.topic", b"t"),
        ("origin.partition", b"2"),
        ("origin.offset", b"41"),
        ("origin.timestamp", b"1700000000123"),
        ("error.class", b"ContractViolation"),
        ("error.message", 'tokens: "\\ud800" is not é'.encode()),
        ("stage", b"decode"),
        ("attempt", b"3"),
    )


def test_a_record_without_key_and_value_has_a_dead_letter(cluster: Cluster) -> None:
    topics.create(cluster, ["t"])
    producer.send(cluster, [dead_letter(Record("t", 0, 0, 0, None, None), "X", "", "decode", 1)])
    (found,) = read(cluster, "t.dlq")
    assert (found.key, found.value) == (None, None)


def test_a_range_ends_where_it_says(cluster: Cluster) -> None:
    topics.create(cluster, ["t"])
    producer.send(cluster, [Message("t", b"k", str(number).encode()) for number in range(10)])
    found = ranges.read(cluster, Range("t", 0, 3, 7))
    assert [record.offset for record in found] == [3, 4, 5, 6]
