"""A home owned by another pass: the message names the owner and the way on."""

import fcntl
import json
import os
import signal
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from connectors import drafts, lock
from connectors.storage.home import Home, atomic_files
from connectors.storage.inspection.files import list_files
from connectors.storage.warehouse import fencing, open_warehouse, runs
from flows.orchestration.runner import exclusive_pass
from flows.setup.clock import now
from tests.cli.command import assert_one_sentence, environment, run
from tests.cli.conftest import world
from tests.cli.homes import HOLD, OPEN, WRITE, advanced, claimed, other_process
from tokenshare.errors import Busy, UsageError

__all__ = ["world"]
Record = Callable[[str, Any], None]
MOMENT = datetime(2026, 7, 13, 6, tzinfo=UTC)


@pytest.fixture
def refresh(world: Path) -> tuple[str, ...]:
    """A pass of a person."""
    return ("refresh", "--world", str(world), "--as-of", "2026-07-13T06:00:00Z", "--json")


def test_c01_another_refresh_is_named_by_its_pid(
    tmp_path: Path, broker: str, refresh: tuple[str, ...], record_property: Record
) -> None:
    """A refresh while another process holds the home."""
    home = Home(claimed(tmp_path / "home"))
    with other_process(HOLD, home.lock) as holder:
        said = run(environment(home.root, broker), *refresh)
    assert_one_sentence(said, 75, f"pid {holder.pid}", "--take-over")
    assert len(list(home.skipped.glob("*.json"))) == 1
    record_property("observed", f"exit {said.code} naming the pid, one note for the next pass")


def test_c01_drafts_stay_while_their_writer_lives_and_are_removed_after_a_kill(tmp_path: Path) -> None:
    """A pass beside a process that writes a file in each folder of the home, and a pass after it was killed."""
    home = Home(claimed(tmp_path / "home"))
    paths = [folder / "file" for folder in (home.root, home.page.parent, home.log, home.archive / "a", *home.folders)]
    with other_process(WRITE, home.root, *paths):
        with exclusive_pass(home, "beside it", MOMENT):
            assert len(list(home.root.rglob(drafts.PATTERN))) == len(paths)
        assert [path for path in list_files(home) if path.endswith(".tmp")] == []
    assert len([path for path in list_files(home) if path.endswith(".tmp")]) == len(paths)
    with exclusive_pass(home, "after it", MOMENT):
        assert list(home.root.rglob(drafts.PATTERN)) == []


