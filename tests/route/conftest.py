"""Scenes over the whole route, in one warm process."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from connectors.kafka import topics
from connectors.kafka.cluster import Cluster
from tests.scene import Scene


@pytest.fixture(scope="session")
def home_of(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Scene]]:
    """Make homes shared by several tests; delete their topics at the end."""
    made: list[Scene] = []

    def make(name: str, **environ: str) -> Scene:
        made.append(Scene(tmp_path_factory.mktemp(name) / "home", broker, environ))
        return made[-1]

    yield make
    for scene in made:
        topics.delete_prefixed(Cluster(broker, topic_prefix=scene.prefix))


@pytest.fixture
def new_scene(broker: str, tmp_path: Path) -> Iterator[Callable[..., Scene]]:
    """Makes homes; their topics are deleted at the end."""
    made: list[Scene] = []

    def make(name: str = "home", **environ: str) -> Scene:
        made.append(Scene(tmp_path / name, broker, environ))
        return made[-1]

    yield make
    for scene in made:
        topics.delete_prefixed(Cluster(broker, topic_prefix=scene.prefix))


@pytest.fixture
def scene(new_scene: Callable[..., Scene]) -> Scene:
    """One home."""
    return new_scene()
