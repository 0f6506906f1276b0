"""`init`: the file it writes and for whom, what it leaves alone, and what a terminal shows of a key."""

import json
import os
import pty
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.command import COMMAND, OURS, ROOT

KEY, OTHER = "canary-key-4d1f7a", "canary-key-9b20ce"
VARIABLES = ("OPENROUTER_API_KEY", "HF_TOKEN", "TOKENSHARE_EODHD_API_KEY")
Init = Callable[..., subprocess.CompletedProcess[str]]


def surroundings(**extra: str) -> dict[str, str]:
    others = {name: value for name, value in os.environ.items() if not name.startswith((*OURS, "HF_"))}
    return {**others, "PYTHONPATH": str(ROOT), "COLUMNS": "200", **extra}


@pytest.fixture
def init(tmp_path: Path) -> Init:
    """Runs `init` without a terminal, in a folder of its own; whatever it prints, no key is in it."""

    def run(*words: str, **extra: str) -> subprocess.CompletedProcess[str]:
        command = [*COMMAND, "init", *words]
        done = subprocess.run(
            command, cwd=tmp_path, env=surroundings(**extra), capture_output=True, text=True, check=False, input=""
        )
        assert "canary" not in done.stdout + done.stderr
        return done

    return run


def test_without_a_terminal_it_names_the_options(init: Init, tmp_path: Path) -> None:
    done = init()
    assert done.returncode == 2
    for word in ("--yes", "--home", "--edgar-contact", "--quotes", "--curated", *VARIABLES):
        assert word in done.stderr, word
    assert list(tmp_path.iterdir()) == []


def test_the_file_is_for_its_user_alone_and_a_shell_reads_it(init: Init, tmp_path: Path) -> None:
    done = init("--yes", "--curated", "my facts", "--json", OPENROUTER_API_KEY=KEY)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600
    assert document["written"] == ["OPENROUTER_API_KEY", "TOKENSHARE_CURATED", "TOKENSHARE_HOME"]
    lacking = {row["name"] for row in document["without"]}
    assert lacking == {"HF_TOKEN", "TOKENSHARE_EODHD_API_KEY", "TOKENSHARE_EDGAR_CONTACT", "TOKENSHARE_QUOTES"}
    assert all(row["what_works"] for row in document["without"])
    assert {finding["name"] for finding in document["findings"]} >= {"home", "key", "curated", "kafka"}
    read = subprocess.run(
        ["sh", "-c", "set -a; . ./.env; set +a; env"], cwd=tmp_path, env={}, capture_output=True, text=True, check=True
    )
    assert f"OPENROUTER_API_KEY={KEY}" in read.stdout
    assert f"TOKENSHARE_CURATED={tmp_path / 'my facts'}" in read.stdout
    assert (tmp_path / "my facts" / "claims.csv").read_text().startswith("claim_id,quote,value")


def test_a_value_that_is_there_stays_and_so_does_every_other_line(init: Init, tmp_path: Path) -> None:
    before = f"# mine\nOPENROUTER_API_KEY={OTHER}\nUNRELATED='a b'\n"
    (tmp_path / ".env").write_text(before)
    (tmp_path / ".env").chmod(0o644)
    done = init("--yes", "--json", OPENROUTER_API_KEY=KEY, HF_TOKEN=KEY)
    assert json.loads(done.stdout)["kept"] == ["OPENROUTER_API_KEY"]
    assert (tmp_path / ".env").read_text().startswith(before)
    assert f"HF_TOKEN={KEY}" in (tmp_path / ".env").read_text()
    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("words", "extra", "said"),
    [
        (("--edgar-contact", "nobody"), {}, "TOKENSHARE_EDGAR_CONTACT"),
        (("--quotes", "nowhere"), {}, "TOKENSHARE_QUOTES"),
        ((), {"OPENROUTER_API_KEY": f"{KEY}'"}, "OPENROUTER_API_KEY has a quote"),
        (("--curated", "/dev/null/facts"), {}, "/dev/null/facts cannot be made"),
    ],
)
def test_a_value_that_no_pass_could_use_writes_nothing(
    words: tuple[str, ...], extra: dict[str, str], said: str, init: Init, tmp_path: Path
) -> None:
    done = init("--yes", *words, **extra)
    assert (done.returncode, said in done.stderr, "Traceback" in done.stderr) == (2, True, False), done.stderr
    assert not (tmp_path / ".env").exists()


def _read(end: int) -> bytes:
    try:
        return os.read(end, 65536)
    except OSError:  # the other end is closed
        return b""


def at_a_terminal(folder: Path, answers: list[str]) -> str:
    """What a terminal shows of the questions, each answered once it is asked."""
    main_end, end = pty.openpty()
    streams = {"stdin": end, "stdout": end, "stderr": end}
    environ = surroundings(TERM="dumb")
    process = subprocess.Popen([*COMMAND, "init"], cwd=folder, env=environ, start_new_session=True, **streams)
    os.close(end)
    shown, answered = b"", 0
    while part := _read(main_end):
        shown += part
        if answers and shown[answered:].rstrip().endswith(b":"):
            answered = len(shown)
            os.write(main_end, f"{answers.pop(0)}\n".encode())
    os.close(main_end)
    assert process.wait() in (0, 2)
    return shown.decode()


def test_a_terminal_asks_says_what_works_without_and_shows_no_key(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"HF_TOKEN={OTHER}\n")
    answers = ["", KEY, KEY, "", "me@example.org", "", "facts", "n"]
    shown = at_a_terminal(tmp_path, answers)
    assert answers == []
    assert "canary" not in shown
    assert "Without it, usage comes from the public daily exports" in shown
    assert "HF_TOKEN has another value in the file. Replace it?" in shown
    assert "set -a; . ./.env; set +a; tokenshare refresh" in shown
    written = (tmp_path / ".env").read_text()
    assert f"HF_TOKEN={OTHER}" in written
    assert f"OPENROUTER_API_KEY={KEY}" in written
    assert "TOKENSHARE_EDGAR_CONTACT=me@example.org" in written
