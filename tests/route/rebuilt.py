"""A home's relations beside those that one build from the beginning makes of the same inputs."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from connectors.storage.home import Home
from connectors.storage.publications import lineage
from connectors.storage.warehouse import Connection, builds, connect, open_warehouse
from flows.stages import dbt
from flows.stages.graph import wanted
from flows.stages.maps import seeds_of
from tokenshare.metrics import METRIC_BY_ID

LAYERS = ("intermediate", "marts", "metrics", "staging")


def differing(home: Home) -> list[str]:
    """The models of the last build that differ in a row, or in the number of its copies, from a build of everything."""
    with open_warehouse(home.warehouse) as connection:
        build = builds.read(connection)
        assert build is not None
        variables = lineage.read_run(connection, build.run_id).variables
        active = [METRIC_BY_ID[name] for _, name, _ in _relations(connection) if name in METRIC_BY_ID]
    return differing_from(home, variables, wanted(active))


def differing_from(home: Home, variables: Mapping[str, Any], relations: Sequence[str]) -> list[str]:
    """The models that differ from what these variables and relations make in a database without any."""
    with TemporaryDirectory() as folder:
        copy = Path(folder) / home.warehouse.name
        shutil.copyfile(home.warehouse, copy)
        with open_warehouse(copy) as connection:
            for schema, name, kind in _relations(connection):
                connection.execute(f'DROP {kind} {schema}."{name}"')
        failed = dbt.build(copy, variables, home.build / "dbt", relations, seeds=seeds_of(home))
        assert failed == {}
        with connect(home.warehouse) as connection:
            connection.execute(f"ATTACH '{copy}' AS whole (READ_ONLY)")
            made = [(schema, name) for schema, name, _ in _relations(connection, "whole")]
            assert {*relations} <= {name for _, name in made}
            return [name for schema, name in made if _differs(connection, f"{schema}.{name}")]


def _differs(connection: Connection, relation: str) -> bool:
    query = "(FROM {a} EXCEPT ALL FROM {b}) UNION ALL (FROM {b} EXCEPT ALL FROM {a}) LIMIT 1"
    try:
        return bool(connection.execute(query.format(a=relation, b=f"whole.{relation}")).fetchall())
    except duckdb.Error as error:
        raise AssertionError(f"{relation}: {error}") from error


def _relations(connection: Connection, database: str = "warehouse") -> Sequence[tuple[str, str, str]]:
    query = """SELECT table_schema, table_name, if(table_type = 'VIEW', 'VIEW', 'TABLE') FROM information_schema.tables
        WHERE table_catalog = ? AND list_contains(?, table_schema) ORDER BY ALL"""
    return connection.execute(query, [database, list(LAYERS)]).fetchall()