def test_c01_a_draft_that_was_swept_away_is_begun_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pass that begins between the making of a draft and its lock."""
    home, flock, swept = Home(claimed(tmp_path / "home")), fcntl.flock, list[int]()

    def swept_before(handle: Any, operation: int) -> None:
        if not swept:
            swept.append(operation)
            atomic_files.sweep(home.skipped)
            assert list(home.skipped.iterdir()) == []
        flock(handle, operation)

    monkeypatch.setattr(fcntl, "flock", swept_before)
    runs.leave_skip(home.skipped, "turned-away", MOMENT, "busy")
    assert [path.name for path in home.skipped.iterdir()] == ["turned-away.json"]


def test_c01_a_writer_that_fails_removes_its_draft(tmp_path: Path) -> None:
    """An interrupt while a file is written."""
    with pytest.raises(KeyboardInterrupt), drafts.begun(tmp_path / "file"):
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_k17_take_over_ends_the_holder_and_goes_on(
    tmp_path: Path, broker: str, refresh: tuple[str, ...], record_property: Record
) -> None:
    """A refresh with --take-over while another process holds the home."""
    home = Home(advanced(tmp_path / "home", datetime(2026, 7, 20, tzinfo=UTC)))
    with other_process(HOLD, home.lock) as holder, ThreadPoolExecutor(1) as parent:
        ended = parent.submit(holder.wait, timeout=60)  # a parent that reaps its child, as a shell does
        said = run(environment(home.root, broker), *refresh, "--take-over")
        assert ended.result() == -9
    # That it got the lock shows in what stopped it: a check that only the holder makes, cheaper than a pass.
    assert_one_sentence(said, 2, "later moment")
    assert not lock.is_held(home.lock)
    record_property("observed", "the holder killed, the lock taken")


def test_c03_an_open_build_database_names_who_has_it(
    tmp_path: Path, broker: str, refresh: tuple[str, ...], record_property: Record
) -> None:
    """A refresh while another program has the build database open."""
    home = Home(claimed(tmp_path / "home"))
    with other_process(OPEN, home.warehouse) as holder:
        said = run(environment(home.root, broker), *refresh)
    assert_one_sentence(said, 2, str(holder.pid), "published/tokenshare.duckdb")
    assert len(list(home.skipped.glob("*.json"))) == 1  # of which the next pass tells
    record_property("observed", f"exit {said.code} naming the pid and the file for readers, one note for the next pass")


def test_c01_a_look_never_takes_the_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record_property: Record
) -> None:
    """A look while a pass owns the home: if it locked, however shortly, it would turn away the next pass."""
    home = Home(claimed(tmp_path / "home"))
    with lock.acquire(home.lock, "an earlier pass of this process", now):
        assert lock.is_held(home.lock)
    monkeypatch.setattr("tokenshare.file_lock.fcntl.flock", lambda *_: pytest.fail("the look took the lock"))
    assert not lock.is_held(home.lock)
    record_property("observed", "looked without locking")


def test_k17_a_holder_is_heard_and_one_that_is_stopped_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record_property: Record
) -> None:
    """SIGSTOP of the holder, and a minute and a half of silence."""
    home = Home(claimed(tmp_path / "home"))
    monkeypatch.setattr(lock, "HEARTBEAT_SECONDS", 0.05)
    with lock.acquire(home.lock, "a pass", now):
        os.utime(home.lock, (0, 0))
        deadline = monotonic() + 10
        while (lock.heartbeat_age(home.lock, now()) or 0) > 5 and monotonic() < deadline:
            sleep(0.01)
        assert (lock.heartbeat_age(home.lock, now()) or 99) < 5
        signed = lock.owner(home.lock)
        assert signed
        assert (signed.pid, signed.host, signed.run_id) == (os.getpid(), socket.gethostname(), "a pass")
    assert lock.heartbeat_age(home.lock, now()) is None
    with other_process(HOLD, home.lock) as holder:
        holder.send_signal(signal.SIGSTOP)
        os.utime(home.lock, (now().timestamp() - 90,) * 2)  # as of a minute and a half of silence
        with pytest.raises(Busy, match=rf"pid {holder.pid} owns the home and has sent no heartbeat for 9\d s: end it"):
            lock.acquire(home.lock, "a newcomer", now).__enter__()
        lock.take_over(home.lock)
        assert holder.wait(10) == -signal.SIGKILL
    record_property("observed", "exit 75 naming the pid and the silence; taken over")


def test_k17_a_holder_on_another_machine_is_not_ended(tmp_path: Path, record_property: Record) -> None:
    """A lock signed on another machine, with the pid of another process here."""
    home = Home(claimed(tmp_path / "home"))
    with other_process(HOLD, home.lock) as holder:
        home.lock.write_text(home.lock.read_text().replace(socket.gethostname(), "elsewhere.example"))
        with pytest.raises(Busy, match=rf"pid {holder.pid} on elsewhere\.example"):
            lock.acquire(home.lock, "a newcomer", now).__enter__()
        with pytest.raises(UsageError, match=rf"pid {holder.pid} on elsewhere\.example.*by hand"):
            lock.take_over(home.lock)
        assert holder.poll() is None
    record_property("observed", "refused, and said how")


@pytest.mark.threat("S8")
def test_k17_a_pid_that_was_given_out_again_is_not_ended(tmp_path: Path, record_property: Record) -> None:
    """A lock signed by an ended process, with its pid reused by now."""
    home = Home(claimed(tmp_path / "home"))
    with other_process(HOLD, home.lock) as holder:
        told = json.loads(home.lock.read_text())
        home.lock.write_text(json.dumps({**told, "started": told["started"] - 100}))
        with pytest.raises(UsageError, match="not a process on this machine"):
            lock.take_over(home.lock)
        assert holder.poll() is None
    record_property("observed", "refused")


def test_k17_a_number_that_is_void_opens_nothing(tmp_path: Path, record_property: Record) -> None:
    """A write under a fencing number made void by a later pass."""
    path = tmp_path / "warehouse.duckdb"
    with open_warehouse(path) as connection:
        first, second = fencing.take(connection, "first"), fencing.take(connection, "second")
    assert second > first
    with pytest.raises(Busy, match="pass second has taken over this home"), fencing.open_fenced(path, first):
        pytest.fail("it opened")
    with fencing.open_fenced(path, second):
        pass
    record_property("observed", f"number {first} refused, {second} let in")


def test_k01_a_holder_that_was_killed_holds_nothing(tmp_path: Path, record_property: Record) -> None:
    """kill -9 of the holder, before its parent has looked."""
    home = Home(claimed(tmp_path / "home"))
    with other_process(HOLD, home.lock) as holder:
        assert lock.is_held(home.lock)
        holder.kill()
        os.waitid(os.P_PID, holder.pid, os.WEXITED | os.WNOWAIT)  # dead, and its parent has not looked yet
        assert not lock.is_held(home.lock)
    record_property("observed", "free at once")
