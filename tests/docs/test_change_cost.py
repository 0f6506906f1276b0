"""A change costs what CONTRIBUTING says: a toy source and a toy metric, added to a copy of the tree."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from connectors.kafka import topics
from connectors.kafka.cluster import Cluster
from flows import generate
from tests.docs import toys
from tests.scene import ROUTER_ALONE, Scene, small_rows, write_rankings

pytestmark = pytest.mark.timeout(900)
ROOT = Path(__file__).parents[2]
SOURCE_COSTS = {
    "connectors/sources/__init__.py",
    "connectors/sources/toy_releases.py",
    "tests/fixtures/sources/toy_releases/payload.csv",
}
METRIC_COSTS = {
    "dbt/models/metrics/router/toy_weekly.sql",
    "dbt/models/metrics/router/unit_tests.yml",
    "tokenshare/metrics/router.py",
    "tokenshare/rows/router.py",
}


@dataclass(frozen=True)
class Toyed:
    """A copy of the tree with both toys, what each touched, and what a pass of that copy reported."""

    root: Path
    home: Path
    touched: list[set[str]]
    report: dict[str, Any]

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(self.home / "published" / "tokenshare.duckdb", read_only=True) as connection:
            return connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def toyed(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Toyed]:
    root = copy_tree(tmp_path_factory.mktemp("toyed") / "tree")
    touched = [touch(root, add) for add in (toys.add_source, toys.add_metric)]
    run(root, GENERATE)
    scene = Scene(tmp_path_factory.mktemp("home") / "home", broker, ROUTER_ALONE)
    world = write_rankings(tmp_path_factory.mktemp("world"), small_rows(date(2026, 6, 1), 14))
    (world / "toy.csv").write_text(toys.FIXTURE)
    told = run(
        root, COMMAND, "refresh", "--world", str(world), "--as-of", "2026-06-15T06:00:00Z", "--json", **scene.variables
    )
    yield Toyed(root, scene.root, touched, json.loads(told))
    topics.delete_prefixed(Cluster(broker, topic_prefix=scene.prefix))


COMMAND = "from flows.cli import main; main()"
GENERATE = "from flows.generate import generate; generate()"


def copy_tree(root: Path) -> Path:
    """The tracked files, and a history of one commit to compare with."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, root / name)
    for words in (
        ["init", "-q"],
        ["add", "-A"],
        ["-c", "user.name=t", "-c", "user.email=t@t", "commit", "-qm", "tree"],
    ):
        subprocess.run(["git", *words], cwd=root, check=True)
    return root


def touch(root: Path, add: Any) -> set[str]:
    """Adds a toy; the files a person had to touch."""
    before = changed(root)
    add(root)
    return changed(root) - before


def changed(root: Path) -> set[str]:
    words = ["git", "status", "--porcelain", "--untracked-files=all"]
    lines = subprocess.run(words, cwd=root, check=True, capture_output=True, text=True).stdout.splitlines()
    return {line[3:] for line in lines}


def run(root: Path, code: str, *words: str, **variables: str) -> str:
    """The copy's own code: it stands before the installed one on the path."""
    done = subprocess.run(
        [sys.executable, "-c", code, *words], cwd=root, env={**os.environ, **variables}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def test_a_source_and_a_metric_cost_what_the_table_says(toyed: Toyed) -> None:
    assert toyed.touched == [SOURCE_COSTS, METRIC_COSTS]
    rendered = changed(toyed.root) - SOURCE_COSTS - METRIC_COSTS
    assert rendered <= {*generate.rendered(), generate.PINS, "docs/sources/toy_releases.md"}
    assert len(toys.SOURCE.splitlines()) <= 45


def test_the_toy_source_is_scheduled_archived_landed_and_documented(toyed: Toyed) -> None:
    deployments = yaml.safe_load((toyed.root / "prefect.yaml").read_text())["deployments"]
    scheduled = [one["name"] for one in deployments if "toy_releases" in one["parameters"]["sources"]]
    assert scheduled == ["curated"], "a file is read as often as the curated ones"
    assert "Toy releases" in (toyed.root / "docs/sources/toy_releases.md").read_text()
    assert list((toyed.home / "archive" / "toy_releases").rglob("*.json"))
    (source,) = [source for source in toyed.report["sources"] if source["id"] == "toy_releases"]
    assert (source["status"], source["events"]) == ("fetched", 1)
    landed = sorted((toyed.home / "landing" / "release.observed.v1").rglob("*.parquet"))
    query = "SELECT release FROM read_parquet(?) WHERE source_id = 'toy_releases'"
    assert duckdb.execute(query, [[str(path) for path in landed]]).fetchall() == [("Toy 1",)]


def test_the_toy_metric_is_judged_published_and_described(toyed: Toyed) -> None:
    (metric,) = [metric for metric in toyed.report["metrics"] if metric["id"] == "toy_weekly"]
    assert (metric["status"], metric["rows"]) == ("published", 2)
    assert metric["checks"] > 8
    assert toyed.ask("SELECT t.tokens = r.tokens FROM metrics.toy_weekly t JOIN metrics.router_tokens_weekly r "
                     "USING (week_start_date)") == [(True,), (True,)]  # fmt: skip
    assert toyed.ask("SELECT title, coherence_group FROM catalog.metrics WHERE metric = 'toy_weekly'") == [
        ("Toy tokens of a week", "router")
    ]
    assert "toy_weekly" in (toyed.root / "docs/reference/metrics.md").read_text()
