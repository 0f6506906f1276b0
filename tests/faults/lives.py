"""Two homes that are killed day after day, and their twin; they live in the background while tests ask for days."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from connectors.kafka import topics
from connectors.kafka.cluster import Cluster
from tests.faults.chains import DAYS, HOMES, TROUBLES, Accident, Chain, Twin, begin, ended
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


@pytest.fixture(scope="module")
def lives(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lives]:
    """Their topics are deleted at the end."""
    root = tmp_path_factory.mktemp("kill")
    ended.clear()
    world = moving_world(root / "world", DAYS + 3)
    twin = Twin(Scene(root / "twin", broker, ROUTER_ALONE), world)
    chains = [
        Chain(Scene(root / f"home{n}", broker, ROUTER_ALONE), world, twin, TROUBLES[n::HOMES]) for n in range(HOMES)
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
