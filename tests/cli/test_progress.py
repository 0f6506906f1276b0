"""Progress: in a log the stages, and every ten seconds what counts within them; on a terminal one line with seconds."""

import os
import pty
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flows.cli import output
from flows.cli.output import log_progress, progress_on_stderr, spinner_on_stderr
from flows.setup import Count, counter
from tests.cli.command import COMMAND, ROOT, environment
from tests.cli.conftest import AS_OF
from tests.cli.homes import claimed
from tests.cli.test_help import Say, say

pytestmark = pytest.mark.slow

__all__ = ["say"]

SPIN = """
import time
from flows.cli.output import progress_on_stderr
from flows.setup import counter
with progress_on_stderr() as progress:
    progress("publish")
    count = counter(progress, "publish", "metrics", 42)
    count(31)
    time.sleep(2.5)
"""


def test_a_counter_says_what_and_of_how_many() -> None:
    said: list[str] = []
    count = counter(said.append, "publish", "metrics", 42)
    count()
    count(30)
    counter(said.append, "transform", "models built")()
    assert said == ["publish 1 of 42 metrics", "publish 31 of 42 metrics", "transform 1 models built"]
    assert all(isinstance(line, Count) for line in said)


def test_a_log_has_a_line_a_stage_and_counts_now_and_then(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(output, "LOG_SECONDS", 0.2)
    progress = log_progress()
    progress("publish")
    count = counter(progress, "publish", "metrics", 42)
    until = time.monotonic() + 1
    while time.monotonic() < until:
        count(0)
    progress("notify")
    lines = capsys.readouterr().err.splitlines()
    assert (lines[0], lines[-1]) == ("publish", "notify")
    assert 3 <= len(lines) - 2 <= 5
    assert all(re.fullmatch(r"publish 0 of 42 metrics, [01] s", line) for line in lines[1:-1])


def test_a_quick_log_has_the_stages_alone(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_on_stderr() as progress:
        progress("publish")
        counter(progress, "publish", "metrics", 42)()
    with spinner_on_stderr("look") as progress:
        progress("anything")
    assert capsys.readouterr().err == "publish\n"


def on_a_terminal(words: list[str], **environ: str) -> str:
    main_end, end = pty.openpty()
    streams = {"stdin": end, "stdout": end, "stderr": end}
    with subprocess.Popen(words, cwd=ROOT, env={**os.environ, **environ, "TERM": "xterm"}, **streams) as process:
        os.close(end)
        out = b""
        while part := _read(main_end):
            out += part
        assert process.wait() == 0
    return re.sub(r"\x1b\[[\d;]*m", "", out.decode())


def _read(end: int) -> bytes:
    try:
        return os.read(end, 65536)
    except OSError:  # the other end is closed
        return b""


def test_a_terminal_shows_stage_count_and_seconds_from_the_second_second_on() -> None:
    out = on_a_terminal([sys.executable, "-c", SPIN], COLUMNS="80")
    assert "publish 31 of 42 metrics, 1 s" in out
    assert "publish 31 of 42 metrics, 2 s" in out


def test_a_pass_counts_on_a_terminal(broker: str, world: Path, tmp_path: Path) -> None:
    environ = environment(tmp_path / "home", broker, TOKENSHARE_KAFKA_TOPIC_PREFIX=f"{tmp_path.name.lower()}.")
    out = on_a_terminal([*COMMAND, "refresh", "--world", str(world), "--as-of", AS_OF], **environ)
    assert re.search(r"transform \d+ models and tests built, \d+ s", out)
    assert re.search(r"publish \d+ of \d+ metrics, \d+ s", out)


def test_open_writes_the_page_and_opens_it(say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = tmp_path / "seen"
    page = claimed(tmp_path / "other") / "report" / "index.html"
    page.parent.mkdir()
    page.write_text("a page")
    monkeypatch.setenv("TOKENSHARE_HOME", str(tmp_path / "other"))
    monkeypatch.setenv("BROWSER", f"sh -c 'echo %s > {seen}'")
    assert say("open", "--no-browser")[1] == f"report: {page}\nis_opened: False\n"
    assert not seen.exists()
    assert say("open") == (0, f"report: {page}\nis_opened: True\n", "")
    assert seen.read_text().strip() == page.as_uri()


def test_open_without_a_page_needs_something_published(say: Say) -> None:
    code, _, err = say("open", "--no-browser")
    assert (code, "nothing is published yet: run `tokenshare refresh`" in err) == (2, True)
