"""The router's models, built once by dbt and then run again in DuckDB as they were compiled, over other raw rows."""

import json
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.dbt.conftest import invoke_dbt
from tests.dbt.landing import Landing, fetch_usage
from tests.dbt.world import EXPORTS, RANKINGS
from tokenshare.topics import FETCH_COMPLETED, USAGE_OBSERVED

SELECTED = tuple(
    f"+{model}"
    for model in (
        *("fct_usage_daily", "vendor_share_daily", "vendor_share_weekly", "router_tokens_weekly"),
        *("china_share_bounds_weekly", "china_share_reconciliation_weekly", "int_usage_evidence"),
    )
)
LEAP, EDGE, EMPTY = date(2024, 2, 26), date(2020, 12, 28), date(2024, 3, 11)  # Mondays
MORNING = datetime(2024, 3, 18, 2, tzinfo=UTC)  # Sunday evening in New York
BEFORE = ("deepseek/d", 30), ("openai/g:free", 20), ("openai/g", 5), ("nobody/x", 15), ("other", 30)
Row = tuple[Any, ...]


def week(monday: date, tokens: int = 1) -> list[tuple[date, str, int]]:
    days = [monday + timedelta(days=number) for number in range(7)]
    return [(day, model, used * tokens) for day in days for model, used in BEFORE]


def land() -> Landing:
    """Land weeks with a leap day, a new year, a change of the clocks, and one without tokens, in five fetches.

    Some days come twice, the second time with other values; one fetch is never complete; the exports have one day too.

    """
    landing = Landing()
    fetch_usage(RANKINGS, datetime(2021, 1, 4, 2, tzinfo=UTC), week(EDGE)).land(landing)
    first = [*week(LEAP), *week(LEAP + timedelta(days=7))]
    fetch_usage(RANKINGS, MORNING - timedelta(days=7), first).land(landing, repeat=2)
    again = [(day, model, used + 1) for day, model, used in week(LEAP + timedelta(days=7))]
    fetch_usage(RANKINGS, MORNING, [*again, *week(EMPTY, tokens=0)]).land(landing)
    fetch_usage(RANKINGS, MORNING + timedelta(hours=1), [(LEAP, "openai/g", 7), (LEAP, "other", 1)]).land(
        landing, drop=1
    )
    shares = [(LEAP, model, used, used / 100) for model, used in BEFORE]
    fetch_usage(EXPORTS, MORNING, shares).land(landing)
    return landing


@dataclass(frozen=True)
class Models:
    """The build of dbt: `warehouse`, and the SQL of each relation in order of dependency."""

    warehouse: Path
    sql: dict[str, str]

    @contextmanager
    def open(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with duckdb.connect(str(self.warehouse)) as connection:
            connection.execute("set TimeZone = 'UTC'; set ieee_floating_point_ops = false; set threads = 1")
            yield connection

    def run(self, connection: duckdb.DuckDBPyConnection) -> None:
        for relation, sql in self.sql.items():
            connection.execute(f"create or replace table {relation} as {sql}")

    def shown(self, connection: duckdb.DuckDBPyConnection) -> dict[str, list[Row]]:
        """Every row of every published relation, and the evidence."""
        seen = [name for name in self.sql if name.startswith(("metrics.", "marts.")) or name.endswith("_evidence")]
        return {name: connection.execute(f"select * from {name} order by all").fetchall() for name in seen}


def build(home: Path, patch: pytest.MonkeyPatch) -> Models:
    """Build with New York's time zone."""
    warehouse = home / "warehouse.duckdb"
    land().write(warehouse)
    patch.setenv("TZ", "America/New_York")
    time.tzset()
    kinds = [word for kind in ("test", "unit_test") for word in ("--exclude-resource-type", kind)]
    try:
        invoke_dbt(warehouse, "build", *kinds, "--select", *SELECTED)
    finally:
        patch.undo()
        time.tzset()
    nodes = json.loads((home / "target" / "manifest.json").read_text())["nodes"]
    ran = {result["unique_id"] for result in json.loads((home / "target" / "run_results.json").read_text())["results"]}
    made = {id: node for id, node in nodes.items() if node["resource_type"] == "model" and id in ran}
    order = TopologicalSorter({id: set(node["depends_on"]["nodes"]) & made.keys() for id, node in made.items()})
    names = {id: f"{node['schema']}.{node['name']}" for id, node in made.items()}
    tables = [id for id in order.static_order() if made[id]["config"]["materialized"] in ("table", "incremental")]
    return Models(warehouse, {names[id]: made[id]["compiled_code"] for id in tables})


@contextmanager
def in_another_order(connection: duckdb.DuckDBPyConnection, seed: int) -> Iterator[None]:
    """The same raw rows, arrived otherwise: other offsets, other partitions, rolled back at the end."""
    salt = random.Random(seed).random()
    order = f'row_number() over (order by hash({salt} || fetch_id || event_id || "offset"))'
    connection.execute("begin")
    for topic in (USAGE_OBSERVED, FETCH_COMPLETED):
        connection.execute(
            f"""create or replace table raw.{topic.table} as
            select * replace ({order} - 1 as "offset", ({order} % 3)::integer as "partition")
            from raw.{topic.table} order by "offset" """
        )
    yield
    connection.execute("rollback")
