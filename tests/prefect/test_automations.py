"""An automation of a real Prefect server does what it says."""

import subprocess

import psutil
import pytest

from flows.orchestration.automations import HEARTBEAT, HEARTBEAT_SECONDS
from tests.cli.homes import HOLD, other_process
from tests.prefect.server import Server
from tests.prefect.test_schedule import passes, scene, server, serving, state_of, trigger, upstream, wait_until
from tests.scene import Scene

__all__ = ["scene", "server", "serving", "upstream"]
pytestmark = [pytest.mark.timeout(900), pytest.mark.slow, pytest.mark.long]
SHOWN_SECONDS = 300  # three heartbeats, and the turns in which the server looks for silence


def test_a_run_whose_process_is_gone_becomes_crashed(
    server: Server, serving: "subprocess.Popen[bytes]", scene: Scene
) -> None:
    """kill -9 of `serve` and of all that it started, after a heartbeat of a run that waits for the home."""
    with other_process(HOLD, scene.home.lock):
        run = trigger(server)
        wait_until(lambda: passes(scene))
        wait_until(lambda: server.events(HEARTBEAT, f"prefect.flow-run.{run}"))
        started = psutil.Process(serving.pid).children(recursive=True)
        serving.kill()
        for process in started:
            process.kill()
        assert state_of(server, run)["type"] == "RUNNING"
        wait_until(lambda: state_of(server, run)["type"] == "CRASHED", seconds=SHOWN_SECONDS)
    assert state_of(server, run)["message"] == f"no heartbeat for {3 * HEARTBEAT_SECONDS} seconds"
