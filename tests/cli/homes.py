"""Homes made by hand, each in a state that a command must meet with one sentence."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from connectors.storage import home
from connectors.storage.home import Home, HomeOrigin
from connectors.storage.warehouse import runs
from tests.cli.command import ROOT

HOLD = """
import sys, time
from pathlib import Path
from connectors import lock
from flows.setup.clock import now
with lock.acquire(Path(sys.argv[1]), "a pass that hangs", now):
    print("held", flush=True)
    time.sleep(300)
"""
OPEN = """
import sys, time
import duckdb
connection = duckdb.connect(sys.argv[1])
print("open", flush=True)
time.sleep(300)
"""
WRITE = """
import sys, time
from contextlib import ExitStack
from pathlib import Path
from connectors import drafts
from connectors.storage.home.atomic_files import make_folder
with ExitStack() as stack:
    for path in map(Path, sys.argv[2:]):
        make_folder(path.parent)
        stack.enter_context(drafts.begun(path))
    print("open", flush=True)
    time.sleep(300)
"""


def claimed(root: Path, origin: HomeOrigin = "synthetic") -> Path:
    """An empty home of that origin."""
    home.initialise(Home(root), origin)
    return root


def advanced(root: Path, as_of: datetime) -> Path:
    """A home after a finished pass as of that moment."""
    found = Home(claimed(root))
    runs.begin(found.warehouse, "earlier", as_of, datetime.now(UTC), found.skipped)
    runs.finish(found.warehouse, "earlier", datetime.now(UTC))
    return root


def from_tomorrow(root: Path) -> Path:
    """A home with a layout unknown to this version."""
    root.mkdir(parents=True)
    (root / "format").write_text(json.dumps({"layout": home.LAYOUT + 1, "origin": "synthetic"}))
    return root


def half_copied(root: Path) -> Path:
    """A home copied with its landed files and without their ledger."""
    landed = Home(claimed(root)).landing / "usage.observed.v1" / "0"
    landed.mkdir(parents=True)
    (landed / "0-1.parquet").write_bytes(b"PAR1")
    return root


def without_format(root: Path) -> Path:
    """A home without its origin."""
    Home(advanced(root, datetime(2026, 7, 1, tzinfo=UTC))).format.unlink()
    return root


def cut_off(root: Path) -> Path:
    """A home with an incomplete copy of its build database."""
    os.truncate(Home(advanced(root, datetime(2026, 7, 1, tzinfo=UTC))).warehouse, 5000)
    return root


@contextmanager
def other_process(code: str, *paths: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that runs such a program on paths; ended afterwards, by its handle."""
    words = [sys.executable, "-c", code, *map(str, paths)]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            assert process.stdout.readline().strip() in ("held", "open")
            yield process
        finally:
            process.kill()
