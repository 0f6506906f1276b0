"""What a newcomer is told: the demo's numbers are the known answers, and every documented command does what it says."""

import json
import os
import re
import shlex
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from connectors.storage.publications import catalog
from demo import world
from demo.emulator.server import Upstream
from flows import settings
from flows.cli import main
from flows.operations.demo import demonstrate
from flows.queries.verify import verify
from tests import oracles
from tests.docs.blocks import BI, BLOCK, DOCS, ELSEWHERE, ROOT, RUNBOOKS, documented, run_beside, run_python
from tests.scene import MODELS, Scene, small_rows, write_prices, write_rankings

pytestmark = pytest.mark.slow

NOWHERE = "http://127.0.0.1:1"
Say = Callable[[list[str], dict[str, str]], tuple[int, str, str]]


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
    assert {row["status"] for row in scene.metric("list_price_daily")} == {"current"}
    held = scene.catalog("held_periods", metric="list_price_daily")
    assert {row["period"] for row in held} == {world.DAILY_AS_OFS[-1].date()}
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


@pytest.mark.timeout(900)
def test_every_documented_command_works(demo: tuple[Scene, dict[str, Any]], say: Say, tmp_path: Path) -> None:
    scene, _ = demo
    (tmp_path / "authors.csv").write_text("author,vendor_id,known_from,citation\n")
    variables = {**scene.variables, "TOKENSHARE_CURATED": str(tmp_path)}
    commands = [line for line in documented("sh") if line.startswith("tokenshare")]
    assert len(commands) >= 8
    for line in commands:
        if not line.startswith(tuple(ELSEWHERE)):
            code, out, err = say(shlex.split(line.partition(" > ")[0])[1:], variables)
            assert code == 0, (line, err)
            assert out.strip(), line


def test_every_command_of_a_runbook_works(demo: tuple[Scene, dict[str, Any]], say: Say) -> None:
    scene, _ = demo
    lines = {line for page in RUNBOOKS for _, body in BLOCK.findall(page.read_text()) for line in body.splitlines()}
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


@pytest.fixture(scope="module")
def folder(demo: tuple[Scene, dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which `.tokenshare` is the home of the demo."""
    if not (BI / "duckdb").is_dir():
        pytest.skip("the readers' packages are not here: run make .venv/bi/.ready")
    folder = tmp_path_factory.mktemp("reader")
    (folder / ".tokenshare").symlink_to(demo[0].root)
    return folder


@pytest.mark.parametrize("block", documented("python"), ids=lambda block: block.split()[1])
def test_every_documented_program_reads_the_numbers(folder: Path, block: str) -> None:
    done = run_python(block, folder)
    assert (done.returncode, done.stdout.strip() != "") == (0, True), done.stderr


def test_every_documented_query_of_the_command_line_answers(folder: Path) -> None:
    lines = [line for line in documented("sh") if line.startswith("duckdb ")]
    assert len(lines) >= 2
    for line in lines:
        done = run_beside(["sh", "-ec", line.partition(" > ")[0]], folder)
        assert (done.returncode, "2026" in done.stdout) == (0, True), (line, done.stderr)


def test_a_documented_backup_is_a_home_again(folder: Path, say: Say) -> None:
    page = DOCS / "howto" / "backup.md"
    lines = [line for line in documented("sh", [page]) if line.startswith(("tar", "mkdir"))]
    assert len(lines) == 3
    done = run_beside(["sh", "-ec", "\n".join(lines)], folder)
    assert done.returncode == 0, done.stderr
    homes = [folder / name for name in (".tokenshare", "restored")]
    kept, restored = (
        {
            path.relative_to(home): (path.stat().st_mode, path.stat().st_size)
            for path in home.rglob("*")
            if path.is_file()
        }
        for home in homes
    )
    assert len(kept) > 100
    assert restored == kept
    code, out, err = say(["upgrade", "--check"], {"TOKENSHARE_HOME": str(homes[1])})
    assert (code, out != "") == (0, True), err


def test_every_documented_query_answers(demo: tuple[Scene, dict[str, Any]]) -> None:
    scene, _ = demo
    with duckdb.connect(str(scene.home.published_file), read_only=True) as connection:
        for query in documented("sql"):
            assert connection.execute(query).fetchall(), query


@dataclass(frozen=True)
class Live:
    """`make live` in a home of its own: without any answer, then with the emulator where the internet would be."""

    scene: Scene
    silent: subprocess.CompletedProcess[str]
    whole: dict[str, Any]
    answered: subprocess.CompletedProcess[str]


def make_live(scene: Scene, **upstreams: str) -> subprocess.CompletedProcess[str]:
    """The command of the README, on a screen of eighty columns, with no key."""
    others = {name: value for name, value in os.environ.items() if not name.startswith(("TOKENSHARE_", "OPENROUTER_"))}
    environ = {**others, **scene.variables, **upstreams, "COLUMNS": "80"}
    words = ["make", "--no-print-directory", "live", f"LIVE={scene.root}"]
    return subprocess.run(words, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def live(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Live:
    root, today = tmp_path_factory.mktemp("live"), datetime.now(UTC)
    first = (today - timedelta(days=30)).date()
    world = write_rankings(root / "world", small_rows(first, 30))
    prices = dict.fromkeys(MODELS, ("0.000003", "0.000015"))
    write_prices(world, f"{first}T00:00:00Z", prices)
    rates = [f"{first}T00:00:00Z,{first + timedelta(days=day)},EUR,USD,1.1\n" for day in range(30)]
    (world / "fx.csv").write_text("known_at,date,base,quote,rate\n" + "".join(rates))
    scene = Scene(root / "home", broker)
    silent = make_live(scene, TOKENSHARE_OPENROUTER_URL=NOWHERE, TOKENSHARE_ECB_URL=NOWHERE)
    whole = verify(scene.home, lambda _: None)
    with Upstream(world, today) as upstream:
        urls = {"TOKENSHARE_OPENROUTER_URL": upstream.url, "TOKENSHARE_ECB_URL": upstream.urls["ecb"]}
        answered = make_live(scene, **urls)
    return Live(scene, silent, whole, answered)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_a_first_run_without_an_answer_says_so_in_one_screen(live: Live) -> None:
    assert "Error 12" in live.silent.stderr, live.silent.stderr
    assert "Traceback" not in live.silent.stderr
    told = live.silent.stdout.splitlines()[1:]  # the first line is the command itself
    assert len(told) <= 24, told
    assert told[0] == "No upstream gave a usable answer."
    for word in ("openrouter_exports", "openrouter_models", "ecb_rates", NOWHERE, "HTTPS_PROXY", "index.html"):
        assert word in live.silent.stdout, word
    assert "huggingface_hub" not in "".join(told)


@pytest.mark.long
def test_a_first_run_without_an_answer_leaves_nothing_half_made(live: Live) -> None:
    assert live.whole["breaches"] == []
    assert live.answered.returncode == 0, live.answered.stdout + live.answered.stderr


@pytest.mark.long
def test_a_first_run_publishes_live_numbers_and_their_page(live: Live) -> None:
    shown = {id: len(live.scene.metric(id)) > 0 for id in ("router_tokens_weekly", "list_price_daily", "claim_verdict")}
    assert shown == dict.fromkeys(shown, True)
    assert catalog.read_origin(live.scene.home).kind == "live"
    page = (live.scene.root / "report" / "index.html").read_text()
    assert "<title>tokenshare</title>" in page
    assert str(live.scene.root / "report" / "index.html") in live.answered.stdout
