"""Names chosen by others are text: no markup is read in them, and no character of theirs steers a terminal."""

import json
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from unicodedata import category

import pytest

from flows.cli import tables
from flows.cli.output import emit, progress_on_stderr, report_error
from flows.cli.screen import Screen
from flows.cli.tables_claims import claims_table, draw_check
from tests.cli.test_showing_claims import CHECKED
from tokenshare.errors import UsageError
from tokenshare.text import STEERING, visible

pytestmark = pytest.mark.threat("S7")

HOSTILE = {
    "closing tag": r"<b>x</b>\[/b]/repo",
    "link": r"\[link=https://evil.example]click/m8",
    "colour": "[red]a/b[/]",
    "window title": "a\x1b]0;PWNED\x07b",
    "eight-bit escape": "a\x9b31mb",
    "direction": "abc\u202etxt.exe",
    "isolate": "a\u2066b\u2069",
    "lines": "a\u2028b\u2029c\nd\re",
    "tags": "a\U000e0041b",
    "emoji code": ":smile:",
}
ESCAPE = "\x1b"
EMPTY = (*("sources", "metrics", "gaps", "dead_letters", "rows_put_aside", "unmapped_weekly", "price_disagreements"),)
Draw = Callable[[Screen, dict[str, Any]], None]


def steering(text: str) -> set[str]:
    """The characters that steer, less the line ends of our own lines."""
    return {letter for letter in text if category(letter) in STEERING} - {"\n"}


@pytest.fixture(params=["file", "terminal"])
def is_terminal(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    monkeypatch.setenv("COLUMNS", "200")
    if request.param == "terminal":
        monkeypatch.setenv("FORCE_COLOR", "1")
        monkeypatch.setenv("TERM", "xterm-256color")
    return bool(request.param == "terminal")


def draw_rows(screen: Screen, document: Mapping[str, Any]) -> None:
    screen.print(tables.table("Rows", document["rows"]))


def draw_line(screen: Screen, document: Mapping[str, Any]) -> None:
    screen.print(f"name {document['rows'][0]['name']}")


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("draw", [draw_rows, draw_line])
def test_a_name_is_drawn_as_it_is(name: str, draw: Draw, is_terminal: bool, capsys: pytest.CaptureFixture[str]) -> None:
    emit({"rows": [{"name": HOSTILE[name]}]}, False, draw)
    out = capsys.readouterr().out
    assert visible(HOSTILE[name]) in out
    assert steering(out) <= ({ESCAPE} if is_terminal else set())
    assert f"{ESCAPE}]" not in out


@pytest.mark.parametrize("name", HOSTILE)
def test_a_quoted_claim_is_drawn_as_it_is(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    claim = {
        "claim": HOSTILE[name],
        "claimed": 0.6,
        "unit": "ratio",
        "demo (synthetic)": 0.5,
        "method": HOSTILE[name],
        "period": "2026",
        "verdict": "reproduced",
        "status": "held",
        "as_of": datetime(2026, 7, 1, tzinfo=UTC),
    }
    emit({"claims": [claim]}, False, lambda screen, found: screen.print(claims_table(found["claims"])))
    emit({**CHECKED, "entity": HOSTILE[name], "method": HOSTILE[name]}, False, draw_check)
    assert steering(capsys.readouterr().out) == set()


@pytest.mark.parametrize("name", HOSTILE)
def test_json_escapes_what_steers_and_loses_nothing(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    emit({"name": HOSTILE[name], "cjk": "模型"}, True, draw_rows)
    out = capsys.readouterr().out
    assert (steering(out), "模型" in out) == (set(), True)
    assert json.loads(out) == {"name": HOSTILE[name], "cjk": "模型"}


@pytest.mark.parametrize("name", HOSTILE)
def test_errors_and_progress_are_escaped_too(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    report_error(UsageError(f"topics belong to another home ({HOSTILE[name]})", "fix"), is_json=False)
    report_error(RuntimeError(HOSTILE[name]), is_json=True)
    with progress_on_stderr() as progress:
        progress(HOSTILE[name])
    shown = capsys.readouterr()
    assert steering(shown.err + shown.out) == set()
    assert f"tokenshare: topics belong to another home ({visible(HOSTILE[name])}): fix\n" in shown.err


def test_a_lone_surrogate_is_printed_as_an_escape(capsys: pytest.CaptureFixture[str]) -> None:
    emit({"name": "a\ud800b"}, True, draw_rows)
    emit({"rows": [{"name": "a\ud800b"}]}, False, draw_rows)
    assert capsys.readouterr().out.count("a\\ud800b") == 2


def test_text_of_every_script_stays() -> None:
    for text in ("模型/é ñ", "مدل", "mod\u00e8le \u2013 \u00a0x", "\U0001f600"):
        assert visible(text) == text
    assert sys.getdefaultencoding() == "utf-8"


def status_of(count: int) -> dict[str, Any]:
    rows = [{"author": f"vendor-{number:05}", "tokens": number} for number in range(count)]
    nothing: dict[str, Any] = {name: [] for name in EMPTY}
    return {
        **nothing,
        "home": "home",
        "origin": "live",
        "recorded_as_of": None,
        "as_of": None,
        "broker": {},
        "lag": 0,
        "holder": None,
        "alerts": {"open": [], "waiting": []},
        "unmapped_prices_count": 0,
        "unknown_vendors": rows,
        "unknown_organisations": rows,
        "unserved_weeks": list(range(count)),
    }


@pytest.mark.parametrize(("count", "more"), [(100, False), (101, True), (20_000, True)])
@pytest.mark.threat("X22")
def test_status_draws_a_hundred_rows_of_a_list_and_counts_the_others(
    count: int, more: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    emit(status_of(count), False, tables.draw_status)
    out = capsys.readouterr().out
    assert out.count("vendor-00099") == 2
    assert ("vendor-00100" in out) is False
    assert out.count(f"and {count - 100} more") == (3 if more else 0)
    assert len(out.splitlines()) < 300
