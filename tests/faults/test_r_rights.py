"""A home without write permission: one sentence, and not a byte of it changes."""

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests import forked
from tests.cli.command import Said, assert_one_sentence, environment
from tests.cli.homes import claimed
from tests.faults.mounting import mount

Record = Callable[[str, Any], None]
WORDS = ("refresh", "--as-of", "2026-07-13T06:00:00Z", "--json")
SOMEBODY = 65534  # the user that owns nothing


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder readable by every user, unlike those of pytest."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def files_of(home: Path) -> dict[str, tuple[int, int]]:
    return {str(path): (path.stat().st_mtime_ns, path.stat().st_size) for path in sorted(home.rglob("*"))}


def ask(home: Path, out: Path, user: int) -> Said:
    """The result of the command, run as that user."""
    told = (out / "out", out / "err")
    for path in told:
        path.touch()
        path.chmod(0o666)
    code = forked.run(forked.command_of, user, environment(home, "127.0.0.1:1"), WORDS, out, *told)
    return Said(WORDS, code, *(path.read_text() for path in told))


def test_r02_a_home_of_another_user(folder: Path, record_property: Record) -> None:
    """A pass by a user with read and without write permission in the home."""
    home = claimed(folder / "home", "live")
    user = os.geteuid()
    if user == 0:
        user = SOMEBODY
    else:
        for path in [home, *home.iterdir()]:
            path.chmod(0o500 if path.is_dir() else 0o400)
    before = files_of(home)
    said = ask(home, folder, user)
    assert_one_sentence(said, 2, "cannot write", "it belongs to", "set TOKENSHARE_HOME to a writable directory")
    assert files_of(home) == before
    record_property("observed", "exit 2; nothing is changed")


def test_r02_a_home_on_a_read_only_file_system(folder: Path, record_property: Record) -> None:
    """A pass in a home on a tmpfs remounted read-only."""
    disk = folder / "disk"
    disk.mkdir()
    with ExitStack() as stack:
        mount(disk, "-t", "tmpfs", "tmpfs")
        stack.callback(subprocess.run, ["umount", str(disk)], check=True)
        home = claimed(disk / "home", "live")
        mount(disk, "-o", "remount,ro")
        before = files_of(home)
        said = ask(home, folder, os.geteuid())
        assert_one_sentence(said, 2, "cannot write", "its file system is read-only")
        assert files_of(home) == before
    record_property("observed", "exit 2; nothing is changed")
