"""A home that somebody else has: who it is, and how to go on."""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.storage import lock
from connectors.storage.home import Home
from tests.cli.command import assert_one_sentence, environment, run
from tests.cli.homes import HOLD, OPEN, advanced, claimed, other_process


@pytest.fixture
def refresh(world: Path) -> tuple[str, ...]:
    """A pass of a person."""
    return ("refresh", "--world", str(world), "--as-of", "2026-07-13T06:00:00Z", "--json")


def test_another_refresh_is_named_by_its_pid(tmp_path: Path, broker: str, refresh: tuple[str, ...]) -> None:
    home = Home(claimed(tmp_path / "home"))
    with other_process(HOLD, home.lock) as holder:
        said = run(environment(home.root, broker), *refresh)
    assert_one_sentence(said, 75, f"pid {holder.pid}", "--take-over")
    assert len(list(home.skipped.glob("*.json"))) == 1


def test_take_over_ends_the_holder_and_goes_on(tmp_path: Path, broker: str, refresh: tuple[str, ...]) -> None:
    home = Home(advanced(tmp_path / "home", datetime(2026, 7, 20, tzinfo=UTC)))
    with other_process(HOLD, home.lock) as holder, ThreadPoolExecutor(1) as parent:
        ended = parent.submit(holder.wait, timeout=60)  # a parent that reaps its child, as a shell does
        said = run(environment(home.root, broker), *refresh, "--take-over")
        assert ended.result() == -9
    # That it got the lock shows in what stopped it: a check that only the holder makes, cheaper than a pass.
    assert_one_sentence(said, 2, "later moment")
    assert not lock.is_held(home.lock)


def test_an_open_build_database_names_who_has_it(tmp_path: Path, broker: str, refresh: tuple[str, ...]) -> None:
    home = Home(claimed(tmp_path / "home"))
    with other_process(OPEN, home.warehouse) as holder:
        said = run(environment(home.root, broker), *refresh)
    assert_one_sentence(said, 2, str(holder.pid), "published/tokenshare.duckdb")
    assert len(list(home.skipped.glob("*.json"))) == 1  # of which the next pass tells


def test_a_look_never_takes_the_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that did, for however short a time, would turn away a pass that begins in that moment."""
    home = Home(claimed(tmp_path / "home"))
    with lock.hold(home.lock, "an earlier pass of this process"):
        assert lock.is_held(home.lock)
    monkeypatch.setattr("connectors.storage.lock.fcntl.flock", lambda *_: pytest.fail("the look took the lock"))
    assert not lock.is_held(home.lock)


def test_a_holder_that_was_killed_holds_nothing(tmp_path: Path) -> None:
    home = Home(claimed(tmp_path / "home"))
    with other_process(HOLD, home.lock) as holder:
        assert lock.is_held(home.lock)
        holder.kill()
        os.waitid(os.P_PID, holder.pid, os.WEXITED | os.WNOWAIT)  # dead, and its parent has not looked yet
        assert not lock.is_held(home.lock)
