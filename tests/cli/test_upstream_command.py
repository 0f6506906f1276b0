"""The upstream emulator as a command: it serves until stopped."""

import json
import signal
import subprocess
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.cli.command import COMMAND, ROOT, environment


def test_upstream_serves_a_world_until_interrupted(world: Path, tmp_path: Path) -> None:
    words = ["upstream", str(world), "--as-of", "2026-07-13T06:00:00Z", "--json"]
    environ = environment(tmp_path / "home", "127.0.0.1:1")
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen([*COMMAND, *words], cwd=ROOT, env=environ, **streams) as process:
        try:
            served = json.loads(process.stdout.readline())
            _ask_for_a_day(**served)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=20)
        finally:
            process.kill()
    assert (process.returncode, out, err) == (0, "", "")
    assert not (tmp_path / "home").exists()


def _ask_for_a_day(url: str, key: str) -> None:
    question = f"{url}/datasets/rankings-daily?start_date=2026-07-01&end_date=2026-07-01"
    with urlopen(Request(question, headers={"Authorization": f"Bearer {key}"}), timeout=10) as response:
        rows = json.load(response)["data"]
    assert len(rows) == 6
    assert rows[-1]["model_permaslug"] == "other"
    with pytest.raises(HTTPError, match="401"):
        urlopen(question, timeout=10)
