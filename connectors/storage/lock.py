"""One pass at a time: an OS lock that dies with its holder, who signs it and is heard; and the way to end a holder."""

import fcntl
import json
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep
from typing import IO

import psutil

from tokenshare.errors import Busy, UsageError
from tokenshare.nothing import nothing

PATIENCE_SECONDS = 10.0
BEAT_SECONDS = 5.0
SILENT_SECONDS = 60.0  # a holder that is not heard for so long is stopped or hangs
Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Signature:
    """Who holds the lock: process, its start time, host, and the pass it runs."""

    pid: int
    started: float
    host: str
    run_id: str

    @property
    def process(self) -> psutil.Process | None:
        """The process, if it lives here and is the one that signed (start time checked)."""
        try:
            found = psutil.Process(self.pid) if self.host == socket.gethostname() else None
            return found if found and abs(found.create_time() - self.started) < 1 else None
        except psutil.NoSuchProcess:
            return None


@contextmanager
def hold(
    path: Path,
    run_id: str,
    clock: Clock,
    patience_seconds: float = 0.0,
    tell: Callable[[Signature], None] = nothing,
) -> Iterator[None]:
    """Holds the lock for the block, and is heard every 5 s while the process runs; tells once of a holder that is not.

    Raises Busy naming the holder where another pass has it for as long as the patience.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    deadline, told = monotonic() + patience_seconds, set[Signature]()
    with path.open("a+") as file:
        while not _taken(file):
            if (stuck := unheard(path, clock())) and stuck not in told:
                told.add(stuck)
                tell(stuck)
            if monotonic() >= deadline:
                raise _busy(path, clock)
            sleep(0.2)
        _sign(file, run_id)
        ended = Event()
        heart = Thread(target=_beat, args=(file, ended, clock), daemon=True)
        heart.start()
        try:
            yield
        finally:
            ended.set()
            heart.join()
            file.truncate(0)  # what is signed is held


def holder(path: Path) -> Signature | None:
    """Who signed the lock; None where nobody has, or the signature cannot be read."""
    try:
        return Signature(**json.loads(path.read_text()))
    except (OSError, ValueError, TypeError):
        return None


def silence(path: Path, at: datetime) -> float | None:
    """Seconds for which the holder has not been heard; None where nobody holds the lock."""
    try:
        return max(0.0, at.timestamp() - path.stat().st_mtime) if holder(path) else None
    except OSError:
        return None


def unheard(path: Path, at: datetime) -> Signature | None:
    """Who holds the lock and has not been heard for a minute."""
    silent = silence(path, at)
    return holder(path) if silent is not None and silent > SILENT_SECONDS else None


def mind(path: Path, run_id: str) -> None:
    """Raises Busy where the lock is signed by another pass: somebody took this one's place while it was stopped."""
    found = holder(path)
    if found is None or found.run_id != run_id:
        other = f"pass {found.run_id} (pid {found.pid} on {found.host})" if found else "somebody"
        raise Busy(f"{other} has taken this home over from pass {run_id}", "leave it to that one, or run again")


def take_over(path: Path) -> None:
    """Ends the process that holds the lock, and waits until it is free; nothing happens where nobody holds it."""
    if _is_free(path):
        return
    signed = holder(path)
    process = signed.process if signed else None
    if process is None:
        where = f" (pid {signed.pid} on {signed.host})" if signed else ""
        raise UsageError(
            f"the lock's holder{where} is no process of this machine that could be ended",
            "end that process by hand, then run again",
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
    signed = holder(path)
    process = signed.process if signed else None
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
    mine = Signature(os.getpid(), psutil.Process().create_time(), socket.gethostname(), run_id)
    file.write(json.dumps(asdict(mine)))
    file.flush()


def _beat(file: IO[str], ended: Event, clock: Clock) -> None:
    """The time of the file is when its holder was last heard: a process that is stopped is not."""
    while not ended.wait(BEAT_SECONDS):
        at = clock().timestamp()
        os.utime(file.fileno(), (at, at))


def _busy(path: Path, clock: Clock) -> Busy:
    signed, silent = holder(path), silence(path, clock())
    if signed is None:
        return Busy("another refresh is running", "wait for it, or end that process by hand")
    at = "" if signed.host == socket.gethostname() else f" on {signed.host}"
    if unheard(path, clock()):
        told = f"pid {signed.pid}{at} holds the home and has not been heard for {silent:.0f} s"
        return Busy(told, "end it with `tokenshare refresh --take-over`")
    told = f"another refresh is running (pid {signed.pid}{at})"
    return Busy(told, "wait for it, or end it with `tokenshare refresh --take-over`")
