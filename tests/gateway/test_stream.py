"""`stream` beside the receiver: what was acknowledged is shown within seconds, and other passes are let through."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep

import pytest

from connectors.kafka import topics
from connectors.kafka.cluster import Cluster
from flows.queries.verify import verify
from tests.gateway import traffic
from tests.gateway.running import ROOT, Gateway, begin, stop
from tests.scene import ROUTER_ALONE, Scene

pytestmark = [pytest.mark.timeout(1800), pytest.mark.slow]
PATIENCE_SECONDS = 600
INTERRUPTED = """
import os, signal, time
from flows.operations import stream
stream.STOP_SECONDS = 1
with stream._stopping() as stop:
    os.kill(os.getpid(), signal.SIGTERM)
    try:
        time.sleep(60)
    except KeyboardInterrupt as interrupt:
        raise RuntimeError("Query interrupted") from interrupt
print("stopped" if stop.is_set() else "")
"""


@pytest.fixture
def scene(broker: str, tmp_path: Path) -> Iterator[Scene]:
    scene = Scene(tmp_path / "home", broker, ROUTER_ALONE)
    (tmp_path / "world").mkdir()
    scene.refresh((datetime.now(UTC) - timedelta(hours=1)).isoformat(), tmp_path / "world")
    yield scene
    topics.delete_prefixed(Cluster(broker, topic_prefix=scene.prefix))


def shown(scene: Scene) -> int:
    """The requests in the published file, of every kind."""
    kinds = ("requests_count", "failures_count", "cache_hits_count")
    return sum(row[kind] for row in scene.metric("fct_requests_hourly") for kind in kinds)


def wait_for(scene: Scene, count: int) -> None:
    until = monotonic() + PATIENCE_SECONDS
    while (found := shown(scene)) < count and monotonic() < until:
        sleep(0.3)
    assert shown(scene) == count, found


def begin_stream(scene: Scene, tmp_path: Path) -> "subprocess.Popen[str]":
    return begin(scene, "stream", "--every", "1", "--world", str(tmp_path / "world"), "--json")


def test_what_is_acknowledged_is_shown_and_a_pass_of_a_person_is_let_through(scene: Scene, tmp_path: Path) -> None:
    gateway, streaming = Gateway.of(scene), begin_stream(scene, tmp_path)
    reports = list(traffic.draw(300, datetime.now(UTC), is_repeated=False))
    sent = [traffic.payload_of(report) for report in reports]
    restated = [traffic.payload_of(report._replace(answered=report.answered + 1)) for report in reports[:100]]
    for at in range(0, len(sent), 100):
        assert gateway.post(sent[at : at + 100]).status_code == 200
        wait_for(scene, at + 100)
    scene.refresh(datetime.now(UTC).isoformat(), tmp_path / "world", patience_seconds=300)
    assert gateway.post(restated).status_code == 200
    assert (stop(gateway.process), stop(streaming)) == (0, 0)
    assert streaming.stdout
    turns = [json.loads(line) for line in streaming.stdout.read().splitlines()]
    assert sum(turn["records"] for turn in turns) >= 200  # the first hundred may have landed before the first turn
    assert {turn["held"] for turn in turns} == {0}
    assert all(turn["records_per_second"] > 0 for turn in turns)
    scene.refresh(
        datetime.now(UTC).isoformat(), tmp_path / "world"
    )  # ends what the stop interrupted, if a turn was slow
    assert verify(scene.home, lambda _: None)["breaches"] == []


def test_an_interrupt_that_a_library_reports_as_its_own_error_ends_it_in_order() -> None:
    """As DuckDB does from a query."""
    done = subprocess.run([sys.executable, "-c", INTERRUPTED], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, "stopped\n"), done.stderr
