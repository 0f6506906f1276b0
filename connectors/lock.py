"""Locks between processes: a plain one, and the lock of a home with its owner's signature and heartbeat.

Five parts keep passes one at a time, even if a pass hangs:

1. Lock. `flock` on one file. The kernel releases it when the owner dies, however it dies. So no lock outlives its
   pass, and a lock file left behind means nothing.
2. Signature. The owner writes its identity into that file. The kernel cannot name an owner, and other processes need
   its name: to report it, and to end it. The owner removes the signature before it releases the lock. A killed owner
   leaves its signature behind, so `owner` alone proves nothing and `is_held` looks for the process too.
3. Heartbeat. A stopped process (SIGSTOP, a suspended machine) keeps its lock for ever. So a thread of the owner sets
   the file's modification time every few seconds, and an owner without a fresh heartbeat is stale.
4. Take-over. A stale owner is reported and never removed automatically: a slow machine looks the same. A person ends
   it with `take_over`: it kills the signed process and waits for the kernel to release the lock. The signature is only
   text in a file, so that process must be of this user, and the kernel must list it as the lock's owner.
5. Fence. The lock file can be deleted or copied. A pass has the build database open, and DuckDB has a lock of its own
   on that; but the database can be replaced too, and a stopped owner may wake up after another has taken its place.
   So each owner takes a number in the build database (connectors/storage/warehouse/fencing.py), and a write under
   an old number is refused. Before each stage's writes the owner calls `require_ownership`, a comparison with the
   signature.

Whoever can open a lock file can own its lock. So the file is readable by its user alone, and that of another user is
refused. No wait is without a limit.
"""

import json
import os
import socket
import stat
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
from tokenshare.file_lock import try_lock
from tokenshare.noop import noop

PATIENCE_SECONDS = 10.0
LONGEST_SECONDS = 600.0  # of work under an unsigned lock: a broker's slowest start, or the first fetch of its jars
HEARTBEAT_SECONDS = 5.0
STALE_SECONDS = 60.0  # twelve heartbeats: an owner that missed them all is stopped or hangs
PRIVATE = 0o600
LOCKS = Path("/proc/locks")
OWN_HOME = "run as the user of this directory, or choose another one (TOKENSHARE_HOME, TOKENSHARE_CACHE)"
Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Owner:
    """The owner of a lock: its process, start time (seconds since the epoch), host and pass."""

    pid: int
    started: float
    host: str
    run_id: str

    @property
    def process(self) -> psutil.Process | None:
        """The process, if it runs on this machine with the signed start time: the kernel reuses pids."""
        try:
            found = psutil.Process(self.pid) if self.host == socket.gethostname() else None
            return found if found and abs(found.create_time() - self.started) < 1 else None
        except psutil.NoSuchProcess:
            return None


@contextmanager
def locked(path: Path, patience_seconds: float = LONGEST_SECONDS) -> Iterator[None]:
    """Own an unsigned lock for the block. Raises Busy if another process still owns it when the patience ends."""
    deadline = monotonic() + patience_seconds
    with _opened(path) as file:
        while not try_lock(file):
            if monotonic() >= deadline:
                fix = "wait for it, or end it by hand (`lslocks` names it)"
                raise Busy(f"another process has owned {path} for {patience_seconds:g} s", fix)
            sleep(0.05)
        yield


@contextmanager
def acquire(
    path: Path,
    run_id: str,
    clock: Clock,
    patience_seconds: float = 0.0,
    on_stale: Callable[[Owner], None] = noop,
) -> Iterator[None]:
    """Own the signed lock for the block and keep its heartbeat; call `on_stale` once for each stale owner it meets.

    Raises Busy naming the owner if another pass still owns the lock when the patience ends.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    deadline, reported = monotonic() + patience_seconds, set[Owner]()
    with _opened(path) as file:
        while not try_lock(file):
            if (stuck := stale(path, clock())) and stuck not in reported:
                reported.add(stuck)
                on_stale(stuck)
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
            file.truncate(0)  # before the release: it must not remove a successor's signature


def owner(path: Path) -> Owner | None:
    """The signature on the lock; None if there is none, or it is not readable."""
    try:
        return Owner(**json.loads(path.read_text()))
    except (OSError, ValueError, TypeError):
        return None


def heartbeat_age(path: Path, at: datetime) -> float | None:
    """Seconds since the owner's last heartbeat; None if the lock has no signature."""
    try:
        return max(0.0, at.timestamp() - path.stat().st_mtime) if owner(path) else None
    except OSError:
        return None


def stale(path: Path, at: datetime) -> Owner | None:
    """The owner, if its last heartbeat is more than a minute old."""
    age = heartbeat_age(path, at)
    return owner(path) if age is not None and age > STALE_SECONDS else None


