"""What the looking commands answer after one pass: the shapes that programs rely on, and tables for people."""

import io
import json
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from connectors.sources import SOURCES
from flows.cli import tables
from flows.cli.listing import Listing
from flows.cli.screen import Screen
from tests.cli.command import CANARY, LOOKS_IMPORTING, ROOT, Ask, Said
from tests.cli.conftest import Refreshed
from tokenshare.metrics import METRICS

pytestmark = pytest.mark.timeout(900)  # the first one waits for the shared pass
ORIGIN = "china_share_origin_weekly"
KNOWN_THEN = ("--as-of", "2026-07-14T00:00:00Z")
JSON = {
    "trace": ("trace", ORIGIN, "2026-W27"), "status": ("status",), "metrics": ("metrics",),
    "metric": ("metrics", ORIGIN), "metric then": ("metrics", ORIGIN, *KNOWN_THEN), "restatements": ("restatements",),
    "gates": ("gates",), "gates of one": ("gates", ORIGIN), "doctor": ("doctor",), "broker": ("broker", "status"),
    "logs": ("logs",),
}  # fmt: skip
TABLES = {
    ("status",): ("home", "broker", "Sources", "openrouter_rankings", ORIGIN, "current"),
    ("metrics", ORIGIN): ("Chinese share", "denominator: tokens whose origin is known", "2026-06-29", "0.333334"),
    ("gates", ORIGIN): ("Held", "Checks of", "passed"),
    ("doctor",): ("Doctor", "kafka", "answers"),
}
RUN = {
    "run_id",
    "as_of",
    "status",
    "exit_code",
    "sources",
    "ranges",
    "metrics",
    "mirrors",
    "alerts",
    "seconds",
    "origin",
    "recorded_as_of",
    "recorded_citation",
    "unanswered",
    "report",
}


@pytest.fixture(scope="module")
def looks(ask: Ask, refreshed: Refreshed) -> dict[Any, "Future[Said]"]:
    """Every look, under way."""
    asked: dict[Any, Future[Said]] = {name: ask(refreshed.environ, *words, "--json") for name, words in JSON.items()}
    return asked | {words: ask(refreshed.environ, *words) for words in TABLES}


@pytest.fixture(scope="module")
def answer(looks: dict[Any, "Future[Said]"]) -> Callable[[str], dict[str, Any]]:
    """The document of a look, which said nothing else."""

    def read(name: str) -> dict[str, Any]:
        said = looks[name].result()
        assert (said.code, said.err) == (0, ""), said
        return said.document

    return read


def test_refresh_answers_as_contracted(refreshed: Refreshed) -> None:
    said, found = refreshed.said, refreshed.said.document
    assert said.code == found["exit_code"] == 0, said
    assert found.keys() == RUN
    assert (found["status"], found["as_of"]) == ("ok", "2026-07-13T06:00:00+00:00")
    assert [set(source) for source in found["sources"]] == [{"id", "status", "events", "reason"}] * len(SOURCES)
    assert {frozenset(r) for r in found["ranges"]} == {
        frozenset(("topic", "partition", "start", "end", "rows", "rejected"))
    }
    assert sorted(metric["id"] for metric in found["metrics"]) == sorted(metric.id for metric in METRICS)
    assert {frozenset(m) for m in found["metrics"]} == {
        frozenset(("id", "status", "version", "rows", "checks", "reason"))
    }
    outcomes = {metric["id"]: metric["status"] for metric in found["metrics"]}
    assert set(outcomes.values()) == {"published", "inactive"}  # the world has no quotes
    assert {outcomes[id] for id in (ORIGIN, "list_price_daily", "disclosed_value")} == {"published"}
    assert found["alerts"].keys() == {"opened", "resolved", "undelivered"}
    assert found["seconds"].keys() == {"total", "ingest", "land", "transform", "publish", "notify"}


def test_a_prefect_that_does_not_answer_is_not_missed(refreshed: Refreshed) -> None:
    assert refreshed.environ["PREFECT_API_URL"]
    assert not Path(refreshed.environ["PREFECT_HOME"]).exists()


