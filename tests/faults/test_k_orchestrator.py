"""Killed while Prefect watches: the run is not running for ever, and the pass is not ended with it."""

import os
import subprocess
from collections.abc import Callable
from typing import Any

import psutil
import pytest

from connectors.storage.warehouse import open_warehouse
from tests.cli.homes import HOLD, other_process
from tests.prefect.server import Server
from tests.prefect.test_schedule import passes, scene, server, serving, state_of, trigger, upstream, wait_until
from tests.scene import Scene

__all__ = ["scene", "server", "serving", "upstream"]
pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]
Record = Callable[[str, Any], None]


def test_k16_a_killed_flow_run_is_crashed_and_its_pass_goes_on(
    server: Server, serving: "subprocess.Popen[bytes]", scene: Scene, record_property: Record
) -> None:
    """kill -9 of the session of a scheduled flow run, while its pass waits for the home."""
    with other_process(HOLD, scene.home.lock):
        run = trigger(server)
        (going,) = wait_until(lambda: passes(scene))
        session = os.getsid(going.ppid())
        for child in psutil.Process(serving.pid).children(recursive=True):
            if os.getsid(child.pid) == session:
                child.kill()
        wait_until(lambda: state_of(server, run)["type"] == "CRASHED", serving)
    wait_until(lambda: not going.is_running() or going.status() == psutil.STATUS_ZOMBIE)
    assert scene.metric("router_tokens_weekly")
    with open_warehouse(scene.home.warehouse) as connection:
        assert connection.execute("SELECT status FROM ledger.runs").fetchall() == [("finished",)]
    record_property("observed", f"the run is {state_of(server, run)['name']}; its pass published")
