"""Servers of others on loopback, each from its package in an environment of its own."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.request import urlopen

import pytest

from tests.prefect.server import free_port

ROOT = Path(__file__).parents[2]
ENVIRONMENTS = ROOT / ".venv" / "journeys"
CONFIG = Path(__file__).with_name("superset_config.py")
START_SECONDS = 300
# The page of BI tools, and the published file as it is written there.
PAGE = ROOT / "docs" / "bi" / "README.md"
RELATIVE = ".tokenshare/published/tokenshare.duckdb"


def python_of(name: str) -> Path:
    """The Python of a tool; the test is skipped without it."""
    found = ENVIRONMENTS / name / "bin" / "python"
    if not (ENVIRONMENTS / name / ".ready").exists():
        pytest.skip(f"{name} is not installed: make journeys")
    return found


def environment_of(*without: str) -> dict[str, str]:
    """The environment without variables that begin so, and without our settings."""
    others = ("TOKENSHARE_", "PYTHON", *without)
    return {name: value for name, value in os.environ.items() if not name.startswith(others)}


def answers(url: str) -> bool:
    """True as soon as somebody answers 200 there."""
    try:
        with urlopen(url, timeout=10) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@contextmanager
def running(command: list[str], environ: dict[str, str], folder: Path, health: str) -> Iterator[str]:
    """The address of a server until the end of the block; `{port}` in its command is a free one, its log in the folder.

    It is up once it answers 200 at the path `health`.
    """
    port = free_port()
    url, words = f"http://127.0.0.1:{port}", [word.replace("{port}", str(port)) for word in command]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(words, env=environ, cwd=folder, stdout=log, stderr=log)
    try:
        wait_for(lambda: process.poll() is not None or answers(url + health), bool, START_SECONDS)
        assert process.poll() is None, (folder / "server.log").read_text()[-4000:]
        yield url
    finally:
        process.terminate()
        process.wait(timeout=30)


def wait_for(ask: Callable[[], Any], is_enough: Callable[[Any], Any], seconds: float = 120) -> Any:
    """The answer once it is enough; after the seconds the test fails with the last one."""
    until = monotonic() + seconds
    while not is_enough(found := ask()):
        assert monotonic() < until, f"not within {seconds} s: {found}"
        sleep(0.5)
    return found
