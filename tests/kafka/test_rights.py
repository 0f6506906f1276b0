"""The script of rights on a real broker with SCRAM, TLS and an authorizer: a pass works, and nobody else writes."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import GroupAuthorizationFailedError, TopicAuthorizationFailedError
from kafka.structs import OffsetAndMetadata

from connectors.kafka import distribution, java, topics
from connectors.kafka.cluster import Cluster, opened
from connectors.kafka.node import SETTINGS, Node, command
from tests.cli.command import ROOT
from tests.scene import Scene
from tests.upstream.certificates import HERE, Authority
from tokenshare.errors import BrokerUnavailable, ExitCode
from tokenshare.topics import CONSUMER_GROUP, RELEASE_OBSERVED

pytestmark = [pytest.mark.timeout(600), pytest.mark.slow]
MECHANISM, PREFIX = "SCRAM-SHA-512", "ours."
PASSWORDS = {name: f"{name}-secret" for name in ("admin", "tokenshare", "tokenshare-reader", "stranger")}
LOGIN = "org.apache.kafka.common.security.scram.ScramLoginModule required"
RELEASES_ALONE = "claims,disclosures,leaderboards"
START_SECONDS = 120


@dataclass(frozen=True)
class Guarded:
    """A broker that lets nobody do anything without a right, and the file with its authority."""

    address: str
    authority: Path

    def options(self, user: str) -> dict[str, str]:
        return {
            "security_protocol": "SASL_SSL",
            "sasl_mechanism": MECHANISM,
            "sasl_plain_username": user,
            "sasl_plain_password": PASSWORDS[user],
            "ssl_cafile": str(self.authority),
        }

    def cluster(self, user: str) -> Cluster:
        return Cluster(self.address, topic_prefix=PREFIX, options=tuple(self.options(user).items()))


def free_ports() -> tuple[int, int]:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as two:
        return one.getsockname()[1], two.getsockname()[1]


def properties(port: int, controller: int, certificate: Path, authority: Path) -> str:
    """A node as an administrator sets it up: SASL_SSL for all clients, the controller behind it."""
    login = f'{LOGIN} username="admin" password="{PASSWORDS["admin"]}";'
    own = {
        "listeners": f"GUARDED://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}",
        "advertised.listeners": f"GUARDED://127.0.0.1:{port}",
        "listener.security.protocol.map": "GUARDED:SASL_SSL,CONTROLLER:PLAINTEXT",
        "inter.broker.listener.name": "GUARDED",
        "controller.quorum.voters": f"1@127.0.0.1:{controller}",
        "log.dirs": "data",
        "sasl.enabled.mechanisms": MECHANISM,
        "sasl.mechanism.inter.broker.protocol": MECHANISM,
        f"listener.name.guarded.{MECHANISM.lower()}.sasl.jaas.config": login,
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(certificate),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": str(authority),
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "allow.everyone.if.no.acl.found": "false",
        "super.users": "User:admin;User:ANONYMOUS",  # ANONYMOUS is the controller's own door
    }
    return "".join(f"{name}={value}\n" for name, value in (SETTINGS | own).items())


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    root = tmp_path_factory.mktemp("guarded")
    authority = Authority(root)
    node, runtime, (port, controller) = Node(root), java.find(os.environ), free_ports()
    jars = distribution.jars(Path("~/.cache/tokenshare").expanduser(), lambda _: None)
    node.properties.write_text(properties(port, controller, authority.sign(HERE), authority.file))
    users = [f"--add-scram={MECHANISM}=[name={user},password={word}]" for user, word in PASSWORDS.items()]
    tool = ("kafka.tools.StorageTool", "format", "--cluster-id=MkU3OEVBNTcwNTJENDM2Qg", "-c", node.properties.name)
    subprocess.run(command(runtime, jars, *tool, *users), check=True, capture_output=True, cwd=root, timeout=120)
    with (root / "broker.log").open("wb") as log:
        words = command(runtime, jars, "kafka.Kafka", node.properties.name)
        process = subprocess.Popen(words, cwd=root, stdout=log, stderr=subprocess.STDOUT)
    try:
        found = Guarded(f"127.0.0.1:{port}", authority.file)
        wait(found, process)
        grant(found, root)
        yield found
    finally:
        process.kill()
        process.wait(20)


def wait(guarded: Guarded, process: "subprocess.Popen[bytes]") -> None:
    """Until the administrator gets in."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            with opened(KafkaAdminClient, guarded.cluster("admin")) as admin:
                admin.describe_cluster()
            return
        except BrokerUnavailable:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.5)


