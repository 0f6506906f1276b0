"""Requests land through kill -9 at random moments, and the published numbers are those of an independent judge."""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.kafka import topics
from connectors.kafka.cluster import Cluster
from flows.setup.context import LANDS_ONLY
from tests.faults.oracles import find_losses
from tests.faults.requests import land_killed, land_to_the_end, moments, receive, unaccounted
from tests.gateway import judge, traffic
from tests.scene import Scene

pytestmark = [pytest.mark.kill, pytest.mark.long, pytest.mark.timeout(1800)]
Record = Callable[[str, Any], None]


@pytest.fixture
def home(broker: str, tmp_path: Path) -> Iterator[Callable[[int], Scene]]:
    """Makes a home whose ranges have so many records."""
    made: list[Scene] = []

    def make(records: int) -> Scene:
        made.append(Scene(tmp_path / "home", broker, {"TOKENSHARE_RANGE_RECORDS": str(records)}))
        return made[-1]

    yield make
    for scene in made:
        topics.delete_prefixed(Cluster(broker, topic_prefix=scene.prefix))


@pytest.mark.parametrize(
    ("count", "kills", "records", "longest"),
    [(40_000, 2, 1_000, 0.02), (2_000_000, 5, 50_000, 0.5)],
)
def test_q01_requests_land_once_whenever_landing_is_killed(
    home: Callable[[int], Scene], tmp_path: Path, count: int, kills: int, records: int, longest: float,
    record_property: Record,
) -> None:  # fmt: skip
    """kill -9 of `tokenshare land` at random moments of its work, then once undisturbed; then a pass."""
    seed, scene, file = random.randrange(10**6), home(records), tmp_path / "reported.parquet"
    print(f"seed {seed}")
    bad = receive(scene, traffic.write(traffic.draw(count, datetime.now(UTC), seed, is_nested=True), file))
    written = [land_killed(scene, moment) for moment in moments(seed, kills, count // records, longest)]
    land_to_the_end(scene)
    assert unaccounted(scene) == find_losses(scene) == []
    scene.refresh(datetime.now(UTC).isoformat(), None, options=LANDS_ONLY)
    assert judge.published(scene) == judge.counted(file)
    record_property(
        "observed", f"{count} reports, killed with {written} files written: as the judge counts; {bad} dead letters"
    )
