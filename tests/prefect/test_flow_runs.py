"""Passes show in a Prefect server that answers; without one they are the same, and start none."""

import json
import subprocess
import sys
import uuid
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from connectors.kafka import topics
from connectors.kafka.cluster import Cluster
from tests.prefect.server import Server, environment, free_port, start
from tests.scene import ROUTER_ALONE, small_rows, write_rankings

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.timeout(900)  # a server and two passes, on a machine that may be busy
STAGES = {"ingest", "land", "transform", "publish", "notify"}
SECRET = "canary-key-5d20e7b3f8"
COMMAND = """
import atexit, sys
from flows.cli import main
atexit.register(lambda: print("prefect imported:", "prefect" in sys.modules, file=sys.stderr))
main()
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Starts while the first pass, which does not know it, works."""
    with start(tmp_path_factory.mktemp("prefect") / "server") as starting:
        yield starting


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One home for both passes."""
    return tmp_path_factory.mktemp("passes")


@pytest.fixture(scope="module")
def prefix(broker: str) -> Iterator[str]:
    """Topics of its own, deleted at the end."""
    own = f"prefect-{uuid.uuid4().hex[:10]}."
    yield own
    topics.delete_prefixed(Cluster(broker, topic_prefix=own))


@pytest.fixture(scope="module")
def surroundings(home: Path, broker: str, prefix: str) -> dict[str, str]:
    """The environment of both passes, and two small weeks to pass over."""
    write_rankings(home / "world", small_rows(date(2026, 6, 29), 14))
    return {
        **environment(home / "prefect"),
        **ROUTER_ALONE,
        "TOKENSHARE_HOME": str(home / "home"),
        "TOKENSHARE_KAFKA_BOOTSTRAP_SERVERS": broker,
        "TOKENSHARE_KAFKA_TOPIC_PREFIX": prefix,
        "TOKENSHARE_KAFKA_SASL_PASSWORD": SECRET,
        "OPENROUTER_API_KEY": SECRET,
    }


@pytest.fixture(scope="module")
def alone(server: Server, surroundings: dict[str, str], home: Path) -> "subprocess.CompletedProcess[str]":
    """A pass told of a server where nobody listens."""
    return _refresh({**surroundings, "PREFECT_API_URL": f"http://127.0.0.1:{free_port()}/api"}, home)


@pytest.fixture(scope="module")
def shown(
    alone: object, server: Server, surroundings: dict[str, str], home: Path
) -> "subprocess.CompletedProcess[str]":
    """The same pass again, told of the server that answers."""
    server.wait()
    return _refresh({**surroundings, "PREFECT_API_URL": server.url}, home)


def test_a_dead_port_costs_nothing_and_starts_no_server(alone: "subprocess.CompletedProcess[str]", home: Path) -> None:
    assert alone.returncode == 0, alone.stderr
    assert json.loads(alone.stdout)["status"] == "ok"
    assert alone.stderr.splitlines()[-1] == "prefect imported: False"
    assert not (home / "prefect").exists()


def test_a_pass_shows_as_nested_flow_runs(shown: "subprocess.CompletedProcess[str]", server: Server) -> None:
    assert shown.returncode == 0, shown.stderr
    assert json.loads(shown.stdout)["status"] == "ok"
    assert "Traceback" not in shown.stderr
    runs = _runs_by_flow(server)
    assert runs.keys() == {"refresh", *STAGES}
    assert {name: run["state_type"] for name, run in runs.items()} == dict.fromkeys(runs, "COMPLETED")
    parents = {run["id"]: run["flow_run_id"] for run in server.ask("task_runs/filter", {})}
    nested = {name for name, run in runs.items() if parents.get(run["parent_task_run_id"]) == runs["refresh"]["id"]}
    assert nested == STAGES


def test_no_parameter_and_no_secret_reaches_the_server(
    shown: "subprocess.CompletedProcess[str]", server: Server, home: Path
) -> None:
    for name, run in _runs_by_flow(server).items():
        assert (run["parameters"], run["job_variables"] or {}) == ({}, {}), name
    assert '"name": "refresh"' in server.dump()
    assert SECRET not in server.dump() + shown.stdout + shown.stderr
    stored = [path for folder in (home, server.home) for path in folder.rglob("*") if path.is_file()]
    assert [path for path in stored if SECRET.encode() in path.read_bytes()] == []


def _runs_by_flow(server: Server) -> dict[str, dict[str, Any]]:
    """The one run of each flow: the pass that found nobody left none."""
    names = {flow["id"]: flow["name"] for flow in server.ask("flows/filter", {})}
    runs = server.ask("flow_runs/filter", {})
    assert len(runs) == len(names)
    return {names[run["flow_id"]]: run for run in runs}


def _refresh(environ: dict[str, str], home: Path) -> "subprocess.CompletedProcess[str]":
    words = ["refresh", "--world", str(home / "world"), "--as-of", "2026-07-13T06:00:00Z", "--json"]
    return subprocess.run(
        [sys.executable, "-c", COMMAND, *words],
        cwd=ROOT, env=environ, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