def require_ownership(path: Path, run_id: str) -> None:
    """Raise Busy unless this pass signed the lock: another one may have taken its place while it was stopped."""
    found = owner(path)
    if found is None or found.run_id != run_id:
        other = f"pass {found.run_id} (pid {found.pid} on {found.host})" if found else "another pass"
        raise Busy(f"{other} has taken over this home from pass {run_id}", "let that pass finish, or run again")


def take_over(path: Path) -> None:
    """End the owner's process and wait until the lock is free; do nothing if it is free already.

    Raises UsageError if the signature names no process on this machine, or one that is not this user's or does not own
    the lock, and if the lock is still owned ten seconds later.
    """
    if _is_free(path):
        return
    signed = owner(path)
    process = signed.process if signed else None
    if process is None:
        place = f" (pid {signed.pid} on {signed.host})" if signed else ""
        raise UsageError(
            f"the lock's owner{place} is not a process on this machine",
            "end that process by hand, then run again",
        )
    if not _owns(process, path):
        raise UsageError(
            f"the lock names pid {process.pid}, which does not own it as a process of this user",
            "find its owner (`lslocks` names it) and end that by hand",
        )
    process.kill()
    deadline = monotonic() + PATIENCE_SECONDS
    while not _is_free(path):  # the process itself may stay as a zombie until its parent reaps it
        if monotonic() > deadline:
            raise UsageError(f"pid {process.pid} was ended and the lock is still owned", "end its children by hand")
        sleep(0.05)


def is_held(path: Path) -> bool:
    """True if the process named in the signature lives.

    It only reads. Trying the lock, for however short a time, could turn away a pass beginning at that moment.
    """
    signed = owner(path)
    process = signed.process if signed else None
    try:
        return process is not None and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _is_free(path: Path) -> bool:
    """True if the lock can be acquired, tried by acquiring it: only for a caller about to acquire it anyway."""
    if not path.exists():
        return True
    with _opened(path) as file:
        return try_lock(file)


def _opened(path: Path) -> IO[str]:
    """The lock file, made for this user alone. Raises UsageError for another user's, and for anything but a file."""
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        handle = os.open(path, flags, PRIVATE)
    except OSError as error:
        raise UsageError(f"cannot open the lock {path} ({error.strerror})", OWN_HOME) from error
    about = os.fstat(handle)
    if about.st_uid != os.geteuid() or not stat.S_ISREG(about.st_mode):
        os.close(handle)
        raise UsageError(f"the lock {path} is not a file of this user (but of user {about.st_uid})", OWN_HOME)
    if stat.S_IMODE(about.st_mode) != PRIVATE:
        os.fchmod(handle, PRIVATE)
    return os.fdopen(handle, "a+")


def _owns(process: psutil.Process, path: Path) -> bool:
    """True if a process of this user owns the lock, as the kernel lists it; elsewhere than on Linux, has it open."""
    try:
        if process.uids().effective != os.geteuid():
            return False
        if LOCKS.exists():
            return process.pid in _owners(LOCKS.read_text(), path.stat().st_ino)
        return path.resolve() in {Path(file.path).resolve() for file in process.open_files()}
    except (OSError, psutil.Error):
        return False


def _owners(table: str, inode: int) -> set[int]:
    """The pids that own a flock on the inode; a waiting one has an arrow before its kind."""
    lines = (line.split() for line in table.splitlines())
    return {int(line[4]) for line in lines if line[1] == "FLOCK" and line[5].split(":")[-1] == str(inode)}


def _sign(file: IO[str], run_id: str) -> None:
    file.truncate(0)
    signature = Owner(os.getpid(), psutil.Process().create_time(), socket.gethostname(), run_id)
    file.write(json.dumps(asdict(signature)))
    file.flush()


def _beat(file: IO[str], ended: Event, clock: Clock) -> None:
    """Set the file's time from a thread of the owner: a stopped process stops its heartbeat too."""
    while not ended.wait(HEARTBEAT_SECONDS):
        at = clock().timestamp()
        os.utime(file.fileno(), (at, at))


def _busy(path: Path, clock: Clock) -> Busy:
    signed, age = owner(path), heartbeat_age(path, clock())
    if signed is None:
        return Busy("another refresh is running", "wait for it, or end that process by hand")
    at = "" if signed.host == socket.gethostname() else f" on {signed.host}"
    if stale(path, clock()):
        reason = f"pid {signed.pid}{at} owns the home and has sent no heartbeat for {age:.0f} s"
        return Busy(reason, "end it with `tokenshare refresh --take-over`")
    reason = f"another refresh is running (pid {signed.pid}{at})"
    return Busy(reason, "wait for it, or end it with `tokenshare refresh --take-over`")
