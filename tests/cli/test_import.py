"""`tokenshare import quotes`: exports as houses write them, and what is asked about instead of guessed."""

import csv
import json
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.sources.quotes_file import SOURCE
from flows.cli import main
from tokenshare.sources import Fetch, Page, Window

SHARED = Path(__file__).parents[3] / "shared" / "data" / "reality" / "drop"
AT = "2026-11-28T12:00:00Z"
LATER = "2026-11-28T13:00:00Z"
HEADER = "known_at,symbol,date,close,currency,is_partial"
Import = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "quotes"
    made.mkdir()
    return made


@pytest.fixture
def bring(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path, tmp_path: Path) -> Import:
    """Imports a file of this text; gives the exit code and the document."""
    monkeypatch.setenv("TOKENSHARE_QUOTES", str(folder))

    def command(text: str | Path, *words: str, name: str = "NVDA.csv", at: str = AT) -> tuple[int, dict[str, Any]]:
        path = text if isinstance(text, Path) else tmp_path / name
        if isinstance(text, str):
            path.write_text(text, encoding="utf-8", newline="")
        monkeypatch.setattr(sys, "argv", ["tokenshare", "import", "quotes", str(path), "--as-of", at, "--json", *words])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0), json.loads(capsys.readouterr().out)

    return command


def rows(folder: Path) -> list[tuple[str, str, str, str]]:
    with (folder / "quotes.csv").open(newline="", encoding="utf-8") as file:
        return [(row["symbol"], row["date"], row["close"], row["currency"]) for row in csv.DictReader(file)]


@pytest.mark.recorded
@pytest.mark.skipif(not SHARED.exists(), reason="the recorded files are not there")
@pytest.mark.parametrize(
    ("name", "closes"),
    [
        ("drop-yahoo-export", [("2026-11-24", "182.55"), ("2026-11-25", "177.82")]),
        ("drop-yahoo-export-2024-ui", [("2026-11-27", "182.55")]),
        ("drop-nasdaq-export", [("2026-11-25", "177.82")]),
        ("drop-stooq-export", [("2026-11-24", "182.55")]),
        ("drop-googlefinance", [("2026-11-24", "182.55")]),
        ("drop-semicolon", [("2026-11-27", "182.55")]),
        ("drop-good", [("2026-11-27", "182.55")]),
    ],
)
def test_a_recorded_export_gives_its_closes(
    name: str, closes: list[tuple[str, str]], bring: Import, folder: Path
) -> None:
    code, document = bring(SHARED / f"{name}.csv", "--symbol", "NVDA")
    assert (code, document["added"]) == (0, len(closes))
    assert rows(folder) == [("NVDA", day, close, "USD") for day, close in closes]


@pytest.mark.recorded
@pytest.mark.skipif(not SHARED.exists(), reason="the recorded files are not there")
def test_the_recorded_decimal_comma_is_asked_about(bring: Import, folder: Path) -> None:
    file = SHARED / "drop-semicolon-decimal-comma.csv"
    code, document = bring(file)
    assert (code, document["fix"]) == (2, "add --decimal , or --decimal .")
    assert not (folder / "quotes.csv").exists()
    assert bring(file, "--decimal", ",")[0] == 0
    assert rows(folder) == [("NVDA", "2026-11-27", "182.55", "USD")]


