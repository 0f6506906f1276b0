"""Faults of topics and records in Kafka: named to the offset, refused, or passed without a hole."""

import random
from collections.abc import Callable
from time import monotonic
from typing import Any

import pytest
from kafka import KafkaAdminClient, KafkaProducer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import KafkaConnectionError
from kafka.producer.sender import Sender

from connectors.kafka import producer, ranges, topics
from connectors.kafka.cluster import Cluster, opened
from connectors.kafka.producer import Message, dead_letter
from tests.kafka.conftest import cluster, cluster_factory
from tests.kafka.test_producer import read
from tokenshare.errors import BrokerUnavailable, MessageTooLarge, RecordsLost, UsageError
from tokenshare.offsets import Range

__all__ = ["cluster", "cluster_factory"]
Record = Callable[[str, Any], None]
AT = ("t", 0)


def delete_before(cluster: Cluster, offset: int) -> None:
    with opened(KafkaAdminClient, cluster) as admin:
        admin.delete_records({TopicPartition(cluster.physical("t"), 0): offset})


def configure(cluster: Cluster, name: str, **configs: str) -> None:
    settings = {key.replace("_", "."): value for key, value in configs.items()}
    resource = ConfigResource(ConfigResourceType.TOPIC, cluster.physical(name), settings)
    with opened(KafkaAdminClient, cluster) as admin:
        admin.alter_configs([resource])


def transaction(cluster: Cluster, values: list[bytes], commit: bool) -> None:
    name = f"{cluster.topic_prefix}transaction"
    with opened(KafkaProducer, cluster, transactional_id=name) as client:
        client.init_transactions()
        client.begin_transaction()
        for value in values:
            client.send(cluster.physical("t"), key=b"k", value=value, partition=0)
        client.flush()
        client.commit_transaction() if commit else client.abort_transaction()


def test_b02_an_acknowledgement_that_is_lost_doubles_nothing(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch, record_property: Record
) -> None:
    """The broker's first answer to a written batch does not arrive: the batch is sent again."""
    topics.create(cluster, ["t"])
    answered, calls = Sender._handle_produce_response, []

    def lost(sender: Any, node: Any, at: Any, batches: Any, response: Any) -> None:
        calls.append(node)
        if len(calls) == 1:
            sender._failed_produce(batches, node, KafkaConnectionError("the answer is lost"))
        else:
            answered(sender, node, at, batches, response)

    monkeypatch.setattr(Sender, "_handle_produce_response", lost)
    producer.send(cluster, [Message("t", b"k", str(number).encode()) for number in range(20)])
    assert len(calls) > 1
    assert [int(record.value or b"") for record in read(cluster, "t")] == list(range(20))
    record_property("observed", f"{len(calls)} answers, 20 records, each once and in order")


def test_b03_deleted_records_are_lost_by_name(cluster: Cluster, record_property: Record) -> None:
    """Five of eight records deleted, three of them not yet read."""
    topics.create(cluster, ["t"])
    producer.send(cluster, [Message("t", b"k", b"v")] * 8)
    delete_before(cluster, 5)
    positions = ranges.positions(cluster, ["t"])
    assert positions == {AT: (5, 8)}
    with pytest.raises(RecordsLost, match="t partition 0 offsets 3 to 4"):
        ranges.plan({AT: 3}, positions)
    with pytest.raises(RecordsLost, match="t partition 0 offsets 3 to 4"):
        list(ranges.read(cluster, Range("t", 0, 3, 8)))
    assert len(list(ranges.read(cluster, Range("t", 0, 5, 8)))) == 3
    record_property("observed", "offsets 3 to 4 named, by plan and by reader")


def test_b03_records_deleted_while_they_are_read_are_lost_by_name(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch, record_property: Record
) -> None:
    """Records deleted between the check and the fetch; the fetch must not begin elsewhere."""
    topics.create(cluster, ["t"])
    producer.send(cluster, [Message("t", b"k", b"v")] * 8)
    delete_before(cluster, 5)
    monkeypatch.setattr(ranges, "_check", lambda *_: None)
    with pytest.raises(RecordsLost, match="t partition 0 offsets 3 to 7"):
        list(ranges.read(cluster, Range("t", 0, 3, 8)))
    record_property("observed", "offset out of range: stopped, no reset")


def test_b04_a_topic_made_again_has_another_identity_and_shorter_ends(
    cluster: Cluster, record_property: Record
) -> None:
    """A topic of three records deleted and made again."""
    topics.create(cluster, ["t"])
    producer.send(cluster, [Message("t", b"k", b"v")] * 3)
    before = topics.identities(cluster, ["t"])
    assert topics.identities(cluster, ["t"]) == before
    topics.delete_prefixed(cluster)
    topics.create(cluster, ["t"])
    assert topics.identities(cluster, ["t"]).keys() == before.keys()
    assert topics.identities(cluster, ["t"]) != before
    with pytest.raises(RecordsLost, match="t partition 0 offsets 0 to 2"):
        ranges.plan({AT: 3}, ranges.positions(cluster, ["t"]))
    record_property("observed", "another topic id; offsets 0 to 2 named")


