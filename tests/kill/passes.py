"""Passes in processes that may be killed: each is forked from a server that has imported the slow libraries once."""

import json
import multiprocessing
import signal
import sys
import traceback
from collections.abc import Mapping
from datetime import datetime
from multiprocessing.connection import wait
from pathlib import Path
from threading import Lock

from tests.scene import Scene

SLOW = (
    "apache_beam.runners.portability.fn_api_runner", "dbt.cli.main", "dbt.adapters.duckdb.connections",
    "great_expectations", "pandas", "expectations.gates", "connectors.beam.pipeline", "flows.deployments",
    "tests.kill.passes",
)  # fmt: skip
PATIENCE_SECONDS = 300
KILLED = -signal.SIGKILL
forks = multiprocessing.get_context("forkserver")
forks.set_forkserver_preload(list(SLOW))  # one server per test process, with neither threads nor connections
bookkeeping = Lock()  # starting a process also polls all others, which takes their exit codes


def run_pass(scene: Scene, as_of: str, world: Path, kill_at: str = "") -> int:
    """Runs `refresh` in a process of its own; its exit code, or minus the signal that ended it."""
    variables = {**scene.variables, "TOKENSHARE_KILL_AT": kill_at}
    process = forks.Process(target=_refresh, args=(variables, as_of, world, log_of(scene)))
    with bookkeeping:
        process.start()
    is_over = bool(wait([process.sentinel], PATIENCE_SECONDS))
    with bookkeeping:
        if not is_over:
            process.kill()
        process.join()
    if not is_over:
        raise TimeoutError(f"the pass of {as_of} (kill at {kill_at or 'no point'}) hangs")
    return int(process.exitcode)


def log_of(scene: Scene) -> Path:
    """What the newest pass of the scene said."""
    return scene.root.with_name(f"{scene.root.name}.log")


def _refresh(variables: Mapping[str, str], as_of: str, world: Path, log: Path) -> None:
    """The command without its command line; runs in the forked process."""
    from flows import answer, deployments, settings

    answer.quieten()
    with log.open("w") as said:
        sys.stdout = sys.stderr = said
        try:
            report = deployments.run_once(
                settings.load(variables), datetime.fromisoformat(as_of), world, (), lambda _: None
            )
        except BaseException:
            traceback.print_exc(file=said)
            raise
        said.write(json.dumps(report.document(), default=str))
    sys.exit(int(report.exit_code))
