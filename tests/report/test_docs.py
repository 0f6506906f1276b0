"""The pages beside the page, and dbt on its own: over a home of one pass, without an answer from outside."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import great_expectations as gx
import pytest

from connectors.kafka import topics
from connectors.kafka.cluster import Cluster
from flows.operations.docs import write_pages
from flows.report import RUNBOOKS
from tests.report.browser import browse
from tests.scene import ROUTER_ALONE, Scene, small_rows, write_prices, write_rankings

pytestmark = [pytest.mark.timeout(900), pytest.mark.slow]
ROOT = Path(__file__).parents[2]
BUILT = ("metrics.vendor_share_weekly", "metrics.free_share_weekly")
WHAT_IT_READS = ["+vendor_share_weekly", "+free_share_weekly"]


@pytest.fixture(scope="module")
def scene(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    scene = Scene(tmp_path_factory.mktemp("docs") / "home", broker, ROUTER_ALONE)
    world = write_rankings(tmp_path_factory.mktemp("world"), small_rows(date(2026, 6, 1), 15))
    write_prices(world, "2025-01-01T00:00:00Z", {"acme/one": ("0.000003", "0.000015")})
    scene.refresh("2026-06-15T06:00:00Z", world)
    yield scene
    topics.delete_prefixed(Cluster(broker, topic_prefix=scene.prefix))


@pytest.fixture(scope="module")
def documented(scene: Scene) -> Scene:
    write_pages(scene.home, RUNBOOKS)
    return scene


def test_the_pages_ask_nobody_and_the_page_leads_to_them(documented: Scene, tmp_path: Path) -> None:
    home, page = documented.home, documented.home.page.read_text("utf-8")
    assert all(f'href="{path}"' in page for path in ("models.html", "checks/index.html"))
    assert str(ROOT) not in home.models_page.read_text("utf-8")
    with browse(tmp_path) as tab:
        for path, shown in ((home.models_page, "tokenshare"), (home.checks_page, "vendor_share_weekly")):
            tab.open(path)
            asked = [event["request"]["url"] for event in tab.events["Network.requestWillBeSent"]]
            assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
            assert shown in tab.value("document.body.innerText")


def test_the_project_of_great_expectations_runs_and_has_no_value_of_a_row(documented: Scene) -> None:
    context = gx.get_context(mode="file", project_root_dir=str(documented.home.root))
    published = {path.parent.name for path in documented.home.published.glob("*/current.parquet")}
    assert {suite.name for suite in context.suites.all()} == published
    assert context.validation_definitions.get("vendor_share_weekly").run(result_format="BOOLEAN_ONLY").success
    stored = [
        path.read_text() for path in (documented.home.root / "gx" / "uncommitted" / "validations").rglob("*.json")
    ]
    assert len(stored) > len(published)
    assert [text for text in stored if "partial_unexpected" in text or "observed_value" in text] == []


def dbt(scene: Scene, target: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """`dbt` as typed in the folder of the project, with a home named."""
    ours = {"TOKENSHARE_HOME": str(scene.home.root), "DBT_TARGET_PATH": str(target), "DBT_LOG_PATH": str(target)}
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("TOKENSHARE_", "DBT_"))}
    command = [f"{sys.prefix}/bin/dbt", *words]
    return subprocess.run(command, cwd=ROOT / "dbt", env=environ | ours, capture_output=True, text=True, check=False)


def test_dbt_alone_builds_beside_the_home_what_the_home_has(scene: Scene, tmp_path: Path) -> None:
    before = scene.home.warehouse.read_bytes()
    words = ("build", "--exclude-resource-type", "unit_test", "--select", *WHAT_IT_READS)
    done = dbt(scene, tmp_path, *words)
    assert done.returncode == 0, done.stdout
    assert scene.home.warehouse.read_bytes() == before
    with duckdb.connect() as connection:
        connection.execute(
            f"ATTACH '{scene.home.warehouse}' AS home (READ_ONLY); ATTACH '{tmp_path}/dev.duckdb' AS dev"
        )
        for relation in BUILT:
            rows = {
                name: connection.execute(f"FROM {name}.{relation} ORDER BY ALL").fetchall() for name in ("home", "dev")
            }
            assert rows["dev"] == rows["home"] != []


def test_a_source_is_as_fresh_as_its_newest_fetch(scene: Scene, tmp_path: Path) -> None:
    done = dbt(scene, tmp_path, "source", "freshness", "--select", "source:upstreams.openrouter_rankings")
    assert done.returncode == 1, done.stdout
    (found,) = json.loads((tmp_path / "sources.json").read_text())["results"]
    assert (found["status"], found["max_loaded_at"][:10]) == ("error", "2026-06-15")
    assert limits(found) == {"warn_after": 36, "error_after": 72}


def test_dbt_lists_the_metrics_of_its_semantic_models(scene: Scene, tmp_path: Path) -> None:
    done = dbt(scene, tmp_path, "--quiet", "ls", "--resource-type", "metric")
    assert done.returncode == 0, done.stdout
    assert "metric:tokenshare.router_china_share" in done.stdout.splitlines()


def limits(found: dict[str, Any]) -> dict[str, int]:
    """Hours after the newest fetch."""
    return {name: found["criteria"][name]["count"] for name in ("warn_after", "error_after")}
