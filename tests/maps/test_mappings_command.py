"""`mappings add` and the folder of a user's maps, as typed at a terminal."""

import csv
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from flows.cli import main
from tests.cli.command import ROOT
from tests.cli.homes import claimed

Say = Callable[..., tuple[int, str, str]]
NEW = ("add", "origin", "acme-labs", "vendor_id=acme-labs", "vendor_name=Acme", "country_code=US")
CITED = ("--citation", "acme.example", "--known-from", "2026-10-01")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = tmp_path / "maps"
    made.mkdir()
    monkeypatch.setenv("TOKENSHARE_CURATED", str(made))
    return made


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Say:
    """Runs `mappings` in this process, in a home before its first pass."""
    monkeypatch.setenv("TOKENSHARE_HOME", str(claimed(tmp_path / "home")))

    def command(*words: str, name: str = "mappings") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["tokenshare", name, *words])
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0), *capsys.readouterr()

    return command


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_new_vendor_and_its_author_are_written_with_their_citation(folder: Path, say: Say) -> None:
    code, out, err = say(*NEW, *CITED, "--json")
    assert code == 0, err
    added = {Path(found["file"]).name: found["row"] for found in json.loads(out)["added"]}
    cited = {"known_from": "2026-10-01", "citation": "acme.example"}
    assert added == {
        "vendors.csv": {"vendor_id": "acme-labs", "vendor_name": "Acme", "country_code": "US", **cited},
        "authors.csv": {"author": "acme-labs", "vendor_id": "acme-labs", **cited},
    }
    for name, row in added.items():
        (written,) = rows(folder / name)
        assert {column: value for column, value in written.items() if value} == row
    code, _, _ = say("add", "stealth_attributions", "openrouter/dawn", "vendor_id=acme-labs", *CITED)
    assert code == 0
    assert [row["vendor_id"] for row in rows(folder / "stealth_attributions.csv")] == ["acme-labs"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("add", "origin", "acme", "vendor_id=acme", *CITED), "not in the map vendors"),
        (("add", "origin", "acme", *CITED), "column vendor_id: it is empty"),
        (("add", "vendors", "acme", "vendor_name=A", "country_code=XX", *CITED), "not a country code"),
        (("add", "openness", "acme/one", "is_open=perhaps", *CITED), "not one of true, false, unknown"),
        (("add", "openness", "acme/one", "is_open=true", "colour=red", *CITED), "no column colour"),
        (("add", "openness", "acme/one", "is_open", *CITED), "not COLUMN=VALUE"),
        (("add", "openness", "acme/one", "is_open=true"), "--citation"),
        (
            ("add", "openness", "acme/one", "is_open=true", "--citation", "x", "--known-from", "1 May"),
            "not a valid day",
        ),
        (("add", "colours", "acme/one", *CITED), "no kind or map colours"),
        (("--kind", "colours"), "no kind colours"),
    ],
)
def test_what_cannot_be_added_is_told_and_writes_nothing(
    folder: Path, say: Say, words: tuple[str, ...], told: str
) -> None:
    code, _, err = say(*words)
    assert (code, told in err, err.count("\n")) == (2, True, 1), err
    assert [*folder.iterdir()] == []


def test_a_second_row_of_a_key_is_refused_and_the_file_stays(folder: Path, say: Say) -> None:
    assert say(*NEW, *CITED)[0] == 0
    before = (folder / "authors.csv").read_bytes()
    code, _, err = say("add", "origin", "Acme-Labs", "vendor_id=acme-labs", *CITED)
    assert (code, "line 2 says the same key" in err) == (2, True), err
    assert (folder / "authors.csv").read_bytes() == before


def test_without_a_folder_the_setting_is_named(say: Say) -> None:
    code, _, err = say(*NEW, *CITED)
    assert (code, "TOKENSHARE_CURATED" in err) == (2, True), err


@pytest.mark.parametrize("setting", ["TOKENSHARE_CURATED", "TOKENSHARE_QUOTES"])
def test_a_folder_that_does_not_exist_is_refused_by_every_command(
    say: Say, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, setting: str
) -> None:
    (tmp_path / "file.csv").write_text("")
    for text in (str(tmp_path / "fatcs"), str(tmp_path / "file.csv"), "$HOME/facts", f"'{tmp_path}'"):
        monkeypatch.setenv(setting, text)
        code, _, err = say(name="status")
        assert (code, setting in err, "there is no folder" in err) == (2, True, True), err
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv(setting, "~/maps")
    (tmp_path / "maps").mkdir()
    assert "there is no folder" not in say(name="status")[2]


@pytest.mark.parametrize(
    ("setting", "file", "is_well"),
    [
        ("TOKENSHARE_CURATED", "authors.csv", True),
        ("TOKENSHARE_CURATED", "claims.csv", True),
        ("TOKENSHARE_CURATED", "author.csv", False),
        ("TOKENSHARE_CURATED", "", False),
        ("TOKENSHARE_QUOTES", "quotes.csv", True),
        ("TOKENSHARE_QUOTES", "prices.csv", False),
    ],
)
def test_doctor_reports_a_folder_with_none_of_the_known_files(
    say: Say, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, setting: str, file: str, is_well: bool
) -> None:
    own = tmp_path / "own"
    own.mkdir()
    if file:
        (own / file).write_text("author,vendor_id,known_from,citation\n")
    monkeypatch.setenv(setting, str(own))
    _, out, _ = say("--json", name="doctor")
    name = setting.removeprefix("TOKENSHARE_").lower()
    (found,) = [check for check in json.loads(out)["findings"] if check["name"] == name]
    assert found["is_well"] is is_well, found
    assert ("none of the known files" in found["said"]) is not is_well
    assert bool(found["fix"]) is not is_well


def test_doctor_reports_a_row_that_no_pass_would_accept(folder: Path, say: Say) -> None:
    (folder / "authors.csv").write_text("author,vendor_id,known_from,citation\nacme,nobody,2026-07-01,x\n")
    code, out, _ = say("--json", name="doctor")
    (found,) = [check for check in json.loads(out)["findings"] if check["name"] == "curated"]
    assert (code, found["is_well"]) == (2, False)
    assert "authors.csv line 2, column vendor_id" in found["said"]


def test_the_commands_of_the_page_add_their_rows(folder: Path, say: Say) -> None:
    page = (ROOT / "docs" / "maps.md").read_text()
    commands = re.findall(r"^tokenshare mappings (add .*)$", page, re.MULTILINE)
    assert [(line, *say(*line.split())[::2]) for line in commands] == [(line, 0, "") for line in commands]
    files = {"authors.csv", "vendors.csv", "model_openness.csv", "stealth_attributions.csv"}
    assert {path.name: len(rows(path)) for path in folder.iterdir()} == dict.fromkeys(files, 1)
