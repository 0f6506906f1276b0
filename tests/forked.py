"""Processes without the cost of imports: each is forked from a server with the slow libraries already imported."""

import multiprocessing
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Lock
from typing import Any

SLOW = (
    "apache_beam.runners.portability.fn_api_runner", "dbt.cli.main", "dbt.adapters.duckdb.connections",
    "dbt.task.build", "httpcore", "great_expectations", "pandas", "expectations.gates", "connectors.beam.pipeline",
    "flows.orchestration.runner", "flows.cli", "tests.forked", "tests.faults.subprocess_runs", "tests.guard",
    "tests.frozen",
)  # fmt: skip
PATIENCE_SECONDS = 300  # ten times what a pass takes on a quiet machine
forks = multiprocessing.get_context("forkserver")
forks.set_forkserver_preload(list(SLOW))  # one server per test process, with neither threads nor connections
bookkeeping = Lock()  # starting a process also polls all others, which takes their exit codes


def run(work: Callable[..., None], *arguments: Any, begun: Callable[[BaseProcess], None] = lambda _: None) -> int:
    """Run the work in a process of its own, passed to `begun`; return its exit code, or minus the signal ending it."""
    process = forks.Process(target=work, args=arguments)
    with bookkeeping:
        process.start()
    begun(process)
    is_over = bool(wait([process.sentinel], PATIENCE_SECONDS))
    with bookkeeping:
        if not is_over:
            process.kill()
        process.join()
    if not is_over:
        raise TimeoutError(f"{work.__name__} of {arguments} hangs")
    return int(process.exitcode or 0)


def command_of(user: int, *arguments: Any) -> None:
    """`command` as that user, perhaps another one if this process is root's."""
    os.setuid(user)
    command(*arguments)


def command(environ: Mapping[str, str], words: Sequence[str], folder: Path, out: Path, err: Path) -> None:
    """`tokenshare` with these words, as in a process of a shell: its environment, folder, stdout and stderr."""
    from flows.cli import main

    os.environ.clear()
    os.environ.update(environ)
    os.chdir(folder)
    for path, stream in ((out, sys.stdout), (err, sys.stderr)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), stream.fileno())
    sys.argv = ["tokenshare", *words]
    main()
