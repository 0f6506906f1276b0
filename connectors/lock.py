"""Locks between processes: a plain one that waits, and the lock of a home, whose owner signs it and shows it lives.

How one pass at a time is kept, also when a pass hangs:

1. Lock. `flock` on one file. The kernel lets go when the owner dies, however it dies, so no lock outlives its pass
   and nobody has to judge whether a lock file is a leftover.
2. Signature. The owner writes who it is into that file. The kernel cannot name an owner, and others must: to say
   whom they wait for, and to end it. The signature is removed before the lock is let go; one that stays is that of
   a killed owner, so `owner` alone proves nothing and `is_held` asks for the process too.
3. Heartbeat. A process that is stopped (SIGSTOP, a suspended machine) keeps its lock for ever. So a thread of the
   owner sets the file's modification time every few seconds, and an owner without a fresh one is stale.
4. Take-over. A stale owner is reported and never removed by itself: a slow machine looks the same. A person ends it
   with `take_over`, which kills the signed process and waits for the kernel to let the lock go.
5. Fence. The lock file can be deleted or copied, and a stopped owner may wake up after another has taken its place.
   So each owner takes a number in the build database (connectors/storage/warehouse/fencing.py), and a write under
   an old number is refused. What writes elsewhere asks `mind` first, which reads the signature.
"""

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
from tokenshare.noop import noop

PATIENCE_SECONDS = 10.0
HEARTBEAT_SECONDS = 5.0
STALE_SECONDS = 60.0  # twelve heartbeats: an owner that missed them all is stopped or hangs
Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Owner:
    """Who has the lock: process, its start time, host, and the pass it runs."""

    pid: int
    started: float
    host: str
    run_id: str

    @property
    def process(self) -> psutil.Process | None:
        """The process, if it runs on this machine and started when the signature says: pids are given out again."""
        try:
            found = psutil.Process(self.pid) if self.host == socket.gethostname() else None
            return found if found and abs(found.create_time() - self.started) < 1 else None
        except psutil.NoSuchProcess:
            return None


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Holds an unsigned lock for the block; waits for as long as another process has it."""
    with path.open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@contextmanager
def acquire(
    path: Path,
    run_id: str,
    clock: Clock,
    patience_seconds: float = 0.0,
    tell: Callable[[Owner], None] = noop,
) -> Iterator[None]:
    """Holds the signed lock for the block and keeps its heartbeat; calls `tell` once for each stale owner it meets.

    Raises Busy naming the owner if another pass still has the lock when the patience ends.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    deadline, reported = monotonic() + patience_seconds, set[Owner]()
    with path.open("a+") as file:
        while not _taken(file):
            if (stuck := stale(path, clock())) and stuck not in reported:
                reported.add(stuck)
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
            file.truncate(0)  # before the lock goes: a successor's signature must not be the one removed


def owner(path: Path) -> Owner | None:
    """The signature on the lock; None if nobody has signed it, or the signature cannot be read."""
    try:
        return Owner(**json.loads(path.read_text()))
    except (OSError, ValueError, TypeError):
        return None


def heartbeat_age(path: Path, at: datetime) -> float | None:
    """Seconds since the owner's last heartbeat; None if nobody has signed the lock."""
    try:
        return max(0.0, at.timestamp() - path.stat().st_mtime) if owner(path) else None
    except OSError:
        return None


def stale(path: Path, at: datetime) -> Owner | None:
    """The owner, if its last heartbeat is more than a minute old."""
    age = heartbeat_age(path, at)
    return owner(path) if age is not None and age > STALE_SECONDS else None


def require_ownership(path: Path, run_id: str) -> None:
    """Raises Busy if the lock is signed by another pass: somebody took this one's place while it was stopped."""
    found = owner(path)
    if found is None or found.run_id != run_id:
        other = f"pass {found.run_id} (pid {found.pid} on {found.host})" if found else "somebody"
        raise Busy(f"{other} has taken this home over from pass {run_id}", "leave it to that one, or run again")


def take_over(path: Path) -> None:
    """Ends the process that has the lock, and waits until the lock is free; does nothing if nobody has it."""
    if _is_free(path):
        return
    signed = owner(path)
    process = signed.process if signed else None
    if process is None:
        where = f" (pid {signed.pid} on {signed.host})" if signed else ""
        raise UsageError(
            f"the lock's holder{where} is not a process of this machine that could be ended",
            "end that process by hand, then run again",
        )
    process.kill()
    deadline = monotonic() + PATIENCE_SECONDS
    while not _is_free(path):  # the process itself may stay as a zombie until its parent looks
        if monotonic() > deadline:
            raise UsageError(f"pid {process.pid} was ended and the lock is still held", "end its children by hand")
        sleep(0.05)


def is_held(path: Path) -> bool:
    """Whether the process that signed the lock lives.

    Reads and takes nothing: a look that took the lock, for however short a time, could turn away a pass that begins
    in that moment.
    """
    signed = owner(path)
    process = signed.process if signed else None
    try:
        return process is not None and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _is_free(path: Path) -> bool:
    """Whether the lock could be taken, tried by taking it: for one who is about to acquire it."""
    if not path.exists():
        return True
    with path.open("a+") as file:
        return _taken(file)


def _taken(file: IO[str]) -> bool:
    """Takes the lock if nobody has it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _sign(file: IO[str], run_id: str) -> None:
    file.truncate(0)
    mine = Owner(os.getpid(), psutil.Process().create_time(), socket.gethostname(), run_id)
    file.write(json.dumps(asdict(mine)))
    file.flush()


def _beat(file: IO[str], ended: Event, clock: Clock) -> None:
    """Sets the file's time by a thread of the owner: a process that is stopped stops its heartbeat too."""
    while not ended.wait(HEARTBEAT_SECONDS):
        at = clock().timestamp()
        os.utime(file.fileno(), (at, at))


def _busy(path: Path, clock: Clock) -> Busy:
    signed, age = owner(path), heartbeat_age(path, clock())
    if signed is None:
        return Busy("another refresh is running", "wait for it, or end that process by hand")
    at = "" if signed.host == socket.gethostname() else f" on {signed.host}"
    if stale(path, clock()):
        reason = f"pid {signed.pid}{at} holds the home and has sent no heartbeat for {age:.0f} s"
        return Busy(reason, "end it with `tokenshare refresh --take-over`")
    reason = f"another refresh is running (pid {signed.pid}{at})"
    return Busy(reason, "wait for it, or end it with `tokenshare refresh --take-over`")
