"""One pass at a time: an OS lock that dies with its holder, and the way to end a holder that hangs."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import IO

import psutil

from tokenshare.errors import Busy, UsageError

PATIENCE_SECONDS = 10.0


@contextmanager
def hold(path: Path, run_id: str, patience_seconds: float = 0.0) -> Iterator[None]:
    """Holds the lock for the block; raises Busy naming the holder's pid where another pass has it for that long."""
    path.parent.mkdir(parents=True, exist_ok=True)
    deadline = monotonic() + patience_seconds
    with path.open("a+") as file:
        while not _taken(file):
            if monotonic() >= deadline:
                raise _busy(path)
            sleep(0.2)
        _sign(file, run_id)
        try:
            yield
        finally:
            file.truncate(0)  # what is signed is held


def holder(path: Path) -> psutil.Process | None:
    """The process that signed the lock, if it lives and is the one that signed (start time checked)."""
    try:
        signed = json.loads(path.read_text())
        process = psutil.Process(signed["pid"])
        return process if abs(process.create_time() - signed["started"]) < 1 else None
    except (OSError, ValueError, KeyError, psutil.NoSuchProcess):
        return None


def take_over(path: Path) -> None:
    """Ends the process that holds the lock, and waits until it is free; nothing happens where nobody holds it."""
    if _is_free(path):
        return
    process = holder(path)
    if process is None:
        raise UsageError(
            "the lock's holder cannot be told from its signature", "end that process by hand, then run again"
        )
    process.kill()
    deadline = monotonic() + PATIENCE_SECONDS
    while not _is_free(path):  # the process itself may stay as a zombie until its parent looks
        if monotonic() > deadline:
            raise UsageError(f"pid {process.pid} was ended and the lock is still held", "end its children by hand")
        sleep(0.05)


def is_held(path: Path) -> bool:
    """Whether the process that signed the lock lives. Nothing but read: a look that took the lock, for however short
    a time, could turn away a pass that begins in that moment."""
    process = holder(path)
    try:
        return process is not None and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _is_free(path: Path) -> bool:
    """Whether the lock could be taken, tried by taking it: for one who is about to hold it."""
    if not path.exists():
        return True
    with path.open("a+") as file:
        return _taken(file)


def _taken(file: IO[str]) -> bool:
    """Takes the lock where nobody has it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _sign(file: IO[str], run_id: str) -> None:
    file.truncate(0)
    me = psutil.Process()
    file.write(json.dumps({"pid": os.getpid(), "started": me.create_time(), "run_id": run_id}))
    file.flush()


def _busy(path: Path) -> Busy:
    process = holder(path)
    name = f"pid {process.pid}" if process else "another process"
    return Busy(f"another refresh is running ({name})", "wait for it, or end it with `tokenshare refresh --take-over`")
