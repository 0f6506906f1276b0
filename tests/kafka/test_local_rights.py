"""The local broker between two users of one machine: everybody reads and writes, and only the home does the rest."""

import os
import stat
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil
import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ConfigResource,
    ConfigResourceType,
    ResourcePattern,
    ResourceType,
)
from kafka.errors import (
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    KafkaError,
    TopicAuthorizationFailedError,
    TransactionalIdAuthorizationFailedError,
)
from kafka.structs import OffsetAndMetadata

from connectors.kafka import broker as local
from connectors.kafka import distribution, groups, java, node, process, topics
from connectors.kafka.cluster import Cluster, opened, probe
from connectors.kafka.node import Node, Ports
from connectors.kafka.rights import ANYBODY
from flows import settings
from flows.orchestration.refresh import Report
from flows.orchestration.runner import run_once
from flows.setup.cluster import running_cluster
from tokenshare.errors import BrokerUnavailable, ExitCode
from tokenshare.topics import CONSUMER_GROUP, RELEASE_OBSERVED, TOPIC_NAMES

pytestmark = [pytest.mark.timeout(900), pytest.mark.slow]
GUESSED = (
    ("security_protocol", "SASL_PLAINTEXT"),
    ("sasl_mechanism", "PLAIN"),
    ("sasl_plain_username", "tokenshare"),
    ("sasl_plain_password", "tokenshare"),
)
EARLIER = """process.roles=broker,controller
node.id=1
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
controller.quorum.voters=1@127.0.0.1:{controller}
offsets.topic.replication.factor=1
log.dirs=data
"""
Record = Callable[[str, Any], None]
TOPIC, THEIRS = RELEASE_OBSERVED.name, "theirs"
FIRST, SECOND = "2026-07-01T06:00:00Z", "2026-07-02T06:00:00Z"


def quiet(_: str) -> None:
    return


@dataclass(frozen=True)
class House:
    """A home with its own broker, after one pass."""

    root: Path

    @property
    def given(self) -> settings.Settings:
        off = "claims,disclosures,leaderboards"
        return settings.load({"TOKENSHARE_HOME": str(self.root), "TOKENSHARE_SOURCES_OFF": off})

    @property
    def plain(self) -> Cluster:
        """The address that `tokenshare broker status` prints, for a client without a login."""
        return Cluster(local.status(self.root).bootstrap_servers, partitions=1)

    @property
    def own(self) -> Cluster:
        found = running_cluster(self.given)
        assert found
        return found

    def refresh(self, as_of: str, world: Path) -> Report:
        return run_once(self.given, datetime.fromisoformat(as_of), world, (), quiet)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    found = House(tmp_path_factory.mktemp("house") / "home")
    assert found.refresh(FIRST, tmp_path_factory.mktemp("world")).exit_code == ExitCode.OK
    yield found
    local.stop(found.root)


@pytest.mark.threat("S2", "X20")
def test_a_plain_client_lists_makes_writes_and_reads_topics(house: House) -> None:
    topics.create(house.plain, [THEIRS])
    with opened(KafkaConsumer, house.plain, group_id="their.group", auto_offset_reset="earliest") as consumer:
        assert {THEIRS, TOPIC} <= consumer.topics()
        for topic in (THEIRS, TOPIC):
            with opened(KafkaProducer, house.plain, enable_idempotence=True) as client:
                client.send(topic, b"of theirs").get(30)
        consumer.subscribe([THEIRS])
        values = [one.value for found in consumer.poll(30_000).values() for one in found]
        assert values == [b"of theirs"]
        consumer.commit()
        consumer.unsubscribe()
        consumer.assign([TopicPartition(TOPIC, partition) for partition in range(house.own.partitions)])
        consumer.seek_to_beginning()
        assert consumer.poll(30_000)
    assert groups.lag(house.plain, CONSUMER_GROUP, [TOPIC])
    assert topics.identities(house.plain, [TOPIC])


def deletes_the_topic(admin: KafkaAdminClient) -> Any:
    return admin.delete_topics([TOPIC])


def deletes_records(admin: KafkaAdminClient) -> Any:
    return admin.delete_records({TopicPartition(TOPIC, 0): 1})


