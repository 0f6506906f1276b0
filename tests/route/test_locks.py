"""Locks are private, waits end, and a take-over ends nobody but the owner of the lock."""

import fcntl
import json
import os
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import psutil
import pytest

from connectors import lock
from flows.setup.clock import now
from tests.cli.homes import HOLD, other_process
from tokenshare.errors import Busy, UsageError

pytestmark = pytest.mark.threat("S8")

SOMEBODY = 65534  # the user that owns nothing


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "lock"


@contextmanager
def idle(user: int | None = None) -> Iterator[psutil.Process]:
    """A process that owns no lock; ended afterwards, by its handle."""
    words, pipe = ["/bin/sh", "-c", "echo ready; read line"], subprocess.PIPE
    with subprocess.Popen(words, stdin=pipe, stdout=pipe, user=user) as process:
        try:
            assert process.stdout
            assert process.stdout.readline()
            yield psutil.Process(process.pid)
        finally:
            process.kill()


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o777])
def test_a_lock_is_its_users_alone(path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        with lock.locked(path):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
    finally:
        os.umask(before)
    path.chmod(0o644)  # as of an earlier version
    with lock.acquire(path, "a pass", now):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_lock_of_another_user_is_refused(path: Path) -> None:
    path.touch()
    os.chown(path, SOMEBODY, SOMEBODY)
    for attempt in (lock.locked(path), lock.acquire(path, "a pass", now)):
        with pytest.raises(UsageError, match=rf"not a file of this user \(but of user {SOMEBODY}\): run as"):
            attempt.__enter__()
    with pytest.raises(UsageError, match="not a file of this user"):
        lock.take_over(path)


@pytest.mark.timeout(20)
def test_a_lock_that_is_no_file_is_refused(path: Path, tmp_path: Path) -> None:
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError, match="cannot open the lock"):
        lock.locked(path).__enter__()
    assert not (tmp_path / "elsewhere").exists()
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(UsageError, match="not a file"):
        lock.locked(path).__enter__()


@pytest.mark.timeout(20)
def test_a_wait_for_a_plain_lock_ends(path: Path) -> None:
    with path.open("a") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        begun = monotonic()
        with pytest.raises(Busy, match=r"has owned .*lock for 0\.2 s: wait"), lock.locked(path, 0.2):
            pytest.fail("it was acquired")
        assert monotonic() - begun < 10


def sign(path: Path, process: psutil.Process) -> None:
    """Name that process as the owner, whoever owns the lock."""
    signed = json.loads(path.read_text())
    path.write_text(json.dumps(signed | {"pid": process.pid, "started": process.create_time()}))


def test_a_process_that_is_only_named_by_the_lock_is_not_ended(path: Path) -> None:
    with other_process(HOLD, path) as owner, idle() as named:
        sign(path, named)
        with pytest.raises(UsageError, match=rf"pid {named.pid}, which does not own it"):
            lock.take_over(path)
        assert named.status() != psutil.STATUS_ZOMBIE
        assert owner.poll() is None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can start a process of another user")
def test_a_process_of_another_user_is_not_ended(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even if the kernel lists it: a lock file of this user may have been opened before it became private."""
    with other_process(HOLD, path), idle(SOMEBODY) as named:
        sign(path, named)
        monkeypatch.setattr(lock, "_owners", lambda *_: {named.pid})
        with pytest.raises(UsageError, match=rf"pid {named.pid}, which does not own it"):
            lock.take_over(path)
        assert named.status() != psutil.STATUS_ZOMBIE


def test_without_the_kernels_list_the_open_file_counts(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "LOCKS", path.with_name("no such list"))
    with other_process(HOLD, path) as owner, idle() as another:
        assert lock._owns(psutil.Process(owner.pid), path)
        assert not lock._owns(another, path)


def test_a_waiting_process_is_no_owner() -> None:
    table = "1: FLOCK  ADVISORY  WRITE 11 fe:00:77 0 EOF\n1: -> FLOCK  ADVISORY  WRITE 12 fe:00:77 0 EOF\n"
    table += "2: FLOCK  ADVISORY  WRITE 13 fe:00:78 0 EOF\n3: POSIX  ADVISORY  WRITE 14 fe:00:77 0 EOF\n"
    assert lock._owners(table, 77) == {11}
