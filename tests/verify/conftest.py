"""One clean home, made once; every test of this folder inspects or spoils a copy."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from connectors.kafka import topics
from connectors.kafka.cluster import Cluster
from connectors.lock import locked
from connectors.storage.home import Home
from tests.broker import common
from tests.scene import ROUTER_ALONE, Scene, small_rows, write_rankings

FIRST, SECOND = "2026-06-15T06:00:00Z", "2026-06-16T06:00:00Z"
RESTATED = ("2026-06-16T02:05:00Z", "2026-06-14", "openai/gpt-4o", "2900000")


@pytest.fixture(scope="session")
def clean(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A copy of the home made by the first worker."""
    first = common(tmp_path_factory) / "clean home"
    with locked(first.with_suffix(".lock")):
        if not first.exists():
            made = refreshed(broker, tmp_path_factory.mktemp("clean"))
            made.root.rename(first)
            (made.root.parent / "first.duckdb").rename(first.with_suffix(".duckdb"))
    return Home(shutil.copytree(first, tmp_path_factory.mktemp("copy") / "home"))


@pytest.fixture(scope="session")
def published_then(clean: Home, tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """The published file as each pass left it, by its number."""
    return {1: common(tmp_path_factory) / "clean home.duckdb", 2: clean.published_file}


def refreshed(broker: str, directory: Path) -> Home:
    """Two passes over two weeks, a row restated between them. Its topics are gone: no look asks Kafka."""
    scene = Scene(directory / "home", broker, ROUTER_ALONE)
    rows = small_rows(date(2026, 6, 1), 14)
    world = write_rankings(directory / "world", rows)
    scene.refresh(FIRST, world)
    shutil.copy(scene.home.published_file, directory / "first.duckdb")
    write_rankings(world, [*rows, *small_rows(date(2026, 6, 15), 1), RESTATED])
    scene.refresh(SECOND, world)
    topics.delete_prefixed(Cluster(broker, topic_prefix=scene.prefix))
    return scene.home


@pytest.fixture
def copied(clean: Home, tmp_path: Path) -> Callable[[], Home]:
    """Makes a copy of the clean home."""
    return lambda: Home(shutil.copytree(clean.root, tmp_path / "home"))
