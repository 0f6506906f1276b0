"""Two homes that are killed day after day, and their twin; they live in the background while tests ask for days."""

from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from connectors.kafka import topics
from connectors.kafka.cluster import Cluster
from tests.faults.chains import HOMES, Accident, Chain, Twin, begin, ended, troubles_of
from tests.faults.moving import moving_world
from tests.scene import ROUTER_ALONE, Scene


@dataclass(frozen=True)
class Lives:
    """The homes, and the world they live in."""

    world: Path
    twin: Twin
    chains: list[Chain]

    def accident(self, point: str) -> Accident:
        """Waits for the day on which a pass was killed there."""
        days = {point: day for chain in self.chains for points, day in chain.days.items() for point in points}
        return days[point].result()

    @property
    def epilogue(self) -> int:
        """The day after the last accident."""
        return len(self.twin.days) - 1


def is_at_a_point(item: Any, path: Path) -> bool:
    """Whether a test is one of this file's kills."""
    return item.path == path and "point" in getattr(getattr(item, "callspec", None), "params", {})


@pytest.fixture(scope="module")
def lives(broker: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Lives]:
    """They live through the points that are asked for; their topics are deleted at the end."""
    asked = [item.callspec.params["point"] for item in request.session.items if is_at_a_point(item, request.path)]
    troubles = troubles_of(asked)
    last = -(-len(troubles) // HOMES) + 1
    root = tmp_path_factory.mktemp("kill")
    ended.clear()
    world = moving_world(root / "world", last + 2)
    twin = Twin(Scene(root / "twin", broker, ROUTER_ALONE), world, [Future() for _ in range(last + 1)])
    chains = [
        Chain(Scene(root / f"home{n}", broker, ROUTER_ALONE), world, twin, troubles[n::HOMES]) for n in range(HOMES)
    ]
    threads = begin([twin, *chains])
    try:
        yield Lives(world, twin, chains)
    finally:
        ended.set()
        for thread in threads:
            thread.join()
        for scene in (twin.scene, *(chain.scene for chain in chains)):
            topics.delete_prefixed(Cluster(broker, topic_prefix=scene.prefix))