def grant(guarded: Guarded, root: Path) -> None:
    """Run the documented command; `kafka_acls.py` takes the options of Kafka's own program, absent from our jars."""
    config = root / "client.properties"
    login = f'{LOGIN} username="admin" password="{PASSWORDS["admin"]}";'
    config.write_text(
        f"security.protocol=SASL_SSL\nsasl.mechanism={MECHANISM}\nsasl.jaas.config={login}\n"
        f"ssl.truststore.location={guarded.authority}\n"
    )
    program = root / "kafka-acls.sh"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} {Path(__file__).with_name("kafka_acls.py")} "$@"\n')
    program.chmod(0o700)
    (line,) = re.findall(r"^BOOTSTRAP_SERVERS=.*", (ROOT / "docs" / "operate.md").read_text(), re.MULTILINE)
    for documented, ours in (("kafka.example:9093", guarded.address), ("client.properties", str(config))):
        assert documented in line
        line = line.replace(documented, ours)
    path = f"{root}:{os.environ['PATH']}"
    subprocess.run(["sh", "-c", line], cwd=ROOT, env={"PATH": path}, check=True, timeout=120)


@pytest.mark.threat("X20")
def test_a_pass_has_all_the_rights_it_needs(guarded: Guarded, tmp_path: Path) -> None:
    """On a cluster without topics: it makes, signs, writes and reads them, and shows its progress."""
    options = {f"TOKENSHARE_KAFKA_{name.upper()}": value for name, value in guarded.options("tokenshare").items()}
    environ = {
        name.replace("SASL_PLAIN_", "SASL_"): value for name, value in options.items()
    } | {"TOKENSHARE_SOURCES_OFF": RELEASES_ALONE}  # fmt: skip
    scene = Scene(tmp_path / "home", guarded.address, environ, PREFIX)
    report = scene.refresh("2026-07-01T06:00:00Z", tmp_path)
    assert report.exit_code == ExitCode.OK
    assert sum(landed.rows for landed in report.ranges) > 0
    assert scene.metric("release_cadence")


@pytest.mark.threat("X20")
def test_a_reader_reads_and_writes_nothing(guarded: Guarded) -> None:
    cluster = guarded.cluster("tokenshare-reader")
    topic = cluster.physical(RELEASE_OBSERVED.name)
    ensure(guarded, topic)
    with opened(KafkaConsumer, cluster, group_id="tokenshare-reader.mine") as consumer:
        assert topic in consumer.topics()
        partition = TopicPartition(topic, 0)
        consumer.assign([partition])
        consumer.seek_to_beginning(partition)
        consumer.poll(2_000)
        consumer.commit({partition: OffsetAndMetadata(0, "", -1)})
    assert_refused(cluster, topic)
    with pytest.raises(BrokerUnavailable, match=r"settings of topic release\.observed\.v1: give it the right Describe"):
        topics.identities(cluster, [RELEASE_OBSERVED.name])
    with opened(KafkaConsumer, cluster, group_id=cluster.physical(CONSUMER_GROUP)) as consumer:
        consumer.assign([partition])
        with pytest.raises(GroupAuthorizationFailedError):
            consumer.commit({partition: OffsetAndMetadata(0, "", -1)})


@pytest.mark.threat("X20")
def test_an_unlisted_user_can_do_nothing(guarded: Guarded) -> None:
    cluster = guarded.cluster("stranger")
    topic = cluster.physical(RELEASE_OBSERVED.name)
    ensure(guarded, topic)
    with opened(KafkaAdminClient, cluster) as admin:
        assert admin.list_topics() == []
    assert_refused(cluster, topic)


@pytest.mark.threat("X20")
def test_a_wrong_password_does_not_come_in(guarded: Guarded) -> None:
    options = guarded.options("tokenshare") | {"sasl_plain_password": "guessed"}
    with (
        pytest.raises(BrokerUnavailable, match="does not let us in"),
        opened(KafkaAdminClient, Cluster(guarded.address, options=tuple(options.items()))),
    ):
        raise AssertionError


def ensure(guarded: Guarded, topic: str) -> None:
    """The topic is there, whichever test came first."""
    with opened(KafkaAdminClient, guarded.cluster("admin")) as admin:
        if topic not in admin.list_topics():
            admin.create_topics({topic: {"num_partitions": 1, "replication_factor": 1}})
            admin.wait_for_topics([topic])


def assert_refused(cluster: Cluster, topic: str) -> None:
    """A record sent by this user is refused for want of a right."""
    producer = KafkaProducer(**cluster.client_options(), max_block_ms=10_000, enable_idempotence=False)
    try:
        with pytest.raises(TopicAuthorizationFailedError):
            producer.send(topic, b"forged").get(20)
    finally:
        producer.close(timeout=5)
