"""`claims add` and `disclosures add`, as typed at a terminal: what is written, and what is refused before it is."""

import csv
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from flows.cli import main
from tests.cli.homes import claimed

Say = Callable[..., tuple[int, str, str]]
CLAIM = ("61%", "--about", "china_share", "--period", "2026-05", "--quote", "61 % by May", "--source", "a talk")
FIGURE = ("valuation", "moonshot", "--unit", "USD", "--date", "2026-05-20", "--citation", "Example Press")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = tmp_path / "facts"
    made.mkdir()
    monkeypatch.setenv("TOKENSHARE_CURATED", str(made))
    return made


@pytest.fixture
def add(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Say:
    """Runs `claims add` or `disclosures add` in this process, in a home before its first pass."""
    monkeypatch.setenv("TOKENSHARE_HOME", str(claimed(tmp_path / "home")))

    def command(name: str, *words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["tokenshare", name, "add", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0), *capsys.readouterr()

    return command


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_claim_is_written_with_its_header_and_the_next_step(folder: Path, add: Say) -> None:
    code, out, err = add("claims", *CLAIM, "--json")
    assert code == 0, err
    document = json.loads(out)
    assert document["then"] == "run `tokenshare refresh` to publish it"
    (written,) = rows(folder / "claims.csv")
    assert {name: cell for name, cell in written.items() if cell} == document["added"][0]["row"] == {
        "claim_id": "china_share-2026-05-01-0.61", "quote": "61 % by May", "value": "0.61", "unit": "ratio",
        "rounding": "0.01", "about": "china_share", "period_start": "2026-05-01", "period_end": "2026-05-31",
        "source": "a talk",
    }  # fmt: skip


def test_a_claim_of_a_shipped_id_says_that_it_replaces_it(folder: Path, add: Say) -> None:
    code, out, err = add("claims", *CLAIM, "--id", "china-61")
    assert (code, "it replaces the shipped row of its key" in out) == (0, True), err


def test_a_row_is_added_to_a_file_as_its_user_wrote_it(folder: Path, add: Say) -> None:
    header = "Claim ID,quote,value,unit,rounding,about,entity,period start,period_end,source,note"
    mine = "mine,q,0.3,ratio,0.1,china_share,,2026-05-01,2026-05-31,s,seen"
    (folder / "claims.csv").write_bytes(f"{header}\r\n{mine}".encode("utf-16"))
    code, _, err = add("claims", *CLAIM)
    assert code == 0, err
    first, second, third = (folder / "claims.csv").read_text().splitlines()
    assert (first, second) == (header, mine)
    assert third.startswith("china_share-2026-05-01-0.61,61 % by May,0.61,ratio")


def test_a_figure_is_a_stock_and_one_over_a_period_a_flow(folder: Path, add: Say) -> None:
    assert add("disclosures", *FIGURE, "--value", "20000000000")[0] == 0
    flow = ("capex", "meituan", "--unit", "CNY", "--date", "2026-06-30", "--citation", "x")
    assert add("disclosures", *flow, "--low", "5000000000", "--period", "2026-01-01/2026-06-30")[0] == 0
    ratio = ("growth", "meituan", "--unit", "ratio", "--date", "2026-06-30", "--citation", "x")
    assert add("disclosures", *ratio, "--value", "61%")[0] == 0
    found = [(r["kind"], r["low"], r["high"], r["currency"]) for r in rows(folder / "disclosures.csv")]
    assert found == [
        ("stock", "20000000000", "20000000000", "USD"),
        ("flow", "5000000000", "", "CNY"),
        ("stock", "0.61", "0.61", ""),
    ]


@pytest.mark.parametrize(
    ("name", "words", "said"),
    [
        ("claims", ("0.61", "--about", "china_shar", *CLAIM[3:]), "did you mean china_share"),
        ("claims", ("61", *CLAIM[1:]), "for 61 % write 0.61"),
        ("claims", ("0,61", *CLAIM[1:]), "write 0.61"),
        ("claims", (*CLAIM, "--entity", "deepseek"), "entity: 'deepseek' is not an entity of china_share"),
        ("claims", (*CLAIM, "--method", "guess"), "method: 'guess' is not a method of china_share"),
        ("claims", (*CLAIM, "--window", "quarter"), "column window: Input should be 'day'"),
        ("claims", (*CLAIM, "--id", "a b"), "column claim_id: "),
        ("claims", (*CLAIM[:-2],), "a claim needs --source"),
        ("claims", (*CLAIM[:-4], *CLAIM[-2:]), "a claim needs --quote"),
        ("claims", (*CLAIM[:3], *CLAIM[5:]), "a claim needs --period"),
        ("disclosures", FIGURE, "there is no figure: give --value"),
        ("disclosures", (*FIGURE, "--value", "2", "--high", "3"), "a single figure has no range"),
        ("disclosures", (*FIGURE[:-2], "--value", "2"), "a figure needs a citation"),
        ("disclosures", (*FIGURE, "--low", "3", "--high", "2"), "column high: 2 is below 3"),
        ("disclosures", (*FIGURE, "--value", "61%"), "'61%' is a percentage, but the unit is USD"),
        ("disclosures", (*FIGURE, "--value", "2", "--confidence", "sure"), "column confidence: 'sure' is not one of"),
        ("disclosures", (*FIGURE, "--value", "2", "--currency", "CNY"), "column unit: 'USD' is not one of CNY"),
        ("disclosures", (*FIGURE, "--value", "2", "--known-at", "2999-01-01T00:00:00Z"), "lies in the future"),
    ],
)
def test_a_doubtful_row_is_refused_and_nothing_is_written(
    name: str, words: tuple[str, ...], said: str, folder: Path, add: Say
) -> None:
    code, _, err = add(name, *words)
    assert (code, said in err) == (2, True), err
    assert list(folder.iterdir()) == []


def test_a_row_that_stands_already_is_not_written_twice(folder: Path, add: Say) -> None:
    figure = (*FIGURE, "--value", "2", "--known-at", "2026-06-01T00:00:00Z")
    for name, words in (("claims", CLAIM), ("disclosures", figure)):
        assert add(name, *words)[0] == 0
        code, _, err = add(name, *words)
        assert (code, f"own/{name}.csv line 2" in err, "stands there already" in err) == (2, True, True), err
        assert len(rows(folder / f"{name}.csv")) == 1


def test_a_row_that_a_later_one_overrules_is_not_written(folder: Path, add: Say) -> None:
    assert add("disclosures", *FIGURE, "--value", "3")[0] == 0
    code, _, err = add("disclosures", *FIGURE, "--value", "2", "--known-at", "2026-06-01T00:00:00Z")
    assert (code, "it would change nothing" in err) == (2, True), err


def test_a_file_that_cannot_be_read_is_left_alone(folder: Path, add: Say) -> None:
    (folder / "claims.csv").write_text("claim_id,value\nmine,0.3\n")
    code, _, err = add("claims", *CLAIM)
    assert (code, "own/claims.csv line 1: no column quote" in err, "nothing was written" in err) == (2, True, True), err
    assert (folder / "claims.csv").read_text() == "claim_id,value\nmine,0.3\n"


def test_a_bad_row_that_stands_there_is_no_obstacle(folder: Path, add: Say) -> None:
    header = "claim_id,quote,value,unit,rounding,about,entity,period_start,period_end,source"
    (folder / "claims.csv").write_text(f"{header}\nbad,q,two,ratio,0.1,china_share,,2026-05-01,2026-05-31,s\n")
    assert add("claims", *CLAIM)[0] == 0


def test_without_a_folder_the_error_names_the_setting(add: Say) -> None:
    for name, words in (("claims", CLAIM), ("disclosures", (*FIGURE, "--value", "2"))):
        code, _, err = add(name, *words)
        assert (code, "TOKENSHARE_CURATED" in err) == (2, True), err
