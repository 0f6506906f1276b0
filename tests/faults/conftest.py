"""Scenes over the whole route."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.kafka import topics
from connectors.storage import home
from tests.faults.stages import cluster_of
from tests.route.conftest import home_of, new_scene, scene
from tests.scene import Scene
from tokenshare.topics import TOPIC_NAMES

__all__ = ["home_of", "new_scene", "scene"]
pytest.register_assert_rewrite("tests.faults.killed_homes")  # so that a kill that was not survived says how


@pytest.fixture
def mill(broker: str, tmp_path: Path) -> Iterator[Scene]:
    """A home with topics, for landing only."""
    scene = Scene(tmp_path / "home", broker)
    home.initialise(scene.home, "live")
    topics.create(cluster_of(scene), TOPIC_NAMES)
    yield scene
    topics.delete_prefixed(cluster_of(scene))
