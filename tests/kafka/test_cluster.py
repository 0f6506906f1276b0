"""A cluster that is down, refuses us or is misconfigured says so, and soon."""

import gc
import pickle
import socket
import threading
from collections.abc import Iterator
from time import monotonic
from typing import Any

import psutil
import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer

from connectors.kafka import cluster as clusters
from connectors.kafka import producer, ranges, topics
from connectors.kafka.cluster import Cluster, opened, probe
from connectors.kafka.producer import Message
from connectors.kafka.ranges import RangeReader
from tokenshare.errors import BrokerUnavailable, ExitCode, UsageError
from tokenshare.offsets import Range


@pytest.fixture
def deaf() -> Iterator[str]:
    """Connects and answers nothing, like a broker behind another protocol: nobody takes the call."""
    with socket.create_server(("127.0.0.1", 0), backlog=100) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture
def nobody() -> str:
    """An address where nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"127.0.0.1:{server.getsockname()[1]}"


def test_answers(broker: str) -> None:
    probe(Cluster(broker), 5)


def test_one_bootstrap_server_of_several_is_enough(broker: str, nobody: str) -> None:
    probe(Cluster(f"{nobody}, {broker}"), 5)


def test_nothing_listens(nobody: str) -> None:
    with pytest.raises(BrokerUnavailable, match=f"nothing listens at {nobody}.*start that Kafka, or correct") as caught:
        probe(Cluster(nobody), 5)
    assert caught.value.exit_code == ExitCode.BROKER


@pytest.mark.threat("X20")
def test_listens_and_does_not_let_us_in(deaf: str) -> None:
    with pytest.raises(BrokerUnavailable, match=r"listens but does not let us in .*certificates"):
        probe(Cluster(deaf), 1)


@pytest.mark.parametrize("kind", [KafkaAdminClient, KafkaConsumer, KafkaProducer])
def test_a_refused_client_leaves_nothing_open(deaf: str, kind: Any) -> None:
    threads, descriptors = threading.active_count(), psutil.Process().num_fds()
    for _ in range(2):
        with pytest.raises(BrokerUnavailable), opened(kind, Cluster(deaf), bootstrap_timeout_ms=100):
            raise AssertionError
    gc.collect()
    assert threading.active_count() <= threads  # those of an earlier test may have ended
    assert psutil.Process().num_fds() <= descriptors


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_tls_to_a_plaintext_port_says_why(broker: str) -> None:
    options = (("security_protocol", "SSL"),)
    with pytest.raises(BrokerUnavailable, match=r"does not let us in .*Handshake failed"):
        probe(Cluster(broker, options=options), 1)
    gc.collect()  # kafka-python leaves its half-open sockets to the collector, which says so


def test_every_way_in_fails_fast(nobody: str) -> None:
    gone = Cluster(nobody)
    begun = monotonic()
    for attempt in (
        lambda: topics.create(gone, ["a"]),
        lambda: producer.send(gone, [Message("a", b"k", b"v")]),
        lambda: ranges.positions(gone, ["a"]),
        lambda: list(ranges.read(gone, Range("a", 0, 0, 1))),
    ):
        with pytest.raises(BrokerUnavailable):
            attempt()
    assert monotonic() - begun < 5


@pytest.mark.parametrize("address", ["", "localhost", ":9092", "a:b", "a:1,"])
def test_a_wrong_address_is_a_wrong_setting(address: str) -> None:
    with pytest.raises(UsageError, match="host:port"):
        probe(Cluster(address), 1)


def test_an_unknown_option_is_a_wrong_setting() -> None:
    with pytest.raises(UsageError, match="auto_offset_reset is not passed through"):
        Cluster("a:1", options=(("auto_offset_reset", "latest"),))


@pytest.mark.threat("X20")
def test_an_unknown_protocol_is_not_taken_for_plaintext() -> None:
    with pytest.raises(UsageError, match="SASL-SSL is unknown"):
        Cluster("a:1", options=(("security_protocol", "SASL-SSL"),))


@pytest.mark.threat("S9")
def test_secrets_are_not_shown() -> None:
    cluster = Cluster("a:1", options=(("sasl_plain_password", "hunter2"),))
    assert "hunter2" not in repr(cluster)
    assert cluster.client_options()["sasl_plain_password"] == "hunter2"


@pytest.mark.threat("X20")
def test_every_passed_option_is_one_of_every_client() -> None:
    for client in (KafkaAdminClient, KafkaConsumer, KafkaProducer):
        assert client.DEFAULT_CONFIG.keys() >= clusters.PASSED_THROUGH


def test_prefix_goes_on_and_off() -> None:
    cluster = Cluster("a:1", topic_prefix="p.")
    assert cluster.physical("t") == "p.t"
    assert cluster.logical(cluster.physical("t")) == "t"


def test_a_range_reader_survives_pickling(cluster: Cluster) -> None:
    topics.create(cluster, ["t"])
    producer.send(cluster, [Message("t", b"k", b"v")])
    reader = pickle.loads(pickle.dumps(RangeReader(cluster)))
    assert reader == RangeReader(cluster)
    assert [list(batch.values) for batch in reader(Range("t", 0, 0, 1))] == [[b"v"]]
