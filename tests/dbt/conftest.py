"""Warehouses built by dbt, in this process and once a session: one synthetic, one of recorded rankings."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from flows.stages import dbt
from flows.stages.maps import SHIPPED
from tests.dbt.landing import Landing
from tests.dbt.world import land_recorded, land_synthetic

ROOT = Path(__file__).parents[2]
RECORDED = ROOT.parent / "shared" / "data"
WORLDS = ("openrouter-weeks", "openrouter")


@pytest.fixture(scope="session")
def synthetic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The synthetic world, built with every test of the dbt project."""
    landing = Landing()
    land_synthetic(landing)
    with built(landing, tmp_path_factory.mktemp("synthetic"), "build") as warehouse:
        yield warehouse


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """Both recorded worlds in one warehouse, fetched day by day, built as production builds."""
    rankings = [RECORDED / world / "rankings_daily.csv" for world in WORLDS]
    if not all(path.exists() for path in rankings):
        pytest.skip("recorded rankings are not beside this checkout")
    landing = Landing()
    land_recorded(landing, *rankings)
    arguments = ("build", "--exclude-resource-type", "unit_test")
    with built(landing, tmp_path_factory.mktemp("recorded"), *arguments) as warehouse:
        yield warehouse


@contextmanager
def built(landing: Landing, home: Path, *arguments: str) -> Iterator[duckdb.DuckDBPyConnection]:
    warehouse = home / "warehouse.duckdb"
    landing.write(warehouse)
    invoke_dbt(warehouse, *arguments)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        yield connection


def invoke_dbt(warehouse: Path, *arguments: str) -> None:
    """Run dbt in this process, on the parse of a pass; fail with its failures. Imported late: it takes seconds."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    places = [
        "--project-dir",
        ROOT / "dbt",
        "--profiles-dir",
        ROOT / "dbt",
        "--target",
        "build",
        "--target-path",
        warehouse.parent / "target",
    ]
    try:
        manifest = dbt._parse(warehouse, warehouse.parent, SHIPPED)
        options = [*map(str, places), "--log-path", str(warehouse.parent), "--quiet"]
        answer = dbtRunner(manifest).invoke([*arguments, *options])
    finally:
        DuckDBConnectionManager.close_all_connections()
        for name in ("TOKENSHARE_WAREHOUSE", "TOKENSHARE_SEEDS"):
            os.environ.pop(name, None)
    assert answer.exception is None, answer.exception
    bad = [
        f"{result.node.name}: {result.message}"
        for result in answer.result
        if result.status in ("error", "fail", "skipped")
    ]
    assert answer.success, "\n".join(bad)
    assert not bad, bad
