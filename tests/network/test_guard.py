"""A test that asks anything outside this machine goes red, in itself and in a process forked from it."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.command import ROOT
from tests.guard import is_outside

OUTSIDE = {
    "a connection": "socket.create_connection(('192.0.2.1', 80), 1)",
    "a datagram": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
    "a name": "socket.getaddrinfo('example.com', 80)",
    "a client": "httpx.get('http://192.0.2.1/')",
    "a fork": "os.waitpid(os.fork() or tell(), 0)",
}
WRITTEN = """
import os, socket, threading
import httpx, pytest

def tell():
    try:
        socket.create_connection(("192.0.2.1", 80), 1)
    except OSError:
        os._exit(0)

{mark}
def test_it():
    try:
        {asking}
    except (OSError, httpx.HTTPError):
        pass
"""
PURPOSE = "@pytest.mark.outside('192.0.2.1', reason='an address that nobody has')"


def run(folder: Path, asking: str, mark: str = "") -> tuple[int, str]:
    """One test in a run of its own with the guard, swallowing whatever its question raises."""
    (folder / "test_it.py").write_text(WRITTEN.format(asking=asking, mark=mark))
    (folder / "pytest.ini").touch()
    words = [sys.executable, "-m", "pytest", "-q", "-p", "tests.guard", "-p", "no:cacheprovider", "-c"]
    done = subprocess.run(
        [*words, str(folder / "pytest.ini"), "--rootdir", str(folder), str(folder / "test_it.py")],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout


@pytest.mark.parametrize("asking", OUTSIDE.values(), ids=OUTSIDE)
def test_a_test_that_asks_outside_goes_red(tmp_path: Path, asking: str) -> None:
    code, out = run(tmp_path, asking)
    assert code == 1, out
    assert "it tried to reach" in out
    assert ("example.com" if "example" in asking else "192.0.2.1 port") in out


def test_one_that_asks_on_purpose_says_so_and_why(tmp_path: Path) -> None:
    code, out = run(tmp_path, OUTSIDE["a connection"], PURPOSE)
    assert code == 0, out


def test_this_machine_may_be_asked(tmp_path: Path) -> None:
    code, out = run(tmp_path, "socket.create_connection(socket.create_server(('localhost', 0)).getsockname())")
    assert code == 0, out


@pytest.mark.parametrize(
    ("host", "is_ours"),
    [
        *(("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("0.0.0.0", True), ("localhost", True)),
        *(("10.0.0.1", False), ("169.254.169.254", False), ("fe80::1%eth0", False), ("2001:db8::1", False)),
        *(("localhost.example", False), ("example.com", False)),
    ],
)
def test_which_places_are_ours(host: str, is_ours: bool) -> None:
    assert is_outside(host) is not is_ours
