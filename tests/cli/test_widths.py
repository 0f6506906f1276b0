"""What a terminal of any width shows, and a pipe: no word, date or number is cut, and a row of a pipe is one line."""

import csv
import io
import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable, Iterable
from fcntl import ioctl
from struct import pack
from termios import TIOCSWINSZ
from typing import Any

import pytest
from rich.console import Console

from flows.cli import main, tables
from flows.cli.screen import Screen, Table, wrap
from tests.cli.command import COMMAND, ROOT
from tests.cli.conftest import Refreshed
from tests.cli.test_help import commands

pytestmark = [pytest.mark.timeout(900), pytest.mark.slow]  # the first one waits for the shared pass
ORIGIN = "china_share_origin_weekly"
WIDTHS = (40, 80, 120, 200)
SLOW = ("trace", "verify")
ASKED = (
    ("status",), ("metrics",), ("metrics", ORIGIN), ("metrics", "vendor_share_weekly"), ("restatements",), ("gates",),
    ("gates", ORIGIN), ("doctor",), ("mappings",), ("alerts", "list"), ("dlq", "list"), ("logs",),
    ("check", "0.61", "--about", "china_share"), ("cite", ORIGIN, "2026-W27"), ("broker", "status"),
    ("upgrade", "--check"), ("trace", ORIGIN, "2026-W27"), ("verify",), ("report",), ("open", "--no-browser"),
)  # fmt: skip
# They change a home, a broker or the outside; a pass is drawn below from its document.
ACTING = {
    "demo", "import quotes", "refresh", "backfill", "land", "compact", "mirror", "serve", "stream", "gateway",
    "gates release", "docs", "mappings add", "claims add", "disclosures add", "init", "upstream",
    "broker start", "broker stop", "dlq show", "dlq redrive", "dlq drop", "alerts test", "alerts deliver",
    "schemas register",
}  # fmt: skip
LISTS = {
    ("metrics",): "metrics", ("metrics", "vendor_share_weekly"): "rows", ("restatements",): "restatements",
    ("gates", ORIGIN): "checks", ("mappings",): "unmapped", ("dlq", "list"): "letters", ("alerts", "list"): "open",
    ("check", "0.61", "--about", "china_share"): "matches",
}  # fmt: skip
DIGIT, STYLED, MARK = re.compile(r"\d"), re.compile(r"\x1b\[[\d;]*m"), re.compile(r"^-\[ \d+ \]-$", re.MULTILINE)
Shown = Callable[[tuple[str, ...], int | None], str]


