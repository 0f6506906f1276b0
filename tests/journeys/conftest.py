"""What the journeys share: a home that moves, and a browser."""

from collections.abc import Iterator

import pytest

from connectors.kafka import topics
from connectors.kafka.cluster import Cluster
from tests.journeys.moving import Moving, moving_world
from tests.report.browser import Tab, browse
from tests.scene import WITHOUT_FACTS, Scene


@pytest.fixture(scope="session")
def moving(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Moving]:
    """A home after its first pass."""
    root = tmp_path_factory.mktemp("moving")
    found = Moving(Scene(root / "home", broker, WITHOUT_FACTS), moving_world(root / "world"))
    found.refresh()
    yield found
    topics.delete_prefixed(Cluster(broker, topic_prefix=found.scene.prefix))


@pytest.fixture(scope="session")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    with browse(tmp_path_factory.mktemp("chromium")) as found:
        yield found
