"""Older DuckDB clients open the published file: the drivers of BI tools are years behind."""

import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from connectors.storage.home import Home
from tests.cli.command import ROOT

CLIENTS = sorted(path.stem for path in (ROOT / "tests/clients").glob("*.lock"))
COUNT = """
import json, sys
import duckdb
connection = duckdb.connect(sys.argv[1], read_only=True)
names = connection.execute(
    "SELECT table_schema || '.' || table_name FROM information_schema.tables ORDER BY ALL"
).fetchall()
counts = {name: len(connection.execute(f"FROM {name}").fetchall()) for (name,) in names}
print(json.dumps([duckdb.__version__, counts]))
"""


def read_with(python: dict[str, str], file: Path) -> tuple[str, dict[str, int]]:
    """The version of the client, and the rows it reads of each relation."""
    answer = subprocess.run(
        [sys.executable, "-c", COUNT, file], capture_output=True, text=True, check=False, env={**os.environ, **python}
    )
    assert answer.returncode == 0, answer.stderr
    version, counts = json.loads(answer.stdout)
    return version, counts


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.threat("X34")
def test_an_older_client_reads_every_relation(clean: Home, client: str) -> None:
    folder = ROOT / ".venv/clients" / client
    if not (folder / "duckdb").is_dir():
        pytest.skip(f"{client} has no build for this Python")
    version, counts = read_with({"PYTHONPATH": str(folder)}, clean.published_file)
    assert version == client.removeprefix("duckdb-")
    assert counts == read_with({}, clean.published_file)[1]
    assert counts["metrics.router_tokens_weekly"] > 0


def test_the_clients_are_older_than_ours() -> None:
    assert len(CLIENTS) == 2
    assert all(client.removeprefix("duckdb-").split(".") < duckdb.__version__.split(".") for client in CLIENTS)
