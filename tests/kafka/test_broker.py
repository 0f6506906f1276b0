"""A local broker is started once, found again whatever happened, and keeps what it acknowledged."""

import json
import os
import shutil
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest

from connectors.kafka import broker as local
from connectors.kafka import node, process, producer, ranges, topics
from connectors.kafka.cluster import Cluster, probe
from connectors.kafka.java import Java
from connectors.kafka.node import Node, Ports
from connectors.kafka.producer import Message
from tokenshare.errors import BrokerUnavailable, UsageError

pytestmark = pytest.mark.slow


def start(home: Path) -> str:
    return local.start(home, lambda _: None, environ=os.environ)


def pid(home: Path) -> int:
    found = local.status(home).pid
    assert found
    return found


def brokers_of(home: Path) -> list[int]:
    label = Node.of(home).label
    return [one.pid for one in psutil.process_iter(["cmdline"]) if label in (one.info["cmdline"] or [])]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One home whose path needs care; the tests below leave its broker running or stopped as they please."""
    home = tmp_path_factory.mktemp("a home, né=ö %s")
    yield home
    local.stop(home)
    assert brokers_of(home) == []


def test_two_starts_at_once_make_one_broker_that_is_reused(home: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(start, [home, home])
    assert first == second == start(home)
    assert first.startswith("127.0.0.1:")
    assert brokers_of(home) == [pid(home)]
    probe(Cluster(first), 5)


@pytest.mark.threat("X20")
def test_it_listens_on_loopback_alone(home: Path) -> None:
    start(home)
    listening = [c for c in psutil.Process(pid(home)).net_connections("inet") if c.status == "LISTEN"]
    assert len(listening) == 3
    assert {connection.laddr.ip.removeprefix("::ffff:") for connection in listening} == {"127.0.0.1"}


def test_it_is_a_session_of_its_own(home: Path) -> None:
    start(home)
    assert os.getsid(pid(home)) == pid(home) != os.getsid(0)


def test_what_was_acknowledged_survives_kill_9_at_the_same_address(home: Path) -> None:
    cluster = Cluster(start(home), partitions=1)
    topics.create(cluster, ["kept"])
    producer.send(cluster, [Message("kept", b"k", str(number).encode()) for number in range(500)])
    identity = topics.identities(cluster, ["kept"])
    psutil.Process(pid(home)).kill()
    assert start(home) == cluster.bootstrap_servers
    assert topics.identities(cluster, ["kept"]) == identity
    (wanted,) = ranges.plan({}, ranges.positions(cluster, ["kept"]))
    assert [int(record.value or b"") for record in ranges.read(cluster, wanted)] == list(range(500))


def test_status_says_what_there_is(home: Path) -> None:
    address = start(home)
    status = local.status(home)
    assert (status.running, status.bootstrap_servers, status.version) == (True, address, "4.1.2")
    assert int(status.java.split(".")[0]) >= 17
    assert 0 < status.data_bytes < 10_000_000


def test_an_orphan_is_adopted(home: Path) -> None:
    address, before = start(home), pid(home)
    process.forget(Node.of(home))
    assert local.status(home).pid == before
    assert start(home) == address
    assert json.loads((home / "broker" / "pid").read_text())["pid"] == before


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": 1, "created": 0, "port": 1, "java": "17"}'])
def test_a_stale_or_damaged_pid_file_is_not_believed(home: Path, content: str) -> None:
    address, before = start(home), pid(home)
    (home / "broker" / "pid").write_text(content)
    assert start(home) == address
    assert brokers_of(home) == [before]


@pytest.mark.threat("S8")
def test_a_pid_that_is_another_process_by_now_is_left_alone(tmp_path: Path) -> None:
    broker = Node.of(tmp_path)
    broker.root.mkdir()
    here = psutil.Process()
    process.record(broker, process.Running(here.pid, here.create_time(), 20_000, "17"))
    assert local.stop(tmp_path) is False
    assert local.status(tmp_path).running is False


def test_a_pid_given_out_again_is_told_by_its_time(home: Path) -> None:
    start(home)
    broker = Node.of(home)
    (known,) = process.running(broker)
    process.record(broker, process.Running(known.pid, known.created - 60, 1, "old"))
    assert process.running(broker) == [known]


@pytest.mark.threat("S8")
def test_one_home_never_takes_the_broker_of_another(home: Path, tmp_path: Path) -> None:
    """A home copied with its pid file: the copy must not stop the original."""
    start(home)
    (tmp_path / "broker").mkdir()
    shutil.copy(home / "broker" / "pid", tmp_path / "broker" / "pid")
    assert local.stop(tmp_path) is False
    assert brokers_of(home)


def test_a_broker_whose_data_was_removed_is_replaced(home: Path) -> None:
    start(home)
    before = pid(home)
    shutil.rmtree(home / "broker")
    cluster = Cluster(start(home), partitions=1)
    assert brokers_of(home) == [pid(home)] != [before]
    with pytest.raises(BrokerUnavailable):
        topics.require(cluster, ["kept"])


def test_stop_is_clean_and_says_whether_it_stopped(home: Path) -> None:
    start(home)
    assert local.stop(home) is True
    assert local.stop(home) is False
    assert local.status(home).running is False
    assert not (home / "broker" / "pid").exists()
    assert brokers_of(home) == []


def test_a_taken_port_is_passed(tmp_path: Path) -> None:
    first, second, third, fourth = list(local._free_ports(Node.of(tmp_path)))[:4]
    taken = (first, Ports(second).controller, Ports(third).owner)
    with ExitStack() as until:
        for port in taken:
            until.enter_context(socket.create_server(("127.0.0.1", port)))
        assert next(local._free_ports(Node.of(tmp_path))) == fourth


def test_a_port_taken_between_the_look_and_the_bind_is_known_by_what_kafka_says(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "_is_free", lambda port: True)
    monkeypatch.setattr(local, "ATTEMPTS", 1)
    port = next(local._free_ports(Node.of(home)))
    with socket.create_server(("127.0.0.1", port)), pytest.raises(BrokerUnavailable):
        start(home)
    assert "Address already in use" in local._log_tail(Node.of(home))
    assert brokers_of(home) == []


@pytest.mark.parametrize(("says", "tries"), [("... Address already in use", 3), ("disk full", 1)])
def test_only_a_taken_port_is_tried_again(home: Path, monkeypatch: pytest.MonkeyPatch, says: str, tries: int) -> None:
    ports: list[int] = []
    monkeypatch.setattr(local, "_launched", lambda node, runtime, jars, port: ports.append(port))
    monkeypatch.setattr(local, "_log_tail", lambda node: says)
    with pytest.raises(BrokerUnavailable, match=says):
        start(home)
    assert len(set(ports)) == tries


def test_a_broker_that_cannot_start_says_why_and_leaves_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(node.SETTINGS, "num.io.threads", "none")
    with pytest.raises(BrokerUnavailable, match=r"did not start .*num.io.threads.*: read .*broker.log"):
        start(home)
    assert brokers_of(home) == []


def formatter(path: Path, does: str) -> Java:
    """A `java` that does this instead of formatting."""
    path.write_text(f"#!/bin/sh\n{does}\n")
    path.chmod(0o755)
    return Java(path, "17")


def test_a_half_formatted_directory_is_formatted(tmp_path: Path) -> None:
    broker = Node.of(tmp_path)
    (broker.data / "__cluster_metadata-0").mkdir(parents=True)
    (broker.data / "bootstrap.checkpoint").touch()
    (broker.root / "data.new").mkdir()
    node.format_data(broker, formatter(tmp_path / "java", "mkdir data.new && touch data.new/meta.properties"), tmp_path)
    assert broker.is_formatted
    assert [path.name for path in broker.data.iterdir()] == ["meta.properties"]
    assert not (broker.root / "data.new").exists()


def test_a_failed_format_says_why_and_leaves_none(tmp_path: Path) -> None:
    broker = Node.of(tmp_path)
    broker.root.mkdir()
    failing = formatter(tmp_path / "java", "mkdir data.new; echo No space left on device >&2; exit 1")
    with pytest.raises(BrokerUnavailable, match=r"could not format .*No space left"):
        node.format_data(broker, failing, tmp_path)
    assert not broker.data.exists()


def test_topics_without_identity_are_not_formatted_away(tmp_path: Path) -> None:
    broker = Node.of(tmp_path)
    (broker.data / "usage.observed.v1-0").mkdir(parents=True)
    with pytest.raises(BrokerUnavailable, match=r"contains topics but no meta\.properties"):
        node.format_data(broker, formatter(tmp_path / "java", "true"), tmp_path)
    assert (broker.data / "usage.observed.v1-0").exists()


def test_a_chosen_port_is_taken_and_the_file_for_tools_logs_in_there(tmp_path: Path) -> None:
    port = next(port for port in range(11_000, 11_900, 3) if all(map(local._is_free, Ports(port).all)))
    try:
        said: list[str] = []
        assert local.start(tmp_path, said.append, environ=os.environ, port=port) == f"127.0.0.1:{port}"
        found = local.status(tmp_path)
        assert (found.bootstrap_servers, found.login_servers) == (f"127.0.0.1:{port}", f"127.0.0.1:{port + 2}")
        file = Path(found.client_properties)
        assert file.stat().st_mode & 0o777 == 0o600
        given = dict(line.split("=", 1) for line in file.read_text().splitlines())
        own = local.own_access(tmp_path)
        assert own
        assert given["bootstrap.servers"] == own.bootstrap_servers == found.login_servers
        assert f'password="{dict(own.options)["sasl_plain_password"]}"' in given["sasl.jaas.config"]
        assert {name: given[name] for name in ("security.protocol", "sasl.mechanism")} == {
            "security.protocol": "SASL_PLAINTEXT",
            "sasl.mechanism": "PLAIN",
        }
        said.clear()
        assert local.start(tmp_path, said.append, environ=os.environ, port=port + 300) == f"127.0.0.1:{port}"
        assert [f"still runs at 127.0.0.1:{port}" in line for line in said] == [True]
    finally:
        local.stop(tmp_path)


@pytest.mark.parametrize("beside", [0, 1, 2])
def test_a_chosen_port_that_is_taken_is_one_sentence_with_its_fix(tmp_path: Path, beside: int) -> None:
    port = next(port for port in range(12_000, 12_900, 3) if all(map(local._is_free, Ports(port).all)))
    with (
        socket.create_server(("127.0.0.1", port + beside)),
        pytest.raises(UsageError, match=f"another process has port {port + beside}.*TOKENSHARE_KAFKA_PORT"),
    ):
        local.start(tmp_path, lambda _: None, environ=os.environ, port=port)