def test_b09_control_records_and_aborted_transactions_are_passed(cluster: Cluster, record_property: Record) -> None:
    """A committed and an aborted transaction in the log."""
    topics.create(cluster, ["t"])
    producer.send(cluster, [Message("t", b"k", b"plain")])  # offset 0
    transaction(cluster, [b"kept"], commit=True)  # offset 1, marker 2
    transaction(cluster, [b"gone", b"gone"], commit=False)  # offsets 3 and 4, marker 5
    positions = ranges.positions(cluster, ["t"])
    assert positions == {AT: (0, 6)}
    (wanted,) = ranges.plan({}, positions)
    found = list(ranges.read(cluster, wanted))
    assert [(record.offset, record.value) for record in found] == [(0, b"plain"), (1, b"kept")]
    assert list(ranges.read(cluster, Range("t", 0, 2, 6))) == []
    assert ranges.plan({AT: wanted.end}, positions) == []
    record_property("observed", "2 of 6 offsets are records; the ledger reaches 6")


def test_b09_an_open_transaction_is_not_yet_there(cluster: Cluster, record_property: Record) -> None:
    """A transaction left open, with a record of another producer behind it."""
    topics.create(cluster, ["t"])
    producer.send(cluster, [Message("t", b"k", b"plain")])
    with opened(KafkaProducer, cluster, transactional_id=f"{cluster.topic_prefix}open") as client:
        client.init_transactions()
        client.begin_transaction()
        client.send(cluster.physical("t"), key=b"k", value=b"open", partition=0).get(10)
        producer.send(cluster, [Message("t", b"k", b"after")])
        assert ranges.positions(cluster, ["t"]) == {AT: (0, 1)}
        client.commit_transaction()
    (wanted,) = ranges.plan({AT: 1}, ranges.positions(cluster, ["t"]))
    assert [record.value for record in ranges.read(cluster, wanted)] == [b"open", b"after"]
    record_property("observed", "the end stays before it, then both are read")


def test_b10_a_compacted_topic_is_refused(cluster: Cluster, record_property: Record) -> None:
    """cleanup.policy set to compact."""
    topics.create(cluster, ["kept", "squeezed"])
    configure(cluster, "squeezed", cleanup_policy="compact")
    assert topics.identities(cluster, ["kept"])
    with pytest.raises(UsageError, match="topic squeezed is compacted") as refused:
        topics.identities(cluster, ["kept", "squeezed"])
    record_property("observed", f"exit {refused.value.exit_code}, the topic named")


def test_b11_a_range_beyond_the_end_is_lost_and_not_waited_for(cluster: Cluster, record_property: Record) -> None:
    """A partition ending before the range to read."""
    topics.create(cluster, ["t"])
    producer.send(cluster, [Message("t", b"k", b"v")] * 2)
    begun = monotonic()
    with pytest.raises(RecordsLost, match="t partition 0 offsets 2 to 4"):
        list(ranges.read(cluster, Range("t", 0, 1, 5)))
    record_property("observed", f"offsets 2 to 4 named after {monotonic() - begun:.1f} s")


def test_b12_a_missing_topic_is_named_at_once_and_not_made(cluster: Cluster, record_property: Record) -> None:
    """Every way in, asked for a missing topic on a broker that would create it."""
    topics.create(cluster, ["here"])
    begun = monotonic()
    for attempt in (
        lambda: topics.require(cluster, ["here", "gone"]),
        lambda: topics.identities(cluster, ["gone"]),
        lambda: ranges.positions(cluster, ["here", "gone"]),
        lambda: producer.send(cluster, [Message("here", b"k", b"v"), Message("gone", b"k", b"v")]),
    ):
        with pytest.raises(BrokerUnavailable, match=r"lacks topic gone"):
            attempt()
    took = monotonic() - begun
    assert took < 5
    assert ranges.positions(cluster, ["here"]) == {("here", 0): (0, 0)}
    with pytest.raises(BrokerUnavailable):
        topics.require(cluster, ["gone"])
    record_property("observed", f"named four times within {took:.1f} s, no topic made")


@pytest.mark.parametrize("size", [1_500_000, 9_000_000])  # the first is refused by the broker, the second here
def test_b13_a_message_too_large_is_named(cluster: Cluster, size: int, record_property: Record) -> None:
    """Messages above the limit of the topic, and of the client."""
    topics.create(cluster, ["t"])
    value = random.Random(7).randbytes(size) + bytes(range(256)) * 8
    with pytest.raises(MessageTooLarge, match=rf"a message of {len(value) + 1} bytes is too large for topic t"):
        producer.send(cluster, [Message("t", b"a", b"small"), Message("t", b"b", value)])
    record_property("observed", f"{len(value) + 1} bytes refused by name")


def test_b13_the_largest_record_fits_its_dead_letter(cluster: Cluster, record_property: Record) -> None:
    """A record as large as a topic takes, rejected."""
    topics.create(cluster, ["t"])
    producer.send(cluster, [Message("t", b"k", random.Random(7).randbytes(1_048_000))])
    (record,) = read(cluster, "t")
    producer.send(cluster, [dead_letter(record, "ContractViolation", "x" * 5_000, "decode", 1)])
    (letter,) = read(cluster, "t.dlq")
    assert letter.value == record.value
    record_property("observed", f"{len(letter.value or b'')} bytes in the dead letter, untouched")
