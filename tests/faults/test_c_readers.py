"""Two passes at once, long-lived readers, and a relation without a column: one version at a time, whole."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from connectors.kafka import topics
from connectors.kafka.cluster import Cluster
from flows.orchestration.refresh import Report
from flows.stages import dbt
from tests.faults.daily_worlds import moment, moving_world
from tests.faults.oracles import Shown, find_litter, find_losses, shown
from tests.faults.subprocess_runs import run_pass
from tests.route.reader import reading_along
from tests.scene import MODELS, ROUTER_ALONE, Scene, statuses, write_prices
from tokenshare.errors import ExitCode

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]
Record = Callable[[str, Any], None]
METRIC, UNREAD = "router_tokens_weekly", "vendor_share_weekly"
# Opens what is published, begins a query, and ends it when it is told to; then asks for more without opening anew, and
# for what it has not read before: that is in no memory of its own.
STAYER = f"""
import json, sys
import duckdb
connection = duckdb.connect(sys.argv[1], read_only=True)
query = connection.execute("SELECT version, tokens FROM metrics.{METRIC} ORDER BY ALL")
rows = [query.fetchone()]
print("open", flush=True)
sys.stdin.readline()
try:
    said = [rows + query.fetchall()]
    for name in ("{METRIC}", "{UNREAD}"):
        said.append(connection.execute(f"SELECT version, tokens FROM metrics.{{name}} ORDER BY ALL").fetchall())
except duckdb.Error as error:
    said = str(error)
print(json.dumps(said), flush=True)
"""


@dataclass(frozen=True)
class Crowd:
    """A home after two passes at once with readers about, and after a pass with a column missing from a model."""

    before: dict[str, list[list[Any]]]
    codes: list[int]
    stayed: list[list[list[Any]]]
    after: Shown
    looks: list[dict[str, Any]]
    runs: int
    litter: list[str]
    losses: list[str]
    narrow: Report
    narrowed: Shown


@pytest.fixture(scope="module")
def crowd(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crowd]:
    root = tmp_path_factory.mktemp("crowd")
    world = moving_world(root / "world", 8)
    write_prices(world, "2026-06-01T00:00:00Z", dict.fromkeys(MODELS, ("0.000001", "0.000002")))
    scene = Scene(root / "home", broker, ROUTER_ALONE)
    scene.refresh(moment(0), world)
    before, begun = {id: listed(scene, id) for id in (METRIC, UNREAD)}, len(scene.catalog("runs"))
    with reading_along(scene.home.published_file, root) as looks, staying(scene) as reader:
        with ThreadPoolExecutor(2) as pool:
            codes = list(pool.map(lambda _: run_pass(scene, moment(7), world), range(2)))
        stayed = json.loads(reader.communicate("go on\n", timeout=60)[0].splitlines()[-1])  # after a progress bar
    after, runs = shown(scene), len(scene.catalog("runs")) - begun
    litter, losses = find_litter(scene), find_losses(scene)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dbt, "PROJECT", without_a_column(root / "dbt"))
        narrow = scene.refresh(moment(8), world)
    yield Crowd(before, codes, stayed, after, looks, runs, litter, losses, narrow, shown(scene))
    topics.delete_prefixed(Cluster(broker, topic_prefix=scene.prefix))


def listed(scene: Scene, id: str) -> list[list[Any]]:
    return sorted([row["version"], row["tokens"]] for row in scene.metric(id))


def staying(scene: Scene) -> "subprocess.Popen[str]":
    words = [sys.executable, "-c", STAYER, str(scene.home.published_file)]
    process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "open\n"
    return process


def without_a_column(project: Path) -> Path:
    """The dbt project with a column missing from one metric's model."""
    shutil.copytree(dbt.PROJECT, project, ignore=shutil.ignore_patterns("target", "logs"))
    (model,) = project.rglob(f"{METRIC}.sql")
    model.write_text(f"select * exclude (growth_ratio) from (\n{model.read_text()}\n)\n")
    return project


def test_c01_two_passes_at_once_are_one(crowd: Crowd, record_property: Record) -> None:
    """Two refreshes of one home started in the same moment."""
    assert sorted(crowd.codes) == [ExitCode.OK, ExitCode.BUSY]
    assert crowd.runs == 1
    assert crowd.litter == crowd.losses == []
    record_property("observed", f"exits {sorted(crowd.codes)}; one pass on record, 0 lost, 0 doubled")


def test_c02_a_reader_who_holds_the_file_stops_nobody(crowd: Crowd, record_property: Record) -> None:
    """A connection to the published file kept open through a pass."""
    newest = max(row[1] for row in crowd.after.publications if row[0] == METRIC)
    assert newest > crowd.before[METRIC][0][0]
    held = [look for look in crowd.looks if "error" in look]
    assert held == []
    assert len(crowd.looks) > 2
    record_property("observed", f"published all the same; {len(crowd.looks)} looks of another reader, each whole")


def test_c04_a_query_ends_on_the_version_it_began_with(crowd: Crowd, record_property: Record) -> None:
    """A query begun before the swap and read to its end after it, then two more on the same connection."""
    before, unread = crowd.before[METRIC], crowd.before[UNREAD]
    assert crowd.stayed == [before, before, unread]
    said = f"{len(before)} rows of version {before[0][0]}, twice; {len(unread)} that it had not read before"
    record_property("observed", said)


def test_c05_a_relation_that_lost_a_column_is_held(crowd: Crowd, record_property: Record) -> None:
    """A model with one column less than the contract of its metric."""
    found = statuses(crowd.narrow)
    assert found[METRIC] == "held"
    assert crowd.narrow.exit_code == ExitCode.HELD
    values = {name: [row[:2] for row in rows] for name, rows in crowd.narrowed.relations.items()}
    assert values[METRIC] == [row[:2] for row in crowd.after.relations[METRIC]]
    assert found["list_price_daily"] in ("published", "unchanged")
    said = f"it and what must agree with it held; prices {found['list_price_daily']}"
    record_property("observed", f"exit {crowd.narrow.exit_code}; {said}")
