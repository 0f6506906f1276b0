"""The command as a user types it, in a process of its own, and its output."""

import json
import os
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests import forked

ROOT = Path(__file__).parents[2]
CANARY = "canary-"
CANARIES = {
    "OPENROUTER_API_KEY": "canary-key-7f3a9c51d2",
    "TOKENSHARE_KAFKA_SASL_PASSWORD": "canary-password-b8e04d66a1",
    "TOKENSHARE_ALERT_WEBHOOK_URL": "http://127.0.0.1:1/canary-hook-5de27f81a3?key=canary-query-c40b9a7e16",
}
COMMAND = (sys.executable, "-c", "from flows.cli import main; main()")
LOOKS_IMPORTING = """
import sys
from flows.cli import main
CITED = ["china_share_origin_weekly", "2026-W27"]
ASKED = ["0.5", "--about", "china_share", "--period", "2026-W27"]
for words in (["--help"], ["status", "--json"], ["cite", *CITED], ["check", *ASKED]):
    sys.argv = ["tokenshare", *words]
    try:
        main()
    except SystemExit as end:
        assert end.code == 0, end.code
heavy = ("apache_beam", "dbt", "great_expectations", "pandas", "prefect", "pyarrow")
print("heavy:", [name for name in heavy if name in sys.modules])
"""
OURS = ("TOKENSHARE_", "OPENROUTER_", "PREFECT_")
Ask = Callable[..., "Future[Said]"]


@dataclass(frozen=True)
class Said:
    """The result of a finished command: exit code, stdout, stderr."""

    words: tuple[str, ...]
    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """The one JSON document on stdout; a second one, or a word beside it, is an error."""
        found = json.loads(self.out)
        assert isinstance(found, dict)
        return found


def environment(home: Path, broker: str, **extra: str) -> dict[str, str]:
    """The environment of a command: no settings but ours, and secrets that must not appear in any output."""
    others = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return {
        **others,
        **CANARIES,
        "TOKENSHARE_HOME": str(home),
        "TOKENSHARE_KAFKA_BOOTSTRAP_SERVERS": broker,
        "TOKENSHARE_HTTP_ATTEMPTS": "2",
        "COLUMNS": "200",
        **extra,
    }


def run(environ: Mapping[str, str], *words: str) -> Said:
    """Runs the command to its end; whatever it says, no secret is in it."""
    with TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        code = forked.run(forked.command, dict(environ), words, ROOT, out, err)
        said = Said(words, code, out.read_text(), err.read_text())
    assert CANARY not in said.out + said.err, words
    return said


def assert_one_sentence(said: Said, code: int, *named: str) -> None:
    """An error of a user's making: its code, one sentence with its fix, alike on stdout and stderr, no traceback."""
    assert "Traceback" not in said.err, said.err
    assert said.code == code, said
    lines = said.err.strip().splitlines()
    assert len(lines) == 1, said.err
    assert lines[0].startswith("tokenshare: ")
    assert not [word for word in named if word not in lines[0]], lines[0]
    if "--json" not in said.words:
        assert said.out == ""
        return
    found = said.document
    assert (found["status"], found["exit_code"]) == ("failed", code)
    assert found["fix"]
    assert lines[0] == f"tokenshare: {found['error']}"
    assert found["error"].endswith(f": {found['fix']}")
