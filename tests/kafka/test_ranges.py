"""Ranges are exactly what is new, and what is gone is named to the offset."""

import pytest

from connectors.kafka import producer, ranges, topics
from connectors.kafka.cluster import Cluster
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
