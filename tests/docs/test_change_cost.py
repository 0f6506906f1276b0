"""A change costs what CONTRIBUTING says: three changes made in a copy of the tree, where every check has to pass."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
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

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]  # minutes of a core: `make faults` runs it
ROOT = Path(__file__).parents[2]
CHANGES = {
    "a source for an existing event": toys.add_source,
    "a metric": toys.add_metric,
    "a field of an event": toys.add_field,
}
TOUCHED_TESTS = (
    "tests/contracts",
    "tests/sources/test_source_registry.py",
    "tests/gates/test_opening.py",
    "tests/faults/test_sources.py::test_every_source_has_a_cell_for_every_fault",
    "tests/demo/test_world.py::test_no_metric_is_without_known_answers",
    "tests/demo/test_world.py::test_truth_speaks_the_registry",
)
RENDERED = {*generate.rendered(), generate.PINS, "docs/sources/toy_releases.md"}
COMMAND = "from flows.cli import main; main()"
GENERATE = "from flows.generate import generate; generate()"
INDEPENDENT = """
import json, sys
from datetime import datetime
from pathlib import Path
from tests.route.independent import compute
print(json.dumps(compute(Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2])), default=str))
"""
AS_OF = "2026-06-15T06:00:00Z"


@dataclass(frozen=True)
class Row:
    """The files that a row of the table names, as patterns: those of every such change, and those in brackets."""

    always: tuple[str, ...]
    sometimes: tuple[str, ...]


@cache
def table() -> dict[str, Row]:
    """The rows of the table in CONTRIBUTING by their change."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    cells = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return {change: Row(named(re.sub(r"\(.*?\)", "", touched)), named(touched)) for change, touched, _ in cells[1:]}


def named(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"`([\w.*<>/-]+/[\w.*<>/-]*)`", text))


def matches(pattern: str, path: str) -> bool:
    """True if a path is of a pattern, in which `<name>` and `*` stand for a part of it and a folder for its files."""
    parts = {"<": r"(?!__)\w[\w.-]*", "*": r"[\w-]*"}
    words = (parts.get(word[0], re.escape(word)) for word in re.split(r"(<\w+>|\*)", pattern) if word)
    return bool(re.fullmatch("".join(words) + (".+" if pattern.endswith("/") else ""), path))


def tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [name for name in listed.split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("change", table())
def test_a_row_names_files_that_exist(change: str) -> None:
    files = tracked()
    assert [pattern for pattern in table()[change].sometimes if not any(matches(pattern, path) for path in files)] == []


@dataclass(frozen=True)
class ChangedTree:
    """A copy of the tree with every toy, and what each touched."""

    root: Path
    touched: dict[str, set[str]]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> ChangedTree:
    root = copy_tree(tmp_path_factory.mktemp("changed") / "tree")
    touched = {change: touch(root, add) for change, add in CHANGES.items()}
    run(root, "-c", GENERATE)
    return ChangedTree(root, touched)


def copy_tree(root: Path) -> Path:
    """The tracked files, and a history of one commit to compare with."""
    for name in tracked():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, root / name)
    for words in (["init", "-q"], ["add", "-A"], ["-c", "user.name=t", "-c", "user.email=t@t", "commit", "-qm", "."]):
        subprocess.run(["git", *words], cwd=root, check=True)
    return root


def touch(root: Path, add: Callable[[Path], None]) -> set[str]:
    """Make a change and commit it; the files a person had to touch."""
    add(root)
    touched = changed(root)
    words = ["-c", "user.name=t", "-c", "user.email=t@t", "commit", "-qam", "."]
    subprocess.run(["git", "add", "-A"], cwd=root, check=True)
    subprocess.run(["git", *words], cwd=root, check=True)
    return touched


def changed(root: Path) -> set[str]:
    words = ["git", "status", "--porcelain", "--untracked-files=all"]
    lines = subprocess.run(words, cwd=root, check=True, capture_output=True, text=True).stdout.splitlines()
    return {line[3:] for line in lines}


def run(root: Path, *words: str, **variables: str) -> str:
    """Run the copy's own code: it stands before the installed one on the path."""
    return execute(root, sys.executable, *words, **variables)


def execute(root: Path, *words: str, **variables: str) -> str:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "MAKE"))}
    done = subprocess.run(words, cwd=root, env={**inherited, **variables}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout[-8000:]}\n{done.stderr[-3000:]}"
    return done.stdout


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_touches_the_files_of_its_row_and_no_other(tree: ChangedTree, change: str) -> None:
    row, touched = table()[change], tree.touched[change]
    assert [path for path in sorted(touched) if not any(matches(pattern, path) for pattern in row.always)] == []
    assert [pattern for pattern in row.always if not any(matches(pattern, path) for path in touched)] == []


