"""One refreshed home for all, and a few commands at a time: each process pays seconds for its imports."""

import json
import shutil
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import pytest

from connectors.lock import locked
from tests.broker import common
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
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the shared pass, for all workers of this run."""
    return common(tmp_path_factory) / "cli"


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of this worker, with what the shared pass has made."""
    return tmp_path_factory.mktemp("cli") / "home"


def nobody(folder: Path) -> dict[str, str]:
    """A Prefect without an answer, and the folder its own files would appear in."""
    return {"PREFECT_API_URL": f"http://127.0.0.1:{free_port()}/api", "PREFECT_HOME": str(folder / "prefect")}


@pytest.fixture(scope="session")
def refreshed(home: Path, shared: Path, broker: str, world: Path) -> Refreshed:
    """A copy of the home after the pass that the first worker makes; its topics end with the broker."""
    with locked(shared.with_suffix(".lock")):
        if not shared.exists():
            _refresh(shared.with_suffix(".making"), broker, world).rename(shared)
    environ, said = json.loads((shared / "said.json").read_text())
    shutil.copytree(shared / "home", home)
    return Refreshed(home, environ | {"TOKENSHARE_HOME": str(home)}, Said(**said | {"words": tuple(said["words"])}))


def _refresh(folder: Path, broker: str, world: Path) -> Path:
    """A folder with the home of a pass, and with the environment and the output of that pass."""
    folder.mkdir()
    prefix = f"cli-{uuid.uuid4().hex[:10]}."
    environ = environment(folder / "home", broker, TOKENSHARE_KAFKA_TOPIC_PREFIX=prefix, **nobody(folder))
    said = run(environ, "refresh", "--world", str(world), "--as-of", AS_OF, "--json")
    (folder / "said.json").write_text(json.dumps((environ, asdict(said))))
    return folder