@pytest.mark.parametrize(
    ("text", "closes"),
    [
        ("Date,Close\n2026-11-24 00:00:00-05:00,182.55\n", [("2026-11-24", "182.55")]),  # yfinance
        ("<TICKER>,<PER>,<DATE>,<TIME>,<CLOSE>\nNVDA,D,20261124,000000,182.55\n", [("2026-11-24", "182.55")]),
        ("Date,Close\n24.11.2026 16:00:00,182.55\n", [("2026-11-24", "182.55")]),  # Sheets of a German
        ("Date,Close\n13/02/2026,1\n01/02/2026,2\n", [("2026-02-13", "1"), ("2026-02-01", "2")]),
        ('Date,Close\n"Feb 1, 2026",1\n2 Feb 2026,2\n3-Feb-2026,3\n', [(f"2026-02-0{n}", f"{n}") for n in (1, 2, 3)]),
        (
            'Date,Close/Last\n11/25/2026,"$5,182.55"\n11/24/2026,$182\n',
            [("2026-11-25", "5182.55"), ("2026-11-24", "182")],
        ),
        ("Date,Close\n2026-11-24,null\n2026-11-25,182.55\n2026-11-26,0\n", [("2026-11-25", "182.55")]),
        ("Date,Close\n2026-11-25,182.55\n2026-11-28,183\n2026-12-01,184\n", [("2026-11-25", "182.55")]),
        ("Date,Close\n2026-11-25,182.55\n2026-11-25,182.550\n", [("2026-11-25", "182.55")]),
        ("Date,Close\n2026-11-24,1\n2026-11-25,182.55\n2026-11-25,183\n", [("2026-11-24", "1")]),
        ("\ufeffDATE;CLOSE\r\n2026-11-25;182.55\r\n;\r\n", [("2026-11-25", "182.55")]),
        ("Date\tClose\n2026-11-25\t182.55\n", [("2026-11-25", "182.55")]),
        (f"{HEADER}\n{AT},nvda,2026-11-25,1,USD,TRUE\n{AT},nvda,2026-11-26,2,USD,FALSE\n", [("2026-11-26", "2")]),
    ],
)
def test_an_export_gives_the_closes_that_cannot_be_misread(
    text: str, closes: list[tuple[str, str]], bring: Import, folder: Path
) -> None:
    code, document = bring(text)
    assert (code, document["added"]) == (0, len(closes)), document
    assert [(day, close) for _, day, close, _ in rows(folder)] == closes
    left_out = [line for line in text.splitlines()[1:] if line.strip("; ")]
    assert len(document["aside"]) + len(closes) in (len(left_out), len(left_out) - 1)  # one may stand there twice


@pytest.mark.parametrize(
    ("text", "words", "said"),
    [
        ("Date,Close\n01/02/2026,1\n", (), "01/02/2026 may be 2026-02-01 or 2026-01-02: add --date-format"),
        ("Date,Close/Last\n02/03/2026,$1\n05/05/2026,$1\n", (), "add --date-format DMY or --date-format MDY"),
        ("Date,Close\n13/02/2026,1\n02/13/2026,2\n", (), "the dates have no order in common"),
        ("Date,Close\n2026-11-25,\"182,55\"\n", (), "182,55 may have a decimal comma"),
        ("Date;Close\n2026-11-25;1.234\n", (), "1.234 may have a decimal comma"),
        ("Date,Close\n2026-11-25,\"1,234\"\n", (), "1,234 may have a decimal comma"),
        ("Date,Close\n2026-11-25,\"5.182,55\"\n", (), "add --decimal , or --decimal ."),
        ("Date,Close\n2026-11-25,\"182,55\"\n", ("--decimal", "."), "no row of NVDA.csv can be imported"),
        ("Date,Close\n2026-11-25,1\n", ("--decimal", ";"), "write --decimal . or --decimal ,"),
        ("Date,Close\n2026-11-25,1\n", ("--date-format", "soon"), "write DMY or MDY"),
        ("Date,Adj Close\n2026-11-25,1\n", (), "an adjusted close is no price that anybody paid"),
        ("Date,Open\n2026-11-25,1\n", (), "its first line names no date and no close"),
        ("<html>no</html>", (), "its first line names no date and no close"),
        ("", (), "its first line names no date and no close"),
        ("Date,Close\n", (), "no row of NVDA.csv can be imported"),
        ("Date,Close,Close\n2026-11-25,1,2\n", (), "more than one column may be the close"),
        ("Date,Close\n2026-11-25,1\n", ("--symbol", "NVDA.US"), "did you mean --symbol NVDA?"),
        ("Date,Close\n2026-11-25,1\n", ("--symbol", "700.HK"), "did you mean --symbol 0700.HK?"),
        ("Date,Close\n2026-11-25,1\n", ("--symbol", "TSLA"), "add --currency, such as --currency USD"),
        ("Date,Close\n2026-11-25,1\n", ("--currency", "GBp"), "pence are not one"),
        ("Date,Close\n2026-11-25,1\n", ("--currency", "EUR"), "NVDA is quoted in USD, not in EUR"),
        ("Date,Close\n2026-11-25,€1\n", (), "its sign is not that of USD"),
        ("Symbol,Date,Close\nNVDA,2026-11-25,1\nAVGO,2026-11-25,1\n", ("--symbol", "NVDA"), "leave out --symbol"),
    ],
)  # fmt: skip
def test_what_may_be_misread_is_asked_about_and_nothing_is_written(
    text: str, words: tuple[str, ...], said: str, bring: Import, folder: Path
) -> None:
    code, document = bring(text, *words)
    assert code == 2
    assert said in document["error"]
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "day"), [(("--date-format", "DMY"), "2026-02-01"), (("--date-format", "%m/%d/%Y"), "2026-01-02")]
)
def test_an_answer_settles_the_order_of_days(words: tuple[str, ...], day: str, bring: Import, folder: Path) -> None:
    assert bring("Date,Close\n01/02/2026,1\n", *words)[0] == 0
    assert rows(folder) == [("NVDA", day, "1", "USD")]


