"""`status --watch`: in place on a terminal, a line for each change in a pipe, and over within a second of Ctrl-C."""

import json
import os
import pty
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from fcntl import ioctl
from pathlib import Path
from struct import pack
from termios import TIOCSCTTY, TIOCSWINSZ
from time import monotonic
from typing import Any

import pytest

from flows.cli.watching import changes, facts_of
from tests.cli.command import COMMAND, ROOT
from tests.cli.conftest import Refreshed

pytestmark = [pytest.mark.timeout(900), pytest.mark.slow]  # the first one waits for the shared pass
PATIENCE_SECONDS = 5.0  # a second on a quiet machine
SENTENCE = "tokenshare: interrupted: run it again; finished work stays"
WATCH = [*COMMAND, "status", "--watch", "--every", "1"]
HIDE, SHOW, UP = b"\x1b[?25l", b"\x1b[?25h", b"\x1b[1A"


@pytest.fixture
def environ(refreshed: Refreshed, tmp_path: Path) -> dict[str, str]:
    """The environment of a copy of the shared home, for this test to change."""
    home = shutil.copytree(refreshed.home, tmp_path / "home")
    return {**refreshed.environ, "TOKENSHARE_HOME": str(home)}


def leave_undelivered(environ: Mapping[str, str], count: int) -> None:
    path = Path(environ["TOKENSHARE_HOME"]) / "alerts.json"
    found = {**json.loads(path.read_text()), "undelivered": count}
    path.with_suffix(".new").write_text(json.dumps(found))
    path.with_suffix(".new").replace(path)


def document(**given: Any) -> dict[str, Any]:
    healthy = {"as_of": None, "holder": None, "broker": {"running": False}, "lag": None, "metrics": [], "sources": []}
    return {**healthy, "dead_letters": [], "alerts": {"open": [], "undelivered": 0}, **given}


def test_changes_are_facts_that_are_not_as_before() -> None:
    metric = {"metric": "a", "state": "published", "version": 1}
    first = facts_of(document(metrics=[metric]))
    assert [found["fact"] for found in changes(None, first)] == [*first]
    assert [*changes(first, facts_of(document(metrics=[metric])))] == []
    held = facts_of(document(metrics=[{**metric, "state": "held"}], lag=3))
    assert [*changes(first, held)] == [
        {"fact": "lag", "old": "-", "new": "3"},
        {"fact": "metric a", "old": "published version 1", "new": "held version 1"},
    ]
    assert [*changes(held, facts_of(document(lag=3)))] == [{"fact": "metric a", "old": "held version 1", "new": None}]


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_a_pipe_gets_a_line_for_each_change_and_ctrl_c_is_130(form: tuple[str, ...], environ: dict[str, str]) -> None:
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen([*WATCH, *form], cwd=ROOT, env=environ, **streams) as process:  # type: ignore[call-overload]
        lines = first_look(process.stdout)
        leave_undelivered(environ, 7)
        change = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        begun = monotonic()
        out, err = process.communicate(timeout=PATIENCE_SECONDS)
    assert (process.returncode, err.strip()) == (130, SENTENCE)
    assert monotonic() - begun < PATIENCE_SECONDS
    assert out == "" or json.loads(out)["status"] == "failed"
    assert any("china_share_origin_weekly" in line for line in lines)
    if form:
        found = json.loads(change)
        assert (found["fact"], found["old"], found["new"]) == ("alerts undelivered", "0", "7")
    else:
        assert re.fullmatch(r"\S{20} alerts undelivered: 0 -> 7\n", change)


def first_look(stream: Iterator[str]) -> list[str]:
    lines = []
    for line in stream:
        lines.append(line)
        if "alerts undelivered" in line:  # the last fact
            return lines
    raise AssertionError(lines)


def test_a_pipe_that_nobody_reads_ends_it_well(environ: dict[str, str]) -> None:
    with subprocess.Popen(WATCH, cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        first_look(process.stdout)
        process.stdout.close()
        assert process.wait(60) == 0


def test_a_terminal_is_drawn_in_place_and_ctrl_c_brings_the_cursor_back(environ: dict[str, str]) -> None:
    main_end, end = pty.openpty()
    ioctl(end, TIOCSWINSZ, pack("HHHH", 40, 90, 0, 0))
    env = {name: value for name, value in environ.items() if name != "COLUMNS"} | {"TERM": "xterm"}
    streams = {"stdin": end, "stdout": end, "stderr": end}
    with subprocess.Popen(
        WATCH, cwd=ROOT, env=env, start_new_session=True, preexec_fn=lambda: ioctl(0, TIOCSCTTY, 0), **streams
    ) as process:
        os.close(end)
        out = read_until(main_end, b"", lambda seen: seen.count(b"Ctrl-C ends") >= 2)
        leave_undelivered(environ, 7)
        out = read_until(main_end, out, lambda seen: b"7 undelivered" in seen)
        os.write(main_end, b"\x03")
        try:
            assert process.wait(PATIENCE_SECONDS) == 130
        finally:
            process.kill()
    out = read_until(main_end, out, lambda _: False)
    frames = out.count(b"Ctrl-C ends")
    lines = out[: out.index(b"Ctrl-C ends")].count(b"\n")
    assert out.count(UP) >= lines * (frames - 1)  # each frame goes over the one before
    assert out.rfind(SHOW) > out.rfind(HIDE) >= 0
    assert SENTENCE.encode() in out


def read_until(end: int, seen: bytes, is_enough: Any) -> bytes:
    while not is_enough(seen):
        try:
            part = os.read(end, 65536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        seen += part
    return seen


def test_an_error_is_one_sentence(environ: dict[str, str], tmp_path: Path) -> None:
    env = {**environ, "TOKENSHARE_HOME": str(tmp_path / "nowhere")}
    done = subprocess.run(WATCH, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
