"""Ctrl-C ends every command soon, with exit code 130 and one sentence; a closed pipe ends none with an error."""

import os
import pty
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Mapping
from fcntl import ioctl
from pathlib import Path
from termios import TIOCSCTTY
from typing import Any

import pytest

from connectors import lock
from connectors.kafka import topics
from connectors.kafka.cluster import Cluster
from connectors.storage.home import Home
from tests.cli.command import COMMAND, ROOT, environment
from tests.cli.conftest import AS_OF, Refreshed
from tests.scene import ROUTER_ALONE

pytestmark = [pytest.mark.timeout(900), pytest.mark.slow]  # the first one waits for the shared pass
PATIENCE_SECONDS = 5.0  # a second on a quiet machine
SENTENCE = "tokenshare: interrupted: run it again; finished work stays"
TRACE = ("trace", "china_share_origin_weekly", "2026-W27")
CHECK = ("check", "0.61", "--about", "china_share")
HIDE, SHOW = b"\x1b[?25l", b"\x1b[?25h"
STUBBORN = """
import sys, time
from flows.cli import interrupts
with interrupts.ended_soon():
    while True:
        try:
            print("begun", flush=True)
            time.sleep(60)
        except KeyboardInterrupt:
            pass
"""
ENDLESS_IMPORT = """
import sys
from flows.cli import interrupts
sys.path.insert(0, sys.argv[1])
with interrupts.ended_soon():
    try:
        import endless
    except KeyboardInterrupt:
        print("raised", flush=True)
"""


@pytest.fixture
def private(broker: str, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a home of its own."""
    prefix = f"interrupts-{uuid.uuid4().hex[:10]}."
    yield environment(tmp_path / "home", broker, TOKENSHARE_KAFKA_TOPIC_PREFIX=prefix, **ROUTER_ALONE)
    topics.delete_prefixed(Cluster(broker, topic_prefix=prefix))


def start(words: tuple[str, ...], environ: Mapping[str, str], folder: Path) -> "subprocess.Popen[str]":
    folder.mkdir()
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen([*COMMAND, *words], cwd=ROOT, env={**environ, "TMPDIR": str(folder)}, **streams)


def interrupt(process: "subprocess.Popen[Any]") -> tuple[str, str]:
    process.send_signal(signal.SIGINT)
    try:
        return process.communicate(timeout=PATIENCE_SECONDS)
    finally:
        process.kill()


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        (TRACE, 0.3),
        (TRACE, 4),
        (CHECK, 0.7),
        (("report",), 0.7),
        (("verify",), 1),
        (("verify",), 4),
        (("status",), 0.3),
    ],
)
def test_a_look_ends_with_130(words: tuple[str, ...], seconds: float, refreshed: Refreshed, tmp_path: Path) -> None:
    process = start(words, refreshed.environ, tmp_path / "tmp")
    time.sleep(seconds)
    out, err = interrupt(process)
    assert (process.returncode, out, err.splitlines()[-1]) == (130, "", SENTENCE)
    assert "Traceback" not in err
    assert [*(tmp_path / "tmp").iterdir()] == []


@pytest.mark.parametrize(("stage", "seconds"), [("ingest", 0.2), ("land", 0.5), ("transform", 0), ("transform", 3)])
def test_a_pass_ends_with_130_and_leaves_the_lock(
    stage: str, seconds: float, private: dict[str, str], world: Path, tmp_path: Path
) -> None:
    process = start(("refresh", "--world", str(world), "--as-of", AS_OF), private, tmp_path / "tmp")
    assert process.stderr
    while process.stderr.readline().strip() != stage:
        assert process.poll() is None
    time.sleep(seconds)
    out, err = interrupt(process)
    assert (process.returncode, out, err.splitlines()[-1]) == (130, "", SENTENCE)
    home = Home(Path(private["TOKENSHARE_HOME"]))
    assert not lock.is_held(home.lock)
    assert [*(tmp_path / "tmp").iterdir()] == []


def test_the_demo_ends_with_130(private: dict[str, str], tmp_path: Path) -> None:
    process = start(("demo",), private, tmp_path / "tmp")
    assert process.stderr
    process.stderr.readline()
    time.sleep(1)
    interrupt(process)
    assert process.returncode == 130


@pytest.mark.parametrize("seconds", [0.5, 4])
def test_ctrl_c_on_a_terminal_brings_the_cursor_back(seconds: float, refreshed: Refreshed) -> None:
    main_end, end = pty.openpty()
    environ = {**refreshed.environ, "TERM": "xterm"}
    streams = {"stdin": end, "stdout": end, "stderr": end}
    with subprocess.Popen(
        [*COMMAND, *TRACE], cwd=ROOT, env=environ, start_new_session=True, preexec_fn=_control, **streams
    ) as process:
        os.close(end)
        time.sleep(seconds)
        os.write(main_end, b"\x03")
        try:
            assert process.wait(PATIENCE_SECONDS) == 130
        finally:
            process.kill()
    out = b""
    while part := _read(main_end):
        out += part
    assert out.rfind(SHOW) >= out.rfind(HIDE)
    assert SENTENCE.encode() in out


def _control() -> None:
    ioctl(0, TIOCSCTTY, 0)


def _read(end: int) -> bytes:
    try:
        return os.read(end, 65536)
    except OSError:  # the other end is closed
        return b""


def test_a_library_that_keeps_the_interrupt_does_not_keep_the_process(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", STUBBORN], cwd=ROOT, stdout=-1, stderr=-1, text=True) as process:
        assert process.stdout
        process.stdout.readline()
        assert interrupt(process)[1].strip() == SENTENCE
    assert process.returncode == 130


def test_no_import_is_interrupted(tmp_path: Path) -> None:
    """Some libraries end the process with SIGABRT if it is."""
    (tmp_path / "endless.py").write_text("import time\nprint('begun', flush=True)\ntime.sleep(60)\n")
    words = [sys.executable, "-c", ENDLESS_IMPORT, str(tmp_path)]
    with subprocess.Popen(words, cwd=ROOT, stdout=-1, stderr=-1, text=True) as process:
        assert process.stdout
        process.stdout.readline()
        assert interrupt(process) == ("", f"{SENTENCE}\n")
    assert process.returncode == 130


@pytest.mark.parametrize("form", [(), ("--json",), ("--csv",)])
def test_a_look_into_a_closed_pipe_is_well(form: tuple[str, ...], refreshed: Refreshed) -> None:
    assert into_nothing(("metrics", "vendor_share_weekly", *form), refreshed.environ) == 0


def test_a_pass_into_a_closed_pipe_keeps_its_exit_code(private: dict[str, str], world: Path, tmp_path: Path) -> None:
    broken = shutil.copytree(world, tmp_path / "world")
    (broken / "faults.csv").write_text("from,until,path_prefix,fault\n,,/,503\n")
    assert into_nothing(("refresh", "--world", str(broken), "--as-of", AS_OF), private) == 12


def into_nothing(words: tuple[str, ...], environ: Mapping[str, str]) -> int:
    """The exit code of a command with nobody at the other end of stdout and stderr."""
    reader, writer = os.pipe()
    os.close(reader)
    with subprocess.Popen([*COMMAND, *words], cwd=ROOT, env=dict(environ), stdout=writer, stderr=writer) as process:
        os.close(writer)
        return process.wait()
