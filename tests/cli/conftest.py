"""One refreshed home for all, and a few commands at a time: each process pays seconds for its imports."""

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from connectors.kafka import topics
from connectors.kafka.cluster import Cluster
from tests.cli.command import Ask, Said, environment, run
from tests.prefect.server import free_port
from tests.scene import MODELS, small_rows, write_prices, write_rankings

AS_OF = "2026-07-13T06:00:00Z"
AT_ONCE = 3  # one of them mostly waits


@dataclass(frozen=True)
class Refreshed:
    """A home after one pass, the output of that pass, and the working directory of its commands."""

    home: Path
    environ: dict[str, str]
    said: Said


@pytest.fixture(scope="session")
def ask() -> Iterator[Ask]:
    """Start a command in the background; its future has the result."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield lambda environ, *words: pool.submit(run, environ, *words)


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two small weeks and a catalogue."""
    found = write_rankings(tmp_path_factory.mktemp("world"), small_rows(date(2026, 6, 29), 14))
    return write_prices(found, "2026-07-01T00:00:00Z", dict.fromkeys(MODELS, ("0.000001", "0.000002")))


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of the shared pass."""
    return tmp_path_factory.mktemp("cli") / "home"


@pytest.fixture(scope="session")
def surroundings(home: Path, broker: str) -> Iterator[dict[str, str]]:
    """The environment of the shared home; its topics are deleted at the end."""
    prefix = f"cli-{uuid.uuid4().hex[:10]}."
    yield environment(home, broker, TOKENSHARE_KAFKA_TOPIC_PREFIX=prefix, **nobody(home.parent))
    topics.delete_prefixed(Cluster(broker, topic_prefix=prefix))


def nobody(folder: Path) -> dict[str, str]:
    """A Prefect without an answer, and the folder its own files would appear in."""
    return {"PREFECT_API_URL": f"http://127.0.0.1:{free_port()}/api", "PREFECT_HOME": str(folder / "prefect")}


@pytest.fixture(scope="session")
def refreshed(home: Path, surroundings: dict[str, str], world: Path) -> Refreshed:
    """The finished shared pass: few files ask for it, as each parallel worker with one of them makes its own."""
    said = run(surroundings, "refresh", "--world", str(world), "--as-of", AS_OF, "--json")
    return Refreshed(home, surroundings, said)