def shortens_its_retention(admin: KafkaAdminClient) -> Any:
    return admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, TOPIC, {"retention.ms": "1"})])


def adds_partitions(admin: KafkaAdminClient) -> Any:
    return admin.create_partitions({TOPIC: 9})


def makes_a_topic_of_ours(admin: KafkaAdminClient) -> Any:
    return admin.create_topics({TOPIC: {"num_partitions": 1, "replication_factor": 1}})


def sets_our_offsets(admin: KafkaAdminClient) -> Any:
    return admin.alter_group_offsets(CONSUMER_GROUP, {TopicPartition(TOPIC, 0): OffsetAndMetadata(0, "")})


def deletes_our_offsets(admin: KafkaAdminClient) -> Any:
    return admin.delete_group_offsets(CONSUMER_GROUP, [TopicPartition(TOPIC, 0)])


def deletes_our_group(admin: KafkaAdminClient) -> Any:
    return admin.delete_groups([CONSUMER_GROUP])


def gives_itself_rights(admin: KafkaAdminClient) -> Any:
    everything = ResourcePattern(ResourceType.TOPIC, "*")
    return admin.create_acls([ACL(ANYBODY, "*", ACLOperation.ALL, ACLPermissionType.ALLOW, everything)])


def takes_refusals_away(admin: KafkaAdminClient) -> Any:
    group = ResourcePattern(ResourceType.GROUP, CONSUMER_GROUP)
    return admin.delete_acls([ACLFilter(ANYBODY, "*", ACLOperation.ANY, ACLPermissionType.DENY, group)])


ATTEMPTS = {
    deletes_the_topic: TopicAuthorizationFailedError,
    deletes_records: TopicAuthorizationFailedError,
    shortens_its_retention: TopicAuthorizationFailedError,
    adds_partitions: TopicAuthorizationFailedError,
    makes_a_topic_of_ours: TopicAuthorizationFailedError,
    sets_our_offsets: GroupAuthorizationFailedError,
    deletes_our_offsets: GroupAuthorizationFailedError,
    deletes_our_group: GroupAuthorizationFailedError,
    gives_itself_rights: ClusterAuthorizationFailedError,
    takes_refusals_away: ClusterAuthorizationFailedError,
}


def answer_to(address: str, attempt: Callable[[KafkaAdminClient], Any]) -> str:
    """Kafka's answer to a client without a login, in the words of the client, which raises some of them."""
    client = KafkaAdminClient(bootstrap_servers=address)
    try:
        return repr(attempt(client))
    except KafkaError as error:
        return repr(error)
    finally:
        client.close()


@pytest.mark.threat("S2", "X20")
@pytest.mark.parametrize(("attempt", "error"), ATTEMPTS.items(), ids=lambda one: one.__name__)
def test_a_plain_client_is_refused_the_rest(
    house: House, attempt: Callable[[KafkaAdminClient], Any], error: type[KafkaError]
) -> None:
    answer = answer_to(house.plain.bootstrap_servers, attempt)
    assert any(word in answer for word in (error.__name__, f"error_code={error.errno}", f"error {error.errno}")), answer


@pytest.mark.threat("S2", "X20")
def test_a_plain_client_writes_no_offsets_behind_the_back_of_the_group(house: House) -> None:
    """Kafka lets clients that call themselves an admin write into its own topics."""
    client = KafkaProducer(bootstrap_servers=house.plain.bootstrap_servers, client_id="__admin_client")
    try:
        assert 0 in client.partitions_for("__consumer_offsets")
        client._metadata.internal_topics = set()  # else the client itself would refuse
        with pytest.raises(TopicAuthorizationFailedError):
            client.send("__consumer_offsets", b"x", partition=0).get(30)
    finally:
        client.close()


@pytest.mark.threat("S2", "X20")
def test_a_plain_client_leaves_no_transaction_open(house: House) -> None:
    """Readers of committed records would see nothing after its beginning."""
    client = KafkaProducer(bootstrap_servers=house.plain.bootstrap_servers, transactional_id="theirs")
    try:
        with pytest.raises(TransactionalIdAuthorizationFailedError):
            client.init_transactions()
    finally:
        client.close(timeout=5)


