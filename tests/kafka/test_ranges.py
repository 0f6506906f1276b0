"""Ranges are exactly what is new; what is gone is named to the offset; gaps of transactions are passed."""

import pytest
from kafka import KafkaAdminClient, KafkaProducer, TopicPartition

from connectors.kafka import producer, ranges, topics
from connectors.kafka.cluster import Cluster, opened
from connectors.kafka.producer import Message
from tokenshare.errors import ExitCode, RecordsLost
from tokenshare.offsets import Range

T0, T1 = ("t", 0), ("t", 1)


@pytest.mark.parametrize(
    ("ledger", "positions", "planned"),
    [
        ({}, {}, []),
        ({}, {T0: (0, 0)}, []),
        ({}, {T0: (0, 5)}, [Range("t", 0, 0, 5)]),
        ({}, {T0: (3, 5)}, [Range("t", 0, 3, 5)]),
        ({T0: 0}, {T0: (0, 5)}, [Range("t", 0, 0, 5)]),
        ({T0: 5}, {T0: (0, 5)}, []),
        ({T0: 5}, {T0: (5, 5)}, []),
        ({T0: 5}, {T0: (5, 9)}, [Range("t", 0, 5, 9)]),
        ({T0: 2}, {T1: (0, 4), T0: (1, 3)}, [Range("t", 0, 2, 3), Range("t", 1, 0, 4)]),
        ({("other", 0): 7}, {T0: (0, 1)}, [Range("t", 0, 0, 1)]),
    ],
)
def test_plan(ledger: dict, positions: dict, planned: list[Range]) -> None:
    assert ranges.plan(ledger, positions) == planned


@pytest.mark.parametrize(
    ("ledger", "positions", "gone"),
    [
        ({T0: 2}, {T0: (5, 9)}, "t partition 0 offsets 2 to 4"),
        ({T0: 0}, {T0: (1, 1)}, "t partition 0 offsets 0 to 0"),
        ({T0: 9}, {T0: (0, 4)}, "t partition 0 offsets 4 to 8"),
        ({T0: 4, T1: 9}, {T0: (0, 4)}, "t partition 1 offsets 0 to 8"),
        (
            {T0: 1, T1: 9},
            {T0: (3, 4), T1: (0, 8)},
            "t partition 0 offsets 1 to 2; t partition 1 offsets 8 to 8",
        ),
    ],
)
def test_plan_stops_at_what_is_gone(ledger: dict, positions: dict, gone: str) -> None:
    with pytest.raises(RecordsLost, match=f"gone from Kafka: {gone}: .*new home") as caught:
        ranges.plan(ledger, positions)
    assert caught.value.exit_code == ExitCode.RECORDS_LOST


def transaction(cluster: Cluster, values: list[bytes], commit: bool) -> None:
    name = f"{cluster.topic_prefix}transaction"
    with opened(KafkaProducer, cluster, transactional_id=name) as client:
        client.init_transactions()
        client.begin_transaction()
        for value in values:
            client.send(cluster.physical("t"), key=b"k", value=value, partition=0)
        client.flush()
        client.commit_transaction() if commit else client.abort_transaction()


def test_control_records_and_aborted_transactions_are_passed(cluster: Cluster) -> None:
    topics.create(cluster, ["t"])
    producer.send(cluster, [Message("t", b"k", b"plain")])  # offset 0
    transaction(cluster, [b"kept"], commit=True)  # offset 1, marker 2
    transaction(cluster, [b"gone", b"gone"], commit=False)  # offsets 3 and 4, marker 5
    positions = ranges.positions(cluster, ["t"])
    assert positions == {T0: (0, 6)}
    (wanted,) = ranges.plan({}, positions)
    found = list(ranges.read(cluster, wanted))
    assert [(record.offset, record.value) for record in found] == [(0, b"plain"), (1, b"kept")]
    assert list(ranges.read(cluster, Range("t", 0, 2, 6))) == []
    assert ranges.plan({T0: wanted.end}, positions) == []


def test_an_open_transaction_is_not_yet_there(cluster: Cluster) -> None:
    topics.create(cluster, ["t"])
    producer.send(cluster, [Message("t", b"k", b"plain")])
    with opened(KafkaProducer, cluster, transactional_id=f"{cluster.topic_prefix}open") as client:
        client.init_transactions()
        client.begin_transaction()
        client.send(cluster.physical("t"), key=b"k", value=b"open", partition=0).get(10)
        producer.send(cluster, [Message("t", b"k", b"after")])
        assert ranges.positions(cluster, ["t"]) == {T0: (0, 1)}
        client.commit_transaction()
    (wanted,) = ranges.plan({T0: 1}, ranges.positions(cluster, ["t"]))
    assert [record.value for record in ranges.read(cluster, wanted)] == [b"open", b"after"]


def test_deleted_records_are_lost_by_name(cluster: Cluster) -> None:
    topics.create(cluster, ["t"])
    producer.send(cluster, [Message("t", b"k", b"v")] * 8)
    with opened(KafkaAdminClient, cluster) as admin:
        admin.delete_records({TopicPartition(cluster.physical("t"), 0): 5})
    positions = ranges.positions(cluster, ["t"])
    assert positions == {T0: (5, 8)}
    with pytest.raises(RecordsLost, match="t partition 0 offsets 3 to 4"):
        ranges.plan({T0: 3}, positions)
    with pytest.raises(RecordsLost, match="t partition 0 offsets 3 to 4"):
        list(ranges.read(cluster, Range("t", 0, 3, 8)))
    assert len(list(ranges.read(cluster, Range("t", 0, 5, 8)))) == 3


def test_records_deleted_while_they_are_read_are_lost_by_name(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the check and the fetch retention may pass us: the fetch must say so, not begin elsewhere."""
    topics.create(cluster, ["t"])
    producer.send(cluster, [Message("t", b"k", b"v")] * 8)
    with opened(KafkaAdminClient, cluster) as admin:
        admin.delete_records({TopicPartition(cluster.physical("t"), 0): 5})
    monkeypatch.setattr(ranges, "_check", lambda *_: None)
    with pytest.raises(RecordsLost, match="t partition 0 offsets 3 to 7"):
        list(ranges.read(cluster, Range("t", 0, 3, 8)))


def test_a_range_beyond_the_end_is_lost_and_not_waited_for(cluster: Cluster) -> None:
    topics.create(cluster, ["t"])
    producer.send(cluster, [Message("t", b"k", b"v")] * 2)
    with pytest.raises(RecordsLost, match="t partition 0 offsets 2 to 4"):
        list(ranges.read(cluster, Range("t", 0, 1, 5)))


def test_a_reader_that_stops_early_leaves_no_client(cluster: Cluster) -> None:
    import threading

    topics.create(cluster, ["t"])
    producer.send(cluster, [Message("t", b"k", b"v")] * 9)
    before = threading.active_count()
    records = ranges.read(cluster, Range("t", 0, 0, 9))
    assert next(records).offset == 0
    assert threading.active_count() > before
    records.close()
    assert threading.active_count() == before


def test_a_reader_without_progress_gives_up(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    from tokenshare.errors import BrokerUnavailable

    topics.create(cluster, ["t"])
    monkeypatch.setattr(ranges, "_check", lambda *_: None)
    monkeypatch.setattr(ranges, "STALL_SECONDS", 0.5)
    with pytest.raises(BrokerUnavailable, match="nothing of t partition 0 from offset 0"):
        list(ranges.read(cluster, Range("t", 0, 0, 1)))
