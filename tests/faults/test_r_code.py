"""Code of others: only listed jars and installed modules run."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest

from connectors.kafka import distribution, topics
from connectors.kafka.cluster import Cluster
from tests import traps
from tests.cli.command import assert_one_sentence, environment, run
from tests.scene import ROUTER_ALONE, Scene, small_rows, write_rankings

pytestmark = pytest.mark.slow

Record = Callable[[str, Any], None]
COMMAND = Path(sys.executable).with_name("tokenshare")


@pytest.fixture
def scene(broker: str, tmp_path: Path) -> Iterator[Scene]:
    made = Scene(tmp_path / "home", broker, ROUTER_ALONE)
    yield made
    topics.delete_prefixed(Cluster(broker, topic_prefix=made.prefix))


@pytest.mark.threat("X18")
def test_r06_a_jar_with_one_other_bit_is_refused_by_name(tmp_path: Path, record_property: Record) -> None:
    """One bit of one of the fetched jars flipped; a broker started."""
    jars = distribution.jars(Path("~/.cache/tokenshare").expanduser(), lambda _: None)
    copied = tmp_path / "cache" / jars.name
    shutil.copytree(jars, copied)
    begun = perf_counter()
    assert distribution.jars(copied.parent, lambda _: None) == copied
    seconds = perf_counter() - begun
    altered = copied / f"kafka_2.13-{distribution.VERSION}.jar"
    content = bytearray(altered.read_bytes())
    content[len(content) // 2] ^= 1
    altered.write_bytes(content)
    said = run(environment(tmp_path / "home", "", TOKENSHARE_CACHE=str(copied.parent)), "broker", "start", "--json")
    assert_one_sentence(said, 14, altered.name, str(copied), "remove that directory")
    assert not (tmp_path / "home" / "broker" / "data").exists()
    record_property("observed", f"exit 14; {len(list(jars.iterdir()))} jars hashed in {seconds:.2f} s at each start")


@pytest.mark.threat("S11", "X15")
def test_r07_no_code_of_the_working_directory_runs(scene: Scene, tmp_path: Path, record_property: Record) -> None:
    """A pass in a folder with a module for every name of Python's own library, and for those installed."""
    sprung = traps.lay(tmp_path / "here")
    world = write_rankings(tmp_path / "world", small_rows(date(2026, 6, 1), 30))
    words = [COMMAND, "refresh", "--world", world, "--as-of", "2026-07-01T06:00:00Z", "--json"]
    environ = {**os.environ, **scene.variables, "PYTHONSAFEPATH": ""}
    done = subprocess.run(words, cwd=sprung.parent, env=environ, capture_output=True, text=True, check=False)
    published = [metric for metric in json.loads(done.stdout)["metrics"] if metric["status"] == "published"]
    assert published, done.stderr
    assert "Traceback" not in done.stderr
    assert traps.ran(sprung) == []
    record_property("observed", f"{len(list(sprung.parent.glob('*.py')))} modules, none ran; {len(published)} metrics")