@pytest.mark.threat("S2", "X20")
@pytest.mark.parametrize("door", ["owner", "controller"])
@pytest.mark.parametrize("login", [(), GUESSED], ids=["no login", "a guessed login"])
def test_the_other_doors_ask_for_the_login(house: House, door: str, login: tuple[tuple[str, str], ...]) -> None:
    (_, port) = house.plain.bootstrap_servers.split(":")
    with pytest.raises(BrokerUnavailable, match="does not let us in"):
        probe(Cluster(f"127.0.0.1:{getattr(Ports(int(port)), door)}", options=login), 3)


@pytest.mark.threat("S2", "X20")
def test_a_pass_after_all_attempts_goes_well(house: House, tmp_path: Path, record_property: Record) -> None:
    """Another user of the machine writes into a topic, and tries to delete, to shorten and to take over all else."""
    with opened(KafkaProducer, house.plain) as client:
        client.send(TOPIC, b"of theirs").get(30)
    before = groups.committed(house.own, CONSUMER_GROUP, TOPIC_NAMES)
    for attempt in ATTEMPTS:
        answer_to(house.plain.bootstrap_servers, attempt)
    assert groups.committed(house.own, CONSUMER_GROUP, TOPIC_NAMES) == before
    report = house.refresh(SECOND, tmp_path)
    assert report.exit_code == ExitCode.OK
    assert {metric.status for metric in report.metrics} <= {"unchanged", "published", "inactive"}
    record_property("observed", f"{len(ATTEMPTS)} attempts refused; exit code 0, and no metric is held")


@pytest.mark.threat("S2")
def test_the_login_is_the_users_alone_and_of_one_start(house: House) -> None:
    broker = Node.of(house.root)
    first = broker.login.read_text()
    assert [stat.S_IMODE(path.stat().st_mode) for path in (broker.login, broker.properties)] == [0o600, 0o600]
    (running,) = process.running(broker)
    assert first not in " ".join(psutil.Process(running.pid).cmdline())
    assert first not in repr(house.own)
    local.stop(house.root)
    assert running_cluster(house.given) is None
    local.start(house.root, quiet, environ=os.environ)
    assert broker.login.read_text() != first
    probe(house.own, 5)


def test_a_broker_whose_login_is_gone_is_replaced(house: House) -> None:
    local.start(house.root, quiet, environ=os.environ)
    broker = Node.of(house.root)
    (before,) = process.running(broker)
    broker.login.unlink()
    with pytest.raises(BrokerUnavailable, match=r"login .* is not readable .*: run `tokenshare broker stop`"):
        running_cluster(house.given)
    local.start(house.root, quiet, environ=os.environ)
    (after,) = process.running(broker)
    assert after.pid != before.pid
    probe(house.own, 5)


def test_a_broker_of_an_earlier_version_serves_until_its_next_start(tmp_path: Path) -> None:
    """It knows no login; the home uses it as it is, and asks for a login once it is started again."""
    broker, runtime = Node.of(tmp_path), java.find(os.environ)
    broker.log.parent.mkdir(parents=True)
    jars = distribution.jars(local.user_cache(), quiet)
    node.format_data(broker, runtime, jars)
    port = next(local._free_ports(broker))
    broker.properties.write_text(EARLIER.format(port=port, controller=port + 1))
    words = [broker.label, f"{process.PORT}{port}", f"{process.JAVA}17", "kafka.Kafka", broker.properties.name]
    with (
        broker.log.open("wb") as log,
        subprocess.Popen(node.command(runtime, jars, *words), cwd=broker.root, stdout=log, stderr=log) as earlier,
    ):
        address = local.start(tmp_path, quiet, environ=os.environ)
        found = local.own_access(tmp_path)
        assert (local.status(tmp_path).pid, address) == (earlier.pid, f"127.0.0.1:{port}")
        assert (found.bootstrap_servers, found.options) == (address, ()) if found else False
        topics.create(Cluster(address, partitions=1), [THEIRS])
        local.stop(tmp_path)
    assert local.start(tmp_path, quiet, environ=os.environ) == address
    found = local.own_access(tmp_path)
    assert found
    assert dict(found.options)["sasl_plain_password"] == broker.login.read_text()
    topics.require(found, [THEIRS])
    assert local.stop(tmp_path)
