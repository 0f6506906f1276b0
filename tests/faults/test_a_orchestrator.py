"""A real Prefect server with its store locked by somebody else: a pass loses sight of it and nothing else."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.kafka import topics
from connectors.kafka.cluster import Cluster
from flows import settings
from flows.orchestration.refresh import Report
from flows.orchestration.runner import run_once
from tests.faults.daily_worlds import moment, ranked_world
from tests.faults.failure_sweep import LEADERBOARDS_ALONE
from tests.faults.oracles import find_litter, find_losses, shown
from tests.prefect.server import Server, start
from tests.scene import Scene
from tokenshare.errors import ExitCode

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]
Record = Callable[[str, Any], None]
GONE = ": the pass goes on without it"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with start(tmp_path_factory.mktemp("prefect") / "server") as starting:
        starting.wait()
        yield starting


@contextmanager
def locked_from(server: Server, stage: str) -> Iterator[Callable[[str], None]]:
    """A callback for stages; from one of them on it locks the server's SQLite in a transaction of its own."""
    with closing(sqlite3.connect(server.home / "prefect.db", isolation_level=None, timeout=30)) as store:

        def hear(text: str) -> None:
            if text == stage:
                store.execute("BEGIN EXCLUSIVE")

        hear("")
        yield hear
        store.execute("ROLLBACK")  # an error where nothing was locked


def play(scene: Scene, day: int, world: Path, hear: Callable[[str], None]) -> tuple[Report, list[str]]:
    """A pass, and all its output."""
    said: list[str] = []

    def heard(text: str) -> None:
        said.append(text)
        hear(text)

    return run_once(settings.load(scene.variables), datetime.fromisoformat(moment(day)), world, (), heard), said


def test_a05_a_pass_goes_through_while_the_orchestrators_store_is_locked(
    server: Server, broker: str, tmp_path: Path, record_property: Record
) -> None:
    """The SQLite of a real Prefect server in an exclusive transaction: before a pass begins, and from dbt's work on."""
    followed = {**LEADERBOARDS_ALONE, "PREFECT_API_URL": server.url}
    scene, twin = Scene(tmp_path / "home", broker, followed), Scene(tmp_path / "twin", broker, LEADERBOARDS_ALONE)
    world = ranked_world(tmp_path / "world", 2)
    with locked_from(server, "") as hear:
        first, said = play(scene, 0, world, hear)
    with locked_from(server, "transform") as hear:
        second, later = play(scene, 1, world, hear)
    for day in (0, 1):
        play(twin, day, world, lambda _: None)
    ends = [text for text in (*said, *later) if text.endswith(GONE)]
    assert len(ends) == 2, (said, later)
    assert first.exit_code == second.exit_code == ExitCode.OK
    assert shown(scene) == shown(twin)
    assert find_litter(scene) == find_losses(scene) == []
    for made in (scene, twin):
        topics.delete_prefixed(Cluster(broker, topic_prefix=made.prefix))
    record_property("observed", f"exit 0 twice, as the twin without one; {' and '.join(ends).replace(GONE, '')}")
