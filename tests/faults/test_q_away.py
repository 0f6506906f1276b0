"""Kafka or Flink goes away: the receiver acknowledges only what Kafka has, and planned ranges stay planned."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.kafka import broker as local
from connectors.kafka import ranges, topics
from connectors.kafka.cluster import Cluster
from connectors.storage import home
from connectors.storage.home import Home
from connectors.storage.warehouse import ledger, open_warehouse
from flows import settings
from flows.operations.gateway import Delivery
from flows.setup.cluster import open_cluster
from tests.faults.requests import NAME, land_to_the_end, receive, unaccounted
from tests.gateway.payloads import payload
from tests.gateway.running import begin
from tests.gateway.test_receiver import serving
from tests.gateway.traffic import draw
from tests.scene import Scene
from tokenshare.errors import ExitCode
from tokenshare.noop import noop
from tokenshare.offsets import Range
from tokenshare.topics import TOPIC_NAMES

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]
Record = Callable[[str, Any], None]


@pytest.fixture
def delivery(tmp_path: Path) -> Iterator[Delivery]:
    """A delivery into the local Kafka of a home."""
    given = settings.load({"TOKENSHARE_HOME": str(tmp_path / "home")})
    home.initialise(Home(given.home), "live")
    home.add_secret(Home(given.home))
    topics.create(open_cluster(given, noop), TOPIC_NAMES)
    with closing(Delivery(given, noop)) as delivery:
        yield delivery
    local.stop(given.home)


def test_q03_only_what_kafka_acknowledged_is_promised(
    delivery: Delivery, tmp_path: Path, record_property: Record
) -> None:
    """The local Kafka ends under the receiver; a client repeats its call, and Kafka is started again for it."""
    codes: dict[str, list[int]] = {}
    with serving(tmp_path, delivery.deliver) as door:

        def post(id: str) -> int:
            codes.setdefault(id, []).append(door.post(json=[payload(id)], timeout=120).status_code)
            return codes[id][-1]

        assert post("before") == 200
        local.stop(tmp_path / "home")
        assert post("during") == 503
        assert post("during") == 200
    cluster = local.own_access(tmp_path / "home")
    assert cluster
    ends = ranges.positions(cluster, [NAME])
    records = [record for at, span in ends.items() for record in ranges.read(cluster, Range(*at, *span))]
    assert {json.loads(record.value or b"")["request_id"] for record in records} == {"before", "during"}
    record_property("observed", f"{codes['during']} for the call, and its request is there")


def test_q09_a_flink_that_is_not_there_ends_in_a_sentence_and_the_ranges_stay_planned(
    broker: str, tmp_path: Path, record_property: Record
) -> None:
    """Nobody answers where the settings say that Flink is; then the ranges land in one process."""
    scene = Scene(tmp_path / "home", broker)
    receive(scene, draw(1_000, datetime.now(UTC)))
    nobody = {"TOKENSHARE_RUNNER": "flink", "TOKENSHARE_FLINK_MASTER": "127.0.0.1:9"}
    away = Scene(scene.root, broker, {**nobody, "TOKENSHARE_FLINK_JOB_SERVER": "127.0.0.1:9"}, scene.prefix)
    process = begin(away, "land", "--json")
    process.communicate(timeout=200)
    assert process.returncode == ExitCode.BROKER
    with open_warehouse(scene.home.warehouse) as connection:
        planned = ledger.intended(connection)
    assert sum(one.end - one.start for one in planned) >= 1_000
    land_to_the_end(scene)
    assert unaccounted(scene) == []
    record_property("observed", f"exit {process.returncode}; {len(planned)} ranges stay planned, and land")
    topics.delete_prefixed(Cluster(broker, topic_prefix=scene.prefix))