@pytest.mark.threat("X22")
def test_a_long_metric_shows_its_end_and_says_where_the_rest_is(
    answer: Callable[[str], dict[str, Any]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = answer("metric")
    rows = [{**found["rows"][0], "known_tokens": 1_000_000 + number} for number in range(250)]
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    Listing().emit({**found, "rows": rows}, "rows", tables.draw_metric, period="known_tokens")
    text = capsys.readouterr().out
    assert "100 of 250 rows: --limit N gives more" in text
    assert ("1000149" in text, "1000150" in text, "1000249" in text) == (False, True, True)


def test_progress_is_on_stderr_alone(refreshed: Refreshed) -> None:
    stages = [line for line in refreshed.said.err.splitlines() if not line.endswith(" s")]  # but what counts in one
    assert stages == ["ingest", "land", "transform", "publish", "notify", "report"]


def test_refresh_draws_as_tables(refreshed: Refreshed) -> None:
    text = _drawn(tables.draw_refresh, refreshed.said.document)
    assert all(word in text for word in ("Sources", "Metrics", ORIGIN, "fetched", "records landed"))


def test_status(answer: Callable[[str], dict[str, Any]], refreshed: Refreshed) -> None:
    found = answer("status")
    assert (found["home"], found["origin"]) == (str(refreshed.home), "synthetic")
    assert found["as_of"] == "2026-07-13T06:00:00+00:00"
    assert found["broker"]["kind"] == "configured"
    assert (found["lag"], found["unserved_days"], found["unknown_vendors"]) == (0, [], [])
    assert {source["id"] for source in found["sources"]} == {source.id for source in SOURCES}
    assert {metric["status"] for metric in found["metrics"] if metric["state"] != "inactive"} == {"current"}
    assert found["alerts"] == {"open": [], "undelivered": 0, "waiting": []}
    assert sum(place["rows"] for place in found["ledger"]) == sum(r["rows"] for r in refreshed.said.document["ranges"])


def test_metrics(answer: Callable[[str], dict[str, Any]]) -> None:
    found = answer("metrics")["metrics"]
    assert {metric["metric"] for metric in found} == {metric.id for metric in METRICS}
    assert all(card["method"] and card["denominator"] for card in found)
    assert {card["version"] for card in found if card["state"] != "inactive"} == {1}


@pytest.mark.threat("X23")
def test_a_published_metric_names_its_sources(answer: Callable[[str], dict[str, Any]]) -> None:
    cards = [card for card in answer("metrics")["metrics"] if card["state"] != "inactive"]
    assert cards
    assert [card["metric"] for card in cards if not card["citation"]] == []


def test_a_metric_now_and_as_known_then(answer: Callable[[str], dict[str, Any]]) -> None:
    now, then = answer("metric"), answer("metric then")
    assert now["metric"] == then["metric"] == ORIGIN
    assert [row["week_start_date"] for row in now["rows"]] == ["2026-06-29", "2026-07-06"]
    assert {"version", "as_of", "status", "held_since", "is_provisional"} < now["rows"][0].keys()
    assert then["version"] == now["version"] == 1
    names = ("week_start_date", "chinese_tokens", "denominator_tokens", "china_share", "unknown_share")
    assert [[row[name] for name in names] for row in now["rows"]] == [[*row.values()] for row in then["rows"]]


def test_restatements_and_gates(answer: Callable[[str], dict[str, Any]], refreshed: Refreshed) -> None:
    assert answer("restatements") == {"restatements": []}
    run = refreshed.said.document["run_id"]
    assert answer("gates") == {"run": run, "held": [], "held_periods": [], "checks": []}
    of_one = answer("gates of one")["checks"]
    assert of_one
    assert {(check["metric"], check["run"]) for check in of_one} == {(ORIGIN, run)}
    assert {check["outcome"] for check in of_one} <= {"passed", "skipped"}


def test_logs(answer: Callable[[str], dict[str, Any]], refreshed: Refreshed) -> None:
    found, done = answer("logs"), refreshed.said.document
    assert (found["run"], found["runs"]) == (done["run_id"], [done["run_id"]])
    events = [line["event"] for line in found["lines"]]
    assert (events[0], events[-1]) == ("begin", "end")
    assert events.count("source") == len(SOURCES)
    stages = {line["stage"]: line["seconds"] for line in found["lines"] if line["event"] == "stage"}
    assert {"total": done["seconds"]["total"], **stages} == done["seconds"]
    assert {line["id"] for line in found["lines"] if line["event"] == "metric"} == {metric.id for metric in METRICS}
    assert (found["lines"][-1]["status"], found["lines"][-1]["exit_code"]) == ("ok", 0)


def test_trace(answer: Callable[[str], dict[str, Any]]) -> None:
    found = answer("trace")
    assert (found["metric"], json.loads(found["key"])) == (ORIGIN, {"week_start_date": "2026-06-29"})
    assert found["equal"] is True
    assert found["row"] == found["recomputed"]
    assert {span["topic"] for span in found["evidence"]} == {"usage.observed.v1", "fetch.completed.v1"}
    names = {"topic", "partition", "first_offset", "last_offset", "records"}
    assert all(names <= span.keys() for span in found["evidence"])
    text = _drawn(tables.draw_trace, found)
    assert all(word in text for word in ("Evidence", "usage.observed.v1", "the same again"))


def test_doctor_and_broker(answer: Callable[[str], dict[str, Any]]) -> None:
    findings = answer("doctor")["findings"]
    names = [
        "python",
        "project",
        "settings",
        "home",
        "secret",
        "landing",
        "archive",
        "disk",
        "kafka",
        "key",
        "curated",
        "quotes",
        "alerts",
    ]
    assert [finding["name"] for finding in findings] == names
    assert all(finding.keys() == {"name", "is_well", "said", "fix"} and finding["is_well"] for finding in findings)
    broker = answer("broker")
    running = {"running", "pid", "bootstrap_servers", "login_servers", "client_properties", "version"}
    assert broker.keys() == {*running, "java", "data_bytes"}
    assert broker["running"] is False


@pytest.mark.parametrize("words", TABLES, ids=" ".join)
def test_tables_for_people(words: tuple[str, ...], looks: dict[Any, "Future[Said]"]) -> None:
    said = looks[words].result()
    assert (said.code, said.err) == (0, ""), said
    assert not [word for word in TABLES[words] if word not in said.out], said.out


def test_looking_imports_nothing_heavy(refreshed: Refreshed) -> None:
    words = [sys.executable, "-c", LOOKS_IMPORTING]
    done = subprocess.run(words, cwd=ROOT, env=refreshed.environ, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done
    assert done.stdout.splitlines()[-1] == "heavy: []"


@pytest.mark.threat("S9", "X12")
def test_secrets_are_written_nowhere(refreshed: Refreshed) -> None:
    """What is said is looked at after every command, in `run`."""
    files = [path for path in refreshed.home.rglob("*") if path.is_file()]
    assert len(files) > 20
    assert [path for path in files if CANARY.encode() in path.read_bytes()] == []


def _drawn(draw: Callable[[Screen, dict[str, Any]], None], document: dict[str, Any]) -> str:
    text = io.StringIO()
    draw(Screen(Console(file=text)), document)
    return text.getvalue()
