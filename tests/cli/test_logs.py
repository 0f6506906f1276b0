"""The log of a pass: what it holds, for how long, and what a reader gets of it."""

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.storage.home import Home
from connectors.storage.home.pass_log import KEPT, list_logs, open_log, read_log
from flows.cli import main
from flows.cli.output import echo_on_stderr
from flows.orchestration.runner import log_pass
from flows.setup.redaction import redact
from tests.cli.homes import claimed
from tokenshare.errors import BrokerUnavailable
from tokenshare.noop import noop

AT = datetime(2026, 7, 1, tzinfo=UTC)
CANARY = "canary-key-0a1b2c3d"
Say = Callable[..., tuple[int, str, str]]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(claimed(tmp_path / "home"))


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], home: Home) -> Say:
    monkeypatch.setenv("TOKENSHARE_HOME", str(home.root))

    def command(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["tokenshare", "logs", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0), *capsys.readouterr()

    return command


def keep(home: Home, run_id: str, echo: Callable[[str], None] = noop) -> None:
    with open_log(home.log, run_id, lambda: AT, redact, echo) as log:
        log("source", {"id": "claims", "status": "refused", "reason": f"bad key {CANARY}\u202e"})
        log("end", {"status": "incomplete", "exit_code": 12})


def test_a_pass_is_printed_the_newest_by_default(say: Say, home: Home) -> None:
    keep(home, "20260701T060000-a")
    keep(home, "20260702T060000-b")
    assert [json.loads(say(*words, "--json")[1])["run"] for words in ((), ("20260701T060000-a",))] == [
        "20260702T060000-b",
        "20260701T060000-a",
    ]
    code, out, err = say()
    assert (code, err) == (0, "")
    assert "00:00:00 source: id claims, status refused, reason bad key" in out
    assert "00:00:00 end: status incomplete, exit_code 12" in out


@pytest.mark.parametrize("word", ["nope", "../format", ""])
def test_another_pass_is_refused_in_one_sentence(say: Say, home: Home, word: str) -> None:
    code, _, err = say(word)
    assert (code, "there is no log of a pass yet" in err) == (2, True)
    keep(home, "20260701T060000-a")
    code, _, err = say(word)
    assert (code, err.count("\n"), "choose among 20260701T060000-a" in err) == (2, 1, True)


@pytest.mark.threat("X02", "X32")
def test_secrets_are_removed_from_file_and_echo(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENROUTER_API_KEY", CANARY)
    echoed: list[str] = []
    keep(home, "run", echoed.append)
    text = (home.log / "run.jsonl").read_text()
    assert (CANARY in text, "***" in text, "".join(f"{line}\n" for line in echoed)) == (False, True, text)


@pytest.mark.threat("X21")
def test_what_is_echoed_is_a_line_a_fact(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    keep(home, "run", echo_on_stderr)
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        f"00:00:00 source: id claims, status refused, reason bad key {CANARY}\\u202e",
        "00:00:00 end: status incomplete, exit_code 12",
    ]


def test_the_newest_hundred_are_kept(home: Home) -> None:
    for number in range(KEPT + 3):
        keep(home, f"run-{number:03}")
    assert list_logs(home.log) == [f"run-{number:03}" for number in reversed(range(3, KEPT + 3))]


@pytest.mark.threat("X32")
def test_an_error_is_the_last_line_with_its_trace_if_it_is_a_bug(home: Home) -> None:
    for name, error in (("known", BrokerUnavailable("no broker", "start it")), ("bug", KeyError("x"))):
        with pytest.raises(type(error)), log_pass(home, name, noop):
            raise error
    (known,), (bug,) = read_log(home.log, "known"), read_log(home.log, "bug")
    assert (known["event"], known["type"], known["error"]) == ("error", "BrokerUnavailable", "no broker: start it")
    assert ("traceback" in known, bug["traceback"][-1]) == (False, "KeyError: 'x'")


def test_a_log_that_cannot_be_written_stops_no_pass(home: Home) -> None:
    home.log.write_text("a file in the way")
    keep(home, "run")


def test_a_torn_line_is_left_out(home: Home) -> None:
    keep(home, "run")
    with (home.log / "run.jsonl").open("a") as file:
        file.write('{"at": "2026-07')
    assert [fact["event"] for fact in read_log(home.log, "run")] == ["source", "end"]
