"""What the command says of itself: the product, the order of use, every argument; and what a shell completes."""

import re
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import typer

from flows.cli import main
from flows.cli.commands import app
from tests.cli.command import environment, run
from tests.cli.homes import claimed

PANELS = {
    "First run": ["demo", "init", "doctor", "import"],
    "Passes": ["refresh", "backfill", "land", "compact", "mirror", "serve", "stream", "gateway"],
    "Look": [
        "status",
        "metrics",
        "restatements",
        "report",
        "open",
        "docs",
        "logs",
        "trace",
        "check",
        "cite",
        "verify",
        "gates",
        "mappings",
        "claims",
        "disclosures",
    ],
    "Operate": ["upstream", "upgrade", "broker", "dlq", "alerts", "schemas"],
}
SILENT = {"serve"}  # it answers with nothing
Say = Callable[..., tuple[int, str, str]]


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Say:
    """Runs the command in this process, in an empty home."""
    monkeypatch.setenv("TOKENSHARE_HOME", str(claimed(tmp_path / "home")))

    def command(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["tokenshare", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0), *capsys.readouterr()

    return command


def commands(group: Any = None, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every command that does something, under its words."""
    group = group or typer.main.get_command(app)
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{path}{name} ")
        else:
            yield f"{path}{name}", command


def test_help_names_the_product_and_lists_commands_in_the_order_of_use(say: Say) -> None:
    code, out, _ = say("--help")
    assert code == 0
    assert "Measure market shares of AI models" in out
    found = re.findall(r"^╭─ (?!Options)([\w ]+?) ─|^│ (\w+) {2,}", out, re.MULTILINE)
    assert [panel or name for panel, name in found] == [word for panel in PANELS for word in (panel, *PANELS[panel])]


@pytest.mark.parametrize(("name", "command"), [pytest.param(*found, id=found[0]) for found in commands()])
def test_a_command_explains_itself_and_all_it_takes(name: str, command: Any) -> None:
    assert re.match(r"[A-Z][a-z]+ .*\.$", command.help, re.DOTALL)
    assert [found.name for found in command.params if not found.help] == []
    assert name in SILENT or "--json" in [word for found in command.params for word in found.opts]


@pytest.mark.parametrize("help", ["-h", "--help"])
@pytest.mark.parametrize("name", ["", *(name for name, _ in commands()), "gates", "mappings", "dlq", "import"])
def test_help_is_that_of_the_command(name: str, help: str, say: Say) -> None:
    code, out, err = say(*name.split(), help)
    assert (code, err) == (0, "")
    assert f"Usage: tokenshare {name}".rstrip() in out
    assert f"Usage: tokenshare {name} [OPTIONS]".replace("  ", " ") in out
    if name.endswith("release"):
        assert "--reason" in out


def test_version_is_that_of_the_package(say: Say) -> None:
    assert say("--version") == (0, f"tokenshare {version('tokenshare')}\n", "")


def test_without_a_command_the_help_and_one_sentence_are_printed(say: Say) -> None:
    code, out, err = say()
    assert (code, "First run" in out) == (2, True)
    assert err == "tokenshare: a command is missing: see `tokenshare --help`\n"


LOOK, LET_OUT = "nothing is published yet", "router_tokens_weekly version 4 is not held"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("gates", LOOK),
        ("gates router_tokens_weekly", LOOK),
        ("gates --json router_tokens_weekly", LOOK),
        ("gates list router_tokens_weekly --json", LOOK),
        ("gates router_tokens_weekly --by Ada", "No such option: --by"),
        ("gates release router_tokens_weekly 4 --by Ada --reason why", LET_OUT),
        ("gates --by Ada --json release --reason why router_tokens_weekly 4", LET_OUT),
        ("gates --reason release release router_tokens_weekly 4 --by list", LET_OUT),
        ("gates release router_tokens_weekly 4", "a release needs a name and a reason"),
        ("gates release router_tokens_weekly 4 --by Ada --reason  ", "expects an argument|requires an argument"),
        ("gates release router_tokens_weekly --by Ada --reason why", "Missing argument"),
        ("gates router_tokens_weekly 4", "unexpected extra argument"),
    ],
)
def test_gates_looks_unless_it_releases(words: str, said: str, say: Say) -> None:
    code, _, err = say(*words.split())
    assert code == 2
    assert re.search(said, err), err


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("stat", {"status"}),
        ("metrics china_share_o", {"china_share_origin_weekly"}),
        ("cite china_share_o", {"china_share_origin_weekly"}),
        ("gates rele", {"release", "release_cadence"}),
        ("gates release china_share_o", {"china_share_origin_weekly"}),
        ("check 0.6 --about china_d", {"china_download_share"}),
        ("refresh --source openrouter_r", {"openrouter_rankings"}),
    ],
)
def test_a_shell_completes_commands_and_ids(typed: str, completed: set[str], tmp_path: Path) -> None:
    words = ["tokenshare", *typed.split()]
    asked = {"COMP_WORDS": " ".join(words), "COMP_CWORD": str(len(words) - 1)}
    said = run(environment(tmp_path, "127.0.0.1:1", _TOKENSHARE_COMPLETE="complete_bash", **asked))
    assert (said.code, set(said.out.split()), said.err) == (0, completed, "")
