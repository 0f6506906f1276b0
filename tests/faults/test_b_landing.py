"""Records sent twice, by other partitions, too large, or with the group's offsets lost: each lands once."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from time import monotonic, sleep
from typing import Any

import pytest
from kafka import KafkaAdminClient

from connectors.kafka import dead_letter_reader, groups, producer, ranges, topics
from connectors.kafka.cluster import Cluster, opened
from connectors.kafka.producer import Message
from connectors.storage.warehouse import open_warehouse
from connectors.storage.warehouse.ledger import positions
from flows.orchestration.refresh import Report
from tests.faults.oracles import find_losses
from tests.faults.stages import NAME, cluster_of, land_now, landed, owed, usage
from tests.faults.test_b_kafka import configure
from tests.kafka.test_producer import read
from tests.scene import ROUTER_ALONE, Scene, small_rows, statuses, write_rankings
from tokenshare.errors import MessageTooLarge
from tokenshare.metrics import METRICS
from tokenshare.topics import CONSUMER_GROUP, FETCH_COMPLETED, TOPIC_NAMES

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]
Record = Callable[[str, Any], None]
ROUTER = [metric.id for metric in METRICS if metric.group == "router"]
MORNING, NOON = "2026-06-15T06:00:00+00:00", "2026-06-15T12:00:00+00:00"
LARGE, LARGER = 6_000_000, "9000000"


@dataclass(frozen=True)
class Again:
    """A home after two weeks, and after all its records have come a second time, by five partitions."""

    scene: Scene
    before: dict[str, list[Any]]
    rows: int
    copies: int
    new: dict[int, int]
    report: Report


@pytest.fixture(scope="module")
def again(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Again]:
    root = tmp_path_factory.mktemp("again")
    world = write_rankings(root / "world", small_rows(date(2026, 6, 1), 14))
    scene = Scene(root / "home", broker, ROUTER_ALONE)
    scene.refresh(MORNING, world)
    before, (rows, _) = scene.metrics(ROUTER), landed(scene)
    cluster = cluster_of(scene)
    copies = [record for topic in (NAME, FETCH_COMPLETED.name) for record in read(cluster, topic)]
    add_partitions(cluster)
    producer.send(cluster, [Message(one.topic, one.key, one.value, one.headers) for one in copies])
    ends = {at[1]: end for at, (_, end) in ranges.positions(cluster, [NAME]).items()}
    with opened(KafkaAdminClient, cluster) as admin:
        admin.delete_groups([cluster.physical(CONSUMER_GROUP)])
    assert groups.committed(cluster, CONSUMER_GROUP, [NAME]) == {}
    report = scene.refresh(NOON, world)
    usage_copies = len([record for record in copies if record.topic == NAME])
    yield Again(scene, before, rows, usage_copies, ends, report)
    topics.delete_prefixed(cluster)


def add_partitions(cluster: Cluster) -> None:
    """Add three partitions; some keys are mapped to them from now on."""
    with opened(KafkaAdminClient, cluster) as admin:
        admin.create_partitions({cluster.physical(NAME): 5})


def bare(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: row[name] for name in row.keys() - {"as_of", "is_provisional"}} for row in rows]


def test_b05_the_ledger_alone_says_where_to_go_on(again: Again, record_property: Record) -> None:
    """The consumer group deleted, with all its offsets."""
    with open_warehouse(again.scene.home.warehouse) as connection:
        reached = {at: end for at, end in positions(connection).items() if at[0] in TOPIC_NAMES}
    group = groups.committed(cluster_of(again.scene), CONSUMER_GROUP, TOPIC_NAMES)
    assert group == reached
    assert find_losses(again.scene) == []
    record_property("observed", f"{len(group)} offsets set anew from the ledger; 0 lost, 0 doubled")


def test_b07_a_partition_added_is_read_from_its_beginning(again: Again, record_property: Record) -> None:
    """Three partitions added to two, keys mapped anew, and all records sent again."""
    added = sum(end for partition, end in again.new.items() if partition > 1)
    assert added > 0
    assert owed(again.scene) == again.new
    assert landed(again.scene) == (again.rows + again.copies,) * 2
    record_property("observed", f"{added} records of new partitions, each offset once")


def test_b08_records_that_come_twice_count_once(again: Again, record_property: Record) -> None:
    """Every record of usage, and of whole fetches, produced a second time."""
    assert again.copies == again.rows > 0
    assert {statuses(again.report)[id] for id in ROUTER} == {"unchanged"}
    for id in ROUTER:
        assert bare(again.scene.metric(id)) == bare(again.before[id])
    record_property("observed", f"{again.copies} records twice, {len(ROUTER)} metrics unchanged")


def send_when_taken(cluster: Cluster, message: Message) -> None:
    """Send once the broker applies its topic's new limit, a little after it has answered."""
    deadline = monotonic() + 20
    while True:
        try:
            producer.send(cluster, [message])
        except MessageTooLarge:
            assert monotonic() < deadline
            sleep(0.1)
        else:
            return


def test_b13_a_record_larger_than_its_dead_letter_may_be_stops_with_the_way_on(
    mill: Scene, record_property: Record
) -> None:
    """A topic's limit raised, and an invalid record too large for its dead letter."""
    cluster = cluster_of(mill)
    configure(cluster, NAME, max_message_bytes=LARGER)
    huge = random.Random(7).randbytes(LARGE)
    send_when_taken(cluster, Message(NAME, b"one key", huge))
    producer.send(cluster, [Message(NAME, b"one key", value) for value in usage(range(3))])
    with pytest.raises(
        MessageTooLarge, match=rf"too large for topic {NAME}\.dlq: raise max\.message\.bytes"
    ) as stopped:
        land_now(mill)
    assert owed(mill) == {}
    configure(cluster, f"{NAME}.dlq", max_message_bytes=LARGER)
    send_when_taken(cluster, Message(f"{NAME}.dlq", b"nobody's letter", huge))
    (found,) = [one for one in land_now(mill) if one.range.topic == NAME]
    assert (found.rows, found.rejected) == (3, 1)
    (letter,) = dead_letter_reader.read(cluster, [NAME])
    assert letter.record.value == huge
    record_property("observed", f"exit {stopped.value.exit_code} naming the limit; once raised, 3 rows and 1 letter")
