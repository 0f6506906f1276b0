"""The cost of a command with all of its processes, and the machine it ran on; shared by the programs beside it."""

import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import psutil

PACKAGES = ("apache-beam", "dbt-core", "duckdb", "great-expectations", "kafka-python", "prefect")
COMMAND = (sys.executable, "-c", "from flows.cli import main; main()")
COMPILED = {"PYTHONDONTWRITEBYTECODE": ""}  # compiled code is kept, as for most users: without it imports cost thrice
BLOCK_BYTES = 512  # what the kernel counts output in


@dataclass(frozen=True)
class Cost:
    """CPU-seconds, user and system, and bytes written, of a command and those it waited for; MiB of the largest."""

    code: int
    cpu_seconds: float
    seconds: float
    peak_mib: float
    written_mb: float
    out: str


def cost_of(command: Sequence[str], environ: Mapping[str, str], folder: Path, typed: str = "") -> Cost:
    """Run a command in a folder to its end, with `typed` on its stdin. Its stderr is dropped."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as given:
        given.write(typed)
        given.seek(0)
        begun = time.monotonic()
        streams = {"stdin": given, "stdout": out, "stderr": subprocess.DEVNULL}
        process = subprocess.Popen(command, env={**environ, **COMPILED}, cwd=folder, **streams)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - begun
        process.returncode = os.waitstatus_to_exitcode(status)  # Popen did not wait itself
        out.seek(0)
        cpu_seconds = usage.ru_utime + usage.ru_stime
        written = usage.ru_oublock * BLOCK_BYTES / 1e6
        return Cost(process.returncode, cpu_seconds, seconds, usage.ru_maxrss / 1024, written, out.read())


@contextmanager
def broker_of(environ: Mapping[str, str], checkout: Path) -> Iterator[str]:
    """The local broker of a home, run by a checkout; yields the answer of `broker start --json`."""
    answer = _ours("broker", "start", "--json", environ=environ, checkout=checkout)
    try:
        yield answer
    finally:
        _ours("broker", "stop", environ=environ, checkout=checkout)


def _ours(*words: str, environ: Mapping[str, str], checkout: Path) -> str:
    command = [*COMMAND, *words]
    return subprocess.run(command, env=environ, cwd=checkout, check=True, capture_output=True, text=True).stdout


def machine() -> dict[str, object]:
    """The machine, its Python, and the versions of the libraries that cost most."""
    return {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {psutil.virtual_memory().total // 2**30} GiB",
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
    }


def row(*cells: object) -> str:
    """A row of a Markdown table."""
    return f"| {' | '.join(f'{cell:.2f}' if isinstance(cell, float) else str(cell) for cell in cells)} |"


def heading(*names: str) -> str:
    """The head of a Markdown table."""
    return f"{row(*names)}\n{row(*['---'] * len(names))}"
