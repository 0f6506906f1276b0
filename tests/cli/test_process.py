"""What the process does besides answering: serves until stopped, imports little, keeps secrets."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.cli.command import CANARIES, COMMAND, ROOT, environment
from tests.cli.conftest import Refreshed

HEAVY = ("apache_beam", "dbt", "great_expectations", "prefect")
IMPORTS = f"""
import sys
from flows.cli import main
for words in (["--help"], ["status", "--json"]):
    sys.argv = ["tokenshare", *words]
    try:
        main()
    except SystemExit as end:
        assert end.code == 0, end.code
print("heavy:", [name for name in {HEAVY} if name in sys.modules])
"""


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


def test_looking_imports_nothing_heavy(refreshed: Refreshed) -> None:
    words = [sys.executable, "-c", IMPORTS]
    done = subprocess.run(
        words, cwd=ROOT, env=refreshed.environ, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, ""), done
    assert "refresh" in done.stdout
    assert done.stdout.splitlines()[-1] == "heavy: []"


def test_secrets_are_repeated_nowhere(refreshed: Refreshed) -> None:
    """Not in what was written; what is said is looked at after every command, in `run`."""
    files = [path for path in refreshed.home.rglob("*") if path.is_file()]
    assert len(files) > 20
    telling = [path for path in files for secret in CANARIES.values() if secret.encode() in path.read_bytes()]
    assert telling == []