@pytest.mark.parametrize(
    ("name", "symbol"),
    [("NVDA.csv", "NVDA"), ("nvda_us_d.csv", "NVDA"), ("NVDA (1).csv", "NVDA"), ("0700.HK.csv", "0700.HK"),
     ("700_hk_d.csv", "0700.HK"), ("nvda.us.csv", "NVDA"), ("meta data.csv", ""), ("HistoricalData_17.csv", ""),
     ("GOOG vs GOOGL.csv", ""), ("table.csv", "")],
)  # fmt: skip
def test_a_file_named_after_one_line_needs_no_symbol(name: str, symbol: str, bring: Import, folder: Path) -> None:
    code, document = bring("Date,Close\n2026-11-25,1\n", name=name)
    if symbol:
        assert (code, rows(folder)[0][0]) == (0, symbol)
    else:
        assert (code, document["fix"]) == (2, "add --symbol, such as --symbol NVDA")


def test_the_same_file_twice_adds_nothing_and_another_close_asks_first(bring: Import, folder: Path) -> None:
    assert bring("Date,Close\n2026-11-25,1\n2026-11-26,2\n")[1]["added"] == 2
    before = (folder / "quotes.csv").read_bytes()
    _, again = bring("Date,Close\n2026-11-25,1.00\n2026-11-26,2\n", at=LATER)
    assert (again["added"], again["unchanged"], (folder / "quotes.csv").read_bytes()) == (0, 2, before)
    _, other = bring("Date,Close\n2026-11-25,3\n2026-11-26,2\n", at=LATER)
    assert (other["added"], other["unchanged"], (folder / "quotes.csv").read_bytes()) == (0, 1, before)
    assert other["aside"] == ["NVDA.csv line 2: another close of NVDA stands for 2026-11-25; --replace takes 3"]
    assert bring("Date,Close\n2026-11-25,3\n", "--replace")[1]["replaced"] == 1
    assert rows(folder)[-1] == ("NVDA", "2026-11-25", "3", "USD")
    assert (folder / "quotes.csv").read_bytes().startswith(before)
    assert closes(folder) == [("NVDA", "2026-11-25", "3"), ("NVDA", "2026-11-26", "2")]


def closes(folder: Path) -> list[tuple[str, str, str]]:
    """What the drop folder's source reads of the file."""
    window = Window(date(2025, 1, 1), date(2026, 11, 27), datetime(2026, 11, 28, 14, tzinfo=UTC))
    page = Page("quotes.csv", (folder / "quotes.csv").read_bytes(), "text/csv")
    parsed = SOURCE.parse(Fetch(SOURCE.id, window, (page,)))
    assert parsed.rejected == ()
    return sorted((e.symbol, str(e.session_date), e.close) for e in parsed.events)  # type: ignore[attr-defined]


def test_rows_go_under_the_columns_of_ones_own_file(bring: Import, folder: Path) -> None:
    own = (
        "\ufeffSymbol,Date,Close,Currency,Is_Partial,Known_At,note\r\nAVGO,2026-11-25,300,USD,FALSE,2026-11-25T23:00Z,x"
    )
    (folder / "quotes.csv").write_text(own, encoding="utf-8", newline="")
    assert bring("Date,Close\n2026-11-25,1\n")[0] == 0
    assert closes(folder) == [("AVGO", "2026-11-25", "300"), ("NVDA", "2026-11-25", "1")]
    assert (
        (folder / "quotes.csv")
        .read_bytes()
        .decode()
        .endswith("x\r\nNVDA,2026-11-25,1,USD,false,2026-11-28T12:00:00Z,\r\n")
    )


def test_an_unknown_symbol_and_a_weekend_are_warned_of(bring: Import) -> None:
    _, document = bring("Date,Close\n2026-11-22,1\n", "--symbol", "NVDA.US", "--currency", "USD")
    assert document["warnings"][:2] == [
        "no line has the symbol NVDA.US: did you mean NVDA?",
        "a session on Sunday 2026-11-22: exchanges are closed then",
    ]


@pytest.mark.parametrize("value", ["", "nowhere"])
def test_without_a_folder_the_setting_is_named(
    value: str, bring: Import, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TOKENSHARE_QUOTES", str(tmp_path / value) if value else "")
    code, document = bring("Date,Close\n2026-11-25,1\n")
    assert code == 2
    assert "TOKENSHARE_QUOTES" in document["error"]
