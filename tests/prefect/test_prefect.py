"""A pass in the eyes of Prefect: shown flow by flow where a server runs, the same without one, secrets nowhere."""

import json
import subprocess
import sys
import uuid
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from connectors.kafka import topics
from connectors.kafka.cluster import Cluster
from tests.prefect.server import Server, environment, free_port, serving, wait
from tests.scene import small_rows, write_rankings

ROOT = Path(__file__).parents[2]
STAGES = {"ingest", "land", "transform", "publish"}
CANARIES = {
    "OPENROUTER_API_KEY": "canary-key-2b9c417d60",
    "TOKENSHARE_KAFKA_SASL_PASSWORD": "canary-password-93d1f0a8e5",
}
# The command; at its end it says whether Prefect was ever imported, without which nobody starts a server.
COMMAND = """
import atexit, sys
atexit.register(lambda: print("prefect imported:", "prefect" in sys.modules, file=sys.stderr))
from flows.cli import main
main()
"""
pytestmark = pytest.mark.timeout(300)


@dataclass(frozen=True)
class Passed:
    """A pass: what it said, and Prefect's home on the side of the pass."""

    code: int
    out: str
    err: str
    prefect_home: Path

    @property
    def document(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.out)
        return found


@dataclass(frozen=True)
class Two:
    """The same pass twice: beside a server, and where the address given is dead."""

    server: Server
    shown: Passed
    alone: Passed


@pytest.fixture(scope="module")
def two(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    """Both passes; the one without a server runs while the server starts."""
    root = tmp_path_factory.mktemp("prefect")
    world = write_rankings(root / "world", small_rows(date(2026, 6, 29), 14))
    prefix = f"prefect-{uuid.uuid4().hex[:10]}."
    try:
        with serving(root / "server" / "home") as server, ThreadPoolExecutor(1) as pool:
            dead = f"http://127.0.0.1:{free_port()}/api"
            alone: Future[Passed] = pool.submit(_pass, root / "alone", broker, f"{prefix}alone.", world, dead)
            shown = _pass(root / "shown", broker, f"{prefix}shown.", world, wait(server).url)
            yield Two(server, shown, alone.result())
    finally:
        topics.delete_prefixed(Cluster(broker, topic_prefix=prefix))


def test_every_stage_is_a_completed_flow_run_under_the_refresh(two: Two) -> None:
    assert (two.shown.code, two.shown.document["status"]) == (0, "ok"), two.shown.err
    names = {flow["id"]: flow["name"] for flow in two.server.listed("flows")}
    runs = {names[run["flow_id"]]: run for run in two.server.listed("flow_runs")}
    assert set(runs) == {"refresh", *STAGES}
    assert len(two.server.listed("flow_runs")) == 1 + len(STAGES)
    assert {run["state"]["type"] for run in runs.values()} == {"COMPLETED"}
    assert {run["state"]["name"] for run in runs.values()} == {"Completed"}
    parents = {run["id"]: run["flow_run_id"] for run in two.server.listed("task_runs")}
    within = {name: parents[run["parent_task_run_id"]] for name, run in runs.items() if run["parent_task_run_id"]}
    assert within == dict.fromkeys(STAGES, runs["refresh"]["id"])
    begun = sorted(STAGES, key=lambda name: runs[name]["start_time"])
    assert begun == ["ingest", "land", "transform", "publish"]


def test_no_flow_run_holds_anything(two: Two) -> None:
    for run in two.server.listed("flow_runs"):
        assert run["parameters"] == {}
        assert run["job_variables"] in (None, {})
        assert run["context"] in (None, {})
    results = [run["state"]["data"] for kind in ("flow_runs", "task_runs") for run in two.server.listed(kind)]
    assert all((data or {}).get("type") in (None, "unpersisted") or "storage_key" in data for data in results), results


def test_no_secret_is_in_anything_prefect_tells_or_keeps(two: Two) -> None:
    assert not any((two.shown.prefect_home / "storage").rglob("*"))  # no result is kept on our side either
    everything = two.server.dump() + two.shown.out + two.shown.err
    assert '"refresh"' in everything  # the dump is of this server
    for name, canary in CANARIES.items():
        assert canary not in everything, name


def test_pass_is_the_same_without_a_server_and_starts_none(two: Two) -> None:
    assert (two.alone.code, two.alone.document["status"]) == (0, "ok"), two.alone.err
    assert two.alone.document["metrics"] == two.shown.document["metrics"]
    assert two.alone.document["sources"] == two.shown.document["sources"]
    assert "prefect imported: False" in two.alone.err
    assert "prefect imported: True" in two.shown.err  # so that the line above can fail
    assert not two.alone.prefect_home.exists()


def test_stdout_is_one_document_also_under_prefect(two: Two) -> None:
    assert two.shown.document.keys() == two.alone.document.keys()
    assert len(two.shown.out.strip().splitlines()) == 1


def _pass(root: Path, broker: str, prefix: str, world: Path, api: str) -> Passed:
    """The command as a user types it, in a process of its own."""
    environ = {
        **environment(root / "prefect"),
        **CANARIES,
        "PREFECT_API_URL": api,
        "TOKENSHARE_HOME": str(root / "home"),
        "TOKENSHARE_KAFKA_BOOTSTRAP_SERVERS": broker,
        "TOKENSHARE_KAFKA_TOPIC_PREFIX": prefix,
    }
    words = ["refresh", "--world", str(world), "--as-of", "2026-07-13T06:00:00Z", "--json"]
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, *words],
        cwd=ROOT, env=environ, capture_output=True, text=True, timeout=200, check=False,
    )  # fmt: skip
    return Passed(done.returncode, done.stdout, done.stderr, root / "prefect")