def test_the_rest_is_rendered(tree: ChangedTree) -> None:
    assert changed(tree.root) <= RENDERED
    assert "toy_share_weekly" in (tree.root / "docs/reference/metrics.md").read_text()
    assert "Toy releases" in (tree.root / "docs/sources/toy_releases.md").read_text()
    assert "requests" in (tree.root / "docs/reference/schemas/usage.observed.v1.json").read_text()
    deployments = yaml.safe_load((tree.root / "prefect.yaml").read_text())["deployments"]
    scheduled = [one["name"] for one in deployments if "toy_releases" in one["parameters"]["sources"]]
    assert scheduled == ["curated"], "a file is read as often as the curated ones"


def test_a_changed_tree_passes_every_check(tree: ChangedTree) -> None:
    """This checkout's environment serves the copy, and is not brought up to date by it."""
    cache_of_types = ROOT / ".mypy_cache"
    if cache_of_types.is_dir():
        shutil.copytree(cache_of_types, tree.root / ".mypy_cache")
    execute(tree.root, "make", "check", f"VENV={sys.prefix}", f"--old-file={sys.prefix}/.ready")


def test_a_changed_tree_passes_the_tests_of_what_it_touched(tree: ChangedTree) -> None:
    run(tree.root, "-m", "pytest", "-q", *TOUCHED_TESTS)


@dataclass(frozen=True)
class Refreshed:
    """What a pass of the changed tree reported and left, and its world."""

    home: Path
    world: Path
    report: dict[str, Any]

    def select(self, query: str, database: str = "published/tokenshare") -> list[tuple[Any, ...]]:
        with duckdb.connect(self.home / f"{database}.duckdb", read_only=True) as connection:
            return connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def refreshed(tree: ChangedTree, broker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Refreshed]:
    scene = Scene(tmp_path_factory.mktemp("home") / "home", broker, ROUTER_ALONE)
    world = write_rankings(tmp_path_factory.mktemp("world"), small_rows(date(2026, 6, 1), 14))
    (world / "toy.csv").write_text(toys.FIXTURE)
    words = ("refresh", "--world", str(world), "--as-of", AS_OF, "--json")
    report = json.loads(run(tree.root, "-c", COMMAND, *words, **scene.variables))
    yield Refreshed(scene.root, world, report)
    topics.delete_prefixed(Cluster(broker, topic_prefix=scene.prefix))


def test_the_source_is_archived_landed_and_published(refreshed: Refreshed) -> None:
    assert list((refreshed.home / "archive" / "toy_releases").rglob("*.json"))
    (source,) = [source for source in refreshed.report["sources"] if source["id"] == "toy_releases"]
    assert (source["status"], source["events"]) == ("fetched", 1)
    landed = refreshed.select("SELECT source_id FROM raw.release_observed_v1", "build/warehouse")
    assert landed == [("toy_releases",)]
    assert refreshed.select("SELECT vendor_id, release FROM metrics.release_cadence") == [("moonshotai", "Toy 1")]


def test_the_metric_is_judged_published_and_as_computed_independently(tree: ChangedTree, refreshed: Refreshed) -> None:
    (metric,) = [metric for metric in refreshed.report["metrics"] if metric["id"] == "toy_share_weekly"]
    assert (metric["status"], metric["rows"]) == ("published", 2)
    assert metric["checks"] > 8
    shown = (
        "SELECT week_start_date::VARCHAR, top10_tokens, tokens, top10_share FROM metrics.toy_share_weekly ORDER BY 1"
    )
    computed = json.loads(run(tree.root, "-c", INDEPENDENT, str(refreshed.world), AS_OF))["toy_share_weekly"]
    assert refreshed.select(shown) == [tuple(row.values()) for row in computed]
    described = "SELECT title, coherence_group FROM catalog.metrics WHERE metric = 'toy_share_weekly'"
    assert refreshed.select(described) == [("Share of the ten most-used models", "router")]


def test_the_unit_test_of_the_metric_passes(tree: ChangedTree, refreshed: Refreshed, tmp_path: Path) -> None:
    warehouse = shutil.copy2(refreshed.home / "build" / "warehouse.duckdb", tmp_path)
    dbt = (f"{sys.prefix}/bin/dbt", "test", "--project-dir", "dbt", "--profiles-dir", "dbt", "--target", "build")
    written = {"DBT_TARGET_PATH": str(tmp_path / "target"), "DBT_LOG_PATH": str(tmp_path)}
    selected = ("--select", "toy_share_weekly,test_type:unit")
    answer = execute(tree.root, *dbt, *selected, TOKENSHARE_WAREHOUSE=str(warehouse), **written)
    assert "PASS=1 " in answer


def test_the_field_lands_and_is_staged(refreshed: Refreshed) -> None:
    staged = "SELECT count(*) > 0, count(requests) FROM staging.stg_usage_observed"
    assert refreshed.select(staged, "build/warehouse") == [(True, 0)]
    kinds = "SELECT data_type FROM duckdb_columns() WHERE (table_name, column_name) = ('usage_observed_v1', 'requests')"
    assert refreshed.select(kinds, "build/warehouse") == [("BIGINT",)]
