"""What a newcomer is told: the demo's numbers are the known answers, and every documented command does what it says."""

import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from demo import world
from demo.emulator.server import Upstream
from flows import settings
from flows.cli import main
from flows.operations.demo import demonstrate
from tests import oracles
from tests.scene import Scene, small_rows, write_rankings

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
Say = Callable[[list[str], dict[str, str]], tuple[int, str, str]]
BLOCK = re.compile(r"^```(sh|sql)\n(.*?)^```", re.MULTILINE | re.DOTALL)
# Commands that start or stop processes of the home or speak to the outside have tests of their own.
ELSEWHERE = {
    "tokenshare broker": "tests/kafka/test_broker.py",
    "tokenshare backfill": "tests/route/test_repairs.py",
    "tokenshare refresh": "tests/faults/test_c_locks.py",
    "TOKENSHARE_HOME=.tokenshare/live tokenshare": "tests/docs/test_first_run.py",
    "tokenshare alerts test": "tests/alerts/test_delivering.py",  # it wants a channel
    "tokenshare serve": "tests/prefect/test_schedule.py",
    "prefect server start": "tests/prefect/server.py",
    "prefect ": "tests/prefect/test_announce.py",
    "docker compose": "tests/compose/test_parity.py",  # without an engine: its services, as processes
    "umask": "tests/compose/test_compose.py",
    "echo": "tests/compose/test_compose.py",
}


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """Runs a command in this process, which has paid for the imports; gives exit code, stdout and stderr."""

    def run(words: list[str], variables: dict[str, str]) -> tuple[int, str, str]:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["tokenshare", *words])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0), *capsys.readouterr()

    return run


@pytest.fixture(scope="module")
def demo(broker: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[Scene, dict[str, Any]]:
    scene = Scene(tmp_path_factory.mktemp("demo") / "home", broker)
    return scene, demonstrate(settings.load(scene.variables), lambda _: None)


def test_the_demo_holds_what_it_plans_and_is_well(demo: tuple[Scene, dict[str, Any]]) -> None:
    scene, document = demo
    assert (document["refresh"]["status"], document["refresh"]["exit_code"]) == ("ok", 0)
    assert {hold["metric"] for hold in document["holds"]} == world.PLANNED_HOLDS
    assert document["restatements"] > 0
    assert {row["status"] for row in scene.metric("list_price_daily")} == {"held"}
    assert len(document["shares"]) == 8


def test_every_known_answer_is_published(demo: tuple[Scene, dict[str, Any]]) -> None:
    scene, _ = demo
    wanted: dict[str, dict[str, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
    for metric, key, column, value in oracles.answers():
        wanted[metric][key][column] = value
    for metric, answers in wanted.items():
        shown = _by_key(scene.metric(metric), tuple(json.loads(next(iter(answers)))))
        for key, columns in answers.items():
            row = shown[tuple(map(str, json.loads(key).values()))]
            for column, value in columns.items():
                assert _agrees(column, row[column], value), (metric, key, column, row[column], value)


def _by_key(rows: list[dict[str, Any]], names: tuple[str, ...]) -> dict[tuple[str, ...], dict[str, Any]]:
    found = {tuple(str(row[name]) for name in names): row for row in rows}
    assert len(found) == len(rows), names
    return found


def _agrees(column: str, shown: Any, truth: str) -> bool:
    """Integers exactly, money to the cent, whatever was divided within 1e-9."""
    if isinstance(shown, bool) or shown is None:
        return (truth or "none").lower() == str(shown).lower()
    tolerance = 0.005 if column.endswith("_usd") else 1e-9
    return abs(shown - float(truth)) <= tolerance if isinstance(shown, float) else str(shown) == truth


def _documented(kind: str) -> list[str]:
    texts = [body for page in PAGES for found, body in BLOCK.findall(page.read_text()) if found == kind]
    return list(dict.fromkeys(line for text in texts for line in (text.splitlines() if kind == "sh" else [text])))


@pytest.mark.timeout(900)
def test_every_documented_command_works(demo: tuple[Scene, dict[str, Any]], say: Say, tmp_path: Path) -> None:
    scene, _ = demo
    (tmp_path / "authors.csv").write_text("author,vendor_id,known_from,citation\n")
    variables = {**scene.variables, "TOKENSHARE_CURATED": str(tmp_path)}
    commands = [line for line in _documented("sh") if line.startswith("tokenshare")]
    assert len(commands) >= 8
    for line in commands:
        if not line.startswith(tuple(ELSEWHERE)):
            code, out, err = say(line.split()[1:], variables)
            assert code == 0, (line, err)
            assert out.strip(), line


def test_every_command_of_a_runbook_works(demo: tuple[Scene, dict[str, Any]], say: Say) -> None:
    scene, _ = demo
    pages = (ROOT / "docs" / "runbooks").glob("*.md")
    lines = {line for page in pages for _, body in BLOCK.findall(page.read_text()) for line in body.splitlines()}
    assert len(lines) >= 20
    for line in sorted(lines):
        program, *words = line.split()
        code, _, err = say(words, scene.variables)
        assert (program, code) == ("tokenshare", 0), (line, err)


def test_dbt_by_hand_shows_why_a_model_failed(demo: tuple[Scene, dict[str, Any]], tmp_path: Path) -> None:
    scene, _ = demo
    page = (ROOT / "docs" / "runbooks" / "build.md").read_text().replace("/tmp/", f"{tmp_path}/")
    copy, build = re.findall(r"^    (.*)$", page, re.MULTILINE)
    written = {"DBT_TARGET_PATH": str(tmp_path / "target"), "DBT_LOG_PATH": str(tmp_path / "logs")}
    environ = {**os.environ, **written, "TOKENSHARE_HOME": str(scene.root)}

    def run(line: str) -> tuple[int, str]:
        words = ["sh", "-c", line.replace("NAME", "fct_usage_daily")]
        done = subprocess.run(words, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout

    assert run(copy) == (0, "")
    assert run(build)[0] == 0
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
        connection.execute("DROP VIEW raw.usage_observed_v1")
    code, out = run(build)
    assert (code, "usage_observed_v1 does not exist" in out) == (1, True), out


def test_every_other_documented_command_is_run_by_another_test() -> None:
    others = [line for line in _documented("sh") if not line.startswith("tokenshare")]
    assert [line for line in others if not line.startswith(tuple(ELSEWHERE))] == []
    assert all((ROOT / path).is_file() for path in ELSEWHERE.values())


def test_every_documented_query_answers(demo: tuple[Scene, dict[str, Any]]) -> None:
    scene, _ = demo
    with duckdb.connect(str(scene.home.published_file), read_only=True) as connection:
        for query in _documented("sql"):
            assert connection.execute(query).fetchall(), query


@pytest.mark.long
@pytest.mark.timeout(900)
def test_the_documented_live_refresh_publishes_real_shapes(broker: str, tmp_path: Path, say: Say) -> None:
    """The same command as in the README, with the emulator where the internet would be, and no key."""
    today = datetime.now(UTC)
    rows = small_rows((today - timedelta(days=30)).date(), 30)
    scene = Scene(tmp_path / "live", broker)
    with Upstream(write_rankings(tmp_path / "world", rows), today) as upstream:
        live = {**scene.variables, "TOKENSHARE_OPENROUTER_URL": upstream.url}
        _, out, err = say(["refresh", "--source", "openrouter_exports", "--json"], live)
    report = json.loads(out)
    found = {source["id"]: source["status"] for source in report["sources"]}
    assert (found["openrouter_rankings"], found["openrouter_exports"]) == ("skipped", "fetched"), err
    assert scene.metric("router_tokens_weekly")
