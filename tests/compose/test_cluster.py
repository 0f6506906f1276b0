"""The profile `cluster`: three brokers as processes, and a pass loses nothing while one of them dies."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaAdminClient

from connectors.kafka import topics
from connectors.kafka.cluster import Cluster, opened, probe
from flows.orchestration.refresh import Report
from flows.orchestration.runner import run_once
from flows.queries.verify import verify
from flows.settings import load
from flows.setup.cluster import cluster_of
from flows.setup.context import RunOptions
from tests.compose.given import given
from tests.compose.services import Local, local
from tests.scene import ROUTER_ALONE, Scene, small_rows, statuses, write_rankings
from tokenshare.codec import read_moment
from tokenshare.errors import BrokerUnavailable, RecordsLost
from tokenshare.noop import noop

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]
BROKERS = ("kafka", "kafka-2", "kafka-3")
KAFKA = "TOKENSHARE_KAFKA_"
WEEKS = (date(2026, 6, 1), 28)


@pytest.fixture(scope="module")
def place() -> Iterator[Local]:
    with local(given("cluster")) as made:
        for broker in BROKERS:
            made.kafka(broker)
        yield made


@pytest.fixture(scope="module")
def scene(place: Local) -> Scene:
    """A home with the environment of the service, without its mirror and its Prefect."""
    told = {name: value for name, value in place.environment("tokenshare").items() if name.startswith(KAFKA)}
    made = Scene(place.root / "home", told[f"{KAFKA}BOOTSTRAP_SERVERS"], ROUTER_ALONE | told, prefix="")
    place.until(lambda: alive(cluster(made)) == set(range(1, 4)), place.processes["kafka"])
    return made


def cluster(scene: Scene) -> Cluster:
    settings = load(scene.variables)
    return cluster_of(settings, settings.kafka_bootstrap_servers or "")


def alive(cluster: Cluster) -> set[int]:
    """The brokers that take part; none while the cluster does not answer."""
    with suppress(BrokerUnavailable):
        probe(cluster, 2)
        with opened(KafkaAdminClient, cluster) as admin:
            return {
                int(broker["broker_id"]) for broker in admin.describe_cluster()["brokers"] if not broker["is_fenced"]
            }
    return set()


def refresh(scene: Scene, world: Path, as_of: str, at: Any = noop, **options: Any) -> Report:
    """A pass; `at` hears of each stage as it begins."""
    return run_once(load(scene.variables), read_moment(as_of, "as_of"), world, (), at, **options)


def test_a_topic_has_three_copies_of_which_two_must_have_a_record(scene: Scene, tmp_path: Path) -> None:
    rows = small_rows(*WEEKS)
    refresh(scene, write_rankings(tmp_path / "world", rows[: len(rows) // 2]), "2026-06-15T06:00:00Z")
    with opened(KafkaAdminClient, cluster(scene)) as admin:
        found = admin.describe_topics()
    copies = {len(partition["replica_nodes"]) for topic in found for partition in topic["partitions"]}
    assert copies == {3}


@pytest.mark.parametrize(
    ("broker", "stage", "as_of", "days"),
    [("kafka-3", "ingest", "2026-06-22T06:00:00Z", 21), ("kafka", "land", "2026-06-29T06:00:00Z", 28)],
)
def test_a_broker_that_dies_in_a_pass_takes_nothing_with_it(
    place: Local, scene: Scene, tmp_path: Path, broker: str, stage: str, as_of: str, days: int
) -> None:
    """The pass goes on or says that Kafka failed; when Kafka misses the broker, another finishes it with the others."""
    rows = small_rows(WEEKS[0], days)
    world = write_rankings(tmp_path / "world", rows)

    def kill(text: str) -> None:
        if text == stage:
            place.end(broker)

    with suppress(BrokerUnavailable):
        refresh(scene, world, as_of, kill)
    assert place.processes[broker].poll() is not None
    others = [place.processes[other] for other in BROKERS if other != broker]
    place.until(lambda: len(alive(cluster(scene))) == len(others), others[0])
    assert refresh(scene, world, as_of).exit_code in (0, 10)
    assert sum(row["tokens"] for row in scene.metric("router_tokens_weekly")) == sum(int(row[3]) for row in rows)
    assert verify(scene.home, noop)["breaches"] == []
    place.kafka(broker)
    place.until(lambda: len(alive(cluster(scene))) == len(BROKERS), place.processes[broker])


def test_a_home_moves_to_the_cluster_as_documented(scene: Scene, broker: str, tmp_path: Path) -> None:
    """What had landed stays; what is asked for again lands beside it, and lets the numbers out."""
    rows = small_rows(WEEKS[0], 21)
    before = Scene(tmp_path / "home", broker, ROUTER_ALONE)
    world = write_rankings(tmp_path / "world", rows)
    before.refresh("2026-06-22T06:00:00Z", world)
    topics.delete_prefixed(Cluster(broker, topic_prefix=before.prefix))
    after = replace(scene, root=before.root, prefix=before.prefix)
    with pytest.raises(RecordsLost):
        refresh(after, world, "2026-06-22T07:00:00Z")
    accepting = RunOptions(accepts_gaps_by="a person")
    refresh(after, world, "2026-06-22T08:00:00Z", options=accepting)
    report = refresh(after, write_rankings(tmp_path / "next", small_rows(WEEKS[0], 22)), "2026-06-23T06:00:00Z")
    assert report.exit_code == 0, statuses(report)
    assert sum(row["tokens"] for row in after.metric("router_tokens_weekly")) >= sum(int(row[3]) for row in rows)
    assert verify(after.home, noop)["breaches"] == []
