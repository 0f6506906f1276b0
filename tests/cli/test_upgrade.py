"""`upgrade --check`: what the next pass of this version changes in a home, without a changed byte."""

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.storage import landing, warehouse
from connectors.storage.home import Home
from connectors.storage.publications import decisions, published
from connectors.storage.warehouse import ledger, open_warehouse
from flows.cli import main
from flows.stages.dbt import project
from flows.stages.maps import lay_maps
from tests.cli.homes import advanced, from_tomorrow
from tests.contracts.test_evolution import AT, OLDER, YOUNG, gained, rewrite, row, without
from tokenshare.metrics import METRICS
from tokenshare.noop import noop
from tokenshare.topics import USAGE_OBSERVED

pytestmark = pytest.mark.slow

Say = Callable[..., tuple[int, str, str]]
PARTS = ("format", "build tables", "landed files", "maps", "models", "metrics", "published file")
SAME = dict.fromkeys(PARTS, "unchanged")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home after a pass of this version: one landed file, and decisions about every metric."""
    mine = Home(advanced(tmp_path / "home", datetime(2026, 7, 1, tzinfo=UTC)))
    found = landing.write(mine.landing, USAGE_OBSERVED, OLDER, [row(0), row(1)], 0)
    lay_maps(None, mine)
    made = project(mine)
    with open_warehouse(mine.warehouse) as connection:
        ledger.intend(connection, "run", [OLDER])
        ledger.record_landed(connection, "run", AT, [found], noop)
        warehouse.show_landed(connection, mine.landing)
        inputs = [made.seeds, made.models]
        connection.execute("INSERT INTO decisions.inputs VALUES ('earlier', ?, ?, '{}', '[]', 1)", inputs)
        for metric in METRICS:
            connection.execute("INSERT INTO decisions.metric_states VALUES (?, 'inactive', '', '')", [metric.id])
        decisions.gain_columns(connection, METRICS)
        published.publish(connection, mine, METRICS)
    return mine


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Say:
    monkeypatch.setenv("TOKENSHARE_HOME", str(tmp_path / "home"))

    def command(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["tokenshare", "upgrade", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0), *capsys.readouterr()

    return command


def content(home: Home) -> dict[str, tuple[int, bytes]]:
    paths = [path for path in sorted(home.root.rglob("*")) if path.is_file()]
    return {str(path): (path.stat().st_mtime_ns, path.read_bytes()) for path in paths}


def edit(home: Home, *statements: str) -> None:
    with open_warehouse(home.warehouse) as connection:
        for statement in statements:
            connection.execute(statement)


def checked(say: Say, home: Home) -> tuple[str, dict[str, str], str]:
    """The status, the change of each part, and all reasons; no byte of the home may have changed."""
    before = content(home)
    code, out, err = say("--check", "--json")
    assert (code, content(home) == before) == (0, True), err
    found = json.loads(out)
    return (
        found["status"],
        {part["part"]: part["change"] for part in found["parts"]},
        "; ".join(part["reason"] for part in found["parts"]),
    )


def test_a_home_of_this_version_needs_nothing(say: Say, home: Home) -> None:
    assert checked(say, home)[:2] == ("nothing to do", SAME)


@pytest.mark.parametrize(
    ("statement", "part"),
    [
        ("UPDATE ledger.form SET digest = 'of another version'", "build tables"),
        ("UPDATE decisions.inputs SET seeds_digest = 'of another version'", "maps"),
        ("UPDATE decisions.inputs SET models_digest = 'of another version'", "models"),
        ("DELETE FROM decisions.metric_states WHERE metric = 'watch_status'", "metrics"),
        ("UPDATE decisions.published_file SET digest = 'of another version'", "published file"),
    ],
)
def test_the_rebuilt_part_is_named(say: Say, home: Home, statement: str, part: str) -> None:
    edit(home, statement)
    status, changes, _ = checked(say, home)
    assert (status, changes[part]) == ("rebuilt by the next pass", "rebuilt")
    assert {name for name, change in changes.items() if change == "rebuilt"} <= {part, "published file"}


def test_a_home_without_a_secret_gets_one(say: Say, home: Home) -> None:
    found = json.loads(home.format.read_text())
    home.format.write_text(json.dumps({name: found[name] for name in found if name != "has_secret"}))
    status, changes, reasons = checked(say, home)
    assert (status, changes) == ("rebuilt by the next pass", SAME | {"format": "rebuilt"})
    assert "the home has no secret that proves its records yet" in reasons


def test_a_younger_column_reads_as_null_and_rewrites_nothing(say: Say, home: Home) -> None:
    rewrite(home, OLDER, without(YOUNG), "0.0.1")
    status, changes, reasons = checked(say, home)
    assert (status, changes) == ("nothing to do", SAME)
    assert f"usage.observed.v1: {YOUNG} is null in 1 files" in reasons


def test_a_column_of_a_newer_version_is_refused_in_one_sentence(say: Say, home: Home) -> None:
    rewrite(home, OLDER, gained)
    before = content(home)
    code, out, err = say("--check", "--json")
    assert (code, err.count("\n"), content(home) == before) == (2, 1, True), err
    assert "the column sessions, written by tokenshare 9.1.0 and unknown to" in json.loads(out)["error"]


def test_a_newer_layout_is_refused_in_one_sentence(say: Say, tmp_path: Path) -> None:
    from_tomorrow(tmp_path / "home")
    code, _, err = say("--check")
    assert (code, err) == (2, "tokenshare: this home has layout 4, newer than 3: upgrade tokenshare\n")


def test_without_check_the_commands_are_named(say: Say, home: Home) -> None:
    code, _, err = say()
    assert (code, "tokenshare upgrade --check" in err, "tokenshare refresh" in err) == (2, True, True)