@pytest.fixture
def shown(refreshed: Refreshed, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shown:
    """Runs a look in this process, on a terminal of that width or into a pipe."""
    for name, value in refreshed.environ.items():
        monkeypatch.setenv(name, value)

    def run(words: tuple[str, ...], width: int | None) -> str:
        monkeypatch.setenv("TTY_COMPATIBLE", "1" if width else "0")
        monkeypatch.setenv("COLUMNS", str(width or 80))
        monkeypatch.setattr(sys, "argv", ["tokenshare", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        assert not ended.value.code, err
        return out

    return run


def as_csv(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else json.dumps(value)


def words(text: str) -> set[str]:
    """The words of an output, with every digit a zero: the free space of a disk moves while we look."""
    return {DIGIT.sub("0", word) for word in MARK.sub("", STYLED.sub("", text)).split()}


def test_every_command_is_looked_at() -> None:
    known = {name for name, _ in commands()}
    looks = {
        name
        for name in known
        for asked in ASKED
        if name.removesuffix(" list") in (" ".join(asked[:2]).removesuffix(" list"), asked[0])
    }
    assert known - looks - ACTING == set()
    assert ACTING - known == set()


@pytest.mark.parametrize("asked", ASKED, ids=" ".join)
def test_no_width_cuts_a_word(asked: tuple[str, ...], shown: Shown) -> None:
    timed = {"0.0", "00.0", "000.0"} if asked == ("verify",) else set()
    piped = words(shown(asked, None))
    for width in WIDTHS[:1] if asked[0] in SLOW else WIDTHS:
        found = words(shown(asked, width))
        assert found ^ piped <= timed, width


@pytest.mark.parametrize("width", WIDTHS)
def test_no_width_cuts_a_word_of_a_pass(width: int, refreshed: Refreshed) -> None:
    drawn = []
    for options in ({}, {"force_terminal": True, "width": width}):
        file = io.StringIO()
        tables.draw_refresh(Screen(Console(file=file, **options)), refreshed.said.document)  # type: ignore[arg-type]
        drawn.append(words(file.getvalue()))
    assert drawn[0] == drawn[1]


def test_a_row_of_a_pipe_is_one_line(shown: Shown) -> None:
    lines = shown(("metrics", "vendor_share_weekly"), None).splitlines()
    rows = [line for line in lines if re.search(r"2026-(06-29|07-06)\b", line)]
    assert len(rows) == len({line.split()[0] for line in rows}) * 2 > 4


def test_a_real_terminal_of_forty_columns_gets_lines_of_forty(refreshed: Refreshed) -> None:
    main_end, end = pty.openpty()
    ioctl(end, TIOCSWINSZ, pack("HHHH", 24, 40, 0, 0))
    environ = {name: value for name, value in refreshed.environ.items() if name != "COLUMNS"} | {"TERM": "xterm"}
    asked = [*COMMAND, "metrics", ORIGIN]
    with subprocess.Popen(asked, cwd=ROOT, env=environ, stdin=end, stdout=end, stderr=end) as process:
        os.close(end)
        out = b""
        while part := _read(main_end):
            out += part
        assert process.wait() == 0
    lines = STYLED.sub("", out.decode()).splitlines()
    assert "week_start_date     2026-06-29" in lines
    assert [line for line in lines if len(line) > 40] == []


def _read(end: int) -> bytes:
    try:
        return os.read(end, 65536)
    except OSError:  # the other end is closed
        return b""


def has_every(columns: Iterable[str], row: dict[str, Any], line: str) -> bool:
    return all(tables.text(row[column]) in line for column in columns)


@pytest.mark.parametrize("asked", LISTS, ids=" ".join)
def test_every_list_has_the_same_rows_in_every_form(asked: tuple[str, ...], shown: Shown) -> None:
    name = LISTS[asked]
    rows = json.loads(shown((*asked, "--json"), None))[name]
    out = shown((*asked, "--csv"), None)
    header, *fields = csv.reader(io.StringIO(out, newline=""))
    assert (len(header), out.count("\r\n"), len(fields)) == (len(set(header)), len(rows) + 1, len(rows))
    found = [dict(zip(header, row, strict=True)) for row in fields]
    assert found == [{column: as_csv(value) for column, value in row.items()} for row in rows]
    few = {"--limit": "1", "--columns": f"{header[-1]},{header[0]}"}
    options = [word for option in few.items() for word in option]
    (*_, cut), kept = (
        shown((*asked, *options, "--csv"), None).split("\r\n"),
        json.loads(shown((*asked, *options, "--json"), None))[name],
    )
    assert (cut, [tuple(row) for row in kept]) == ("", [(header[-1], header[0])] * min(len(rows), 1))


@pytest.mark.parametrize("asked", LISTS, ids=" ".join)
@pytest.mark.parametrize(("width", "wide"), [(None, ()), (40, ("--wide",))])
def test_a_row_is_one_line_in_a_pipe_or_if_asked(
    asked: tuple[str, ...], width: int | None, wide: tuple[str, ...], shown: Shown
) -> None:
    rows = json.loads(shown((*asked, "--json"), None))[LISTS[asked]]
    columns = [column for column in (rows or [{}])[0] if column not in ("nearest", "share", "numerator", "denominator")]
    if rows:
        lines = STYLED.sub(
            "", shown((*asked, *wide, "--limit", str(len(rows)), "--columns", ",".join(columns)), width)
        ).splitlines()
        assert [row for row in rows if not any(has_every(columns, row, line) for line in lines)] == []


def test_a_limit_keeps_the_newest_rows(shown: Shown) -> None:
    asked = ("metrics", "vendor_share_weekly", "--columns", "week_start_date", "--limit", "2", "--csv")
    assert shown(asked, None).split() == ["week_start_date", "2026-07-06", "2026-07-06"]


DATES = [["2026-06-29", "the prices of a day are per million tokens"]]
NARROW = [
    "-[ 1 ]-",
    "day",
    "  2026-06-29",
    "why",
    "  the",
    "  prices of",
    "  a day are",
    "  per",
    "  million",
    "  tokens",
]


@pytest.mark.parametrize(
    ("width", "lines"),
    [
        (60, ["day         why", "2026-06-29  the prices of a day are per million tokens"]),
        (35, ["day         why", "2026-06-29  the prices of a day are", "            per million tokens"]),
        (18, ["-[ 1 ]-", "day  2026-06-29", "why  the prices of", "     a day are per", "     million", "     tokens"]),
        (11, NARROW),
    ],
)  # fmt: skip
def test_prose_wraps_and_then_rows_become_blocks(width: int, lines: list[str]) -> None:
    file = io.StringIO()
    screen = Screen(Console(file=file, force_terminal=True, color_system=None, width=width))
    screen.print(Table("", ["day", "why"], DATES))
    assert [line.rstrip() for line in file.getvalue().splitlines()] == lines


def test_a_text_wraps_below_its_indent() -> None:
    assert wrap("  one two three", 9) == ["  one two", "  three"]
    assert wrap("模型 模型", 5) == ["模型", "模型"]
