"""What a Prefect server is told of a pass, and that a pass goes on where there is none, or it dies in the middle."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from connectors.kafka import topics
from connectors.kafka.cluster import Cluster
from flows import settings
from flows.orchestration.prefect_events import _event
from flows.orchestration.refresh import Report
from flows.orchestration.runner import run_once
from flows.orchestration.schedule import deployments
from tests.cli.command import COMMAND
from tests.prefect.server import Server, environment, free_port, start, until
from tests.scene import ROUTER_ALONE, Scene, small_rows, statuses, write_prices, write_rankings
from tokenshare.metrics import METRICS

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.timeout(900), pytest.mark.slow]  # a server and three passes, on a machine that may be busy
SECRET = "canary-key-90ab31cd7e"
STAGES = {"ingest", "land", "transform", "publish", "notify"}
START = date(2026, 6, 29)
GOOD = {"deepseek/deepseek-r1": ("0.0000004", "0.000002"), "openai/gpt-4o": ("0.0000025", "0.00001")}
BAD = {model: (str(float(prompt) * 1e6), str(float(completion) * 1e6)) for model, (prompt, completion) in GOOD.items()}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with start(tmp_path_factory.mktemp("prefect") / "server") as starting:
        starting.wait()
        yield starting


@pytest.fixture(scope="module")
def scene(server: Server, broker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """A home whose passes know the server, and secrets that it must not."""
    secrets = {"OPENROUTER_API_KEY": SECRET, "TOKENSHARE_KAFKA_SASL_PASSWORD": SECRET}
    made = Scene(tmp_path_factory.mktemp("home"), broker, {"PREFECT_API_URL": server.url, **ROUTER_ALONE, **secrets})
    yield made
    topics.delete_prefixed(Cluster(broker, topic_prefix=made.prefix))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two weeks and their prices; a day later one day is restated and prices come in another unit."""
    folder = tmp_path_factory.mktemp("world")
    rows = small_rows(START, 16)
    restated = [("2026-07-14T03:00:00Z", day, model, str(int(tokens) + 1)) for _, day, model, tokens in rows
                if day == "2026-07-12"]  # fmt: skip
    write_rankings(folder, [*rows, *restated])
    write_prices(folder, "2026-07-01T00:00:00Z", GOOD)
    return write_prices(folder, "2026-07-14T03:00:00Z", BAD)


@pytest.fixture(scope="module")
def first(scene: Scene, world: Path) -> Report:
    return scene.refresh("2026-07-13T06:00:00+00:00", world)


@pytest.fixture(scope="module")
def flow_runs(server: Server, first: Report) -> dict[str, dict[str, Any]]:
    """By flow, the runs of the first pass."""
    names = {flow["id"]: flow["name"] for flow in server.ask("flows/filter", {})}
    runs = server.ask("flow_runs/filter", {})
    assert len(runs) == len(names)
    return {names[run["flow_id"]]: run for run in runs}


@pytest.fixture(scope="module")
def second(scene: Scene, world: Path, first: Report) -> Report:
    return scene.refresh("2026-07-14T06:00:00+00:00", world)


def events(server: Server, kind: str, metric: str) -> list[dict[str, Any]]:
    return server.events(f"tokenshare.metric.{kind}", f"tokenshare.metric.{metric}")


def test_a_dead_port_costs_no_import_of_prefect() -> None:
    asked = (
        f"from flows.orchestration.prefect_flows import answers; print(answers('http://127.0.0.1:{free_port()}/api'))"
    )
    told = "import sys, flows.orchestration.runner; print('prefect' in sys.modules)"
    words = [sys.executable, "-c", f"{asked}; {told}"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_a_pass_shows_as_a_flow_with_tasks(flow_runs: dict[str, dict[str, Any]], server: Server, first: Report) -> None:
    run = flow_runs["refresh"]
    assert flow_runs.keys() == {"refresh"}
    assert (run["name"], set(run["tags"])) == ("as of 2026-07-13 06:00 UTC", {"tokenshare", "synthetic"})
    assert (run["state_type"], run["state_name"]) == ("COMPLETED", first.status.capitalize())
    asked = {source.id for source in first.sources}
    tasks = task_runs(server, run["id"], len(STAGES) + len(asked))
    assert tasks.keys() == {*STAGES, *asked}
    assert {task["state_type"] for task in tasks.values()} == {"COMPLETED"}
    assert {id: tasks[id]["state_name"] for id in asked} == {
        source.id: source.status.capitalize() for source in first.sources
    }


def test_the_log_of_a_pass_reaches_prefect(server: Server, first: Report, flow_runs: dict[str, dict[str, Any]]) -> None:
    wanted = {"logs": {"flow_run_id": {"any_": [flow_runs["refresh"]["id"]]}}}
    lines = {line["message"] for line in until(lambda: server.ask("logs/filter", wanted), lambda found: len(found) > 1)}
    fetched = next(source for source in first.sources if source.id == "openrouter_rankings")
    assert f"fetched: {fetched.events} events" in lines


def task_runs(server: Server, flow_run: str, count: int) -> dict[str, dict[str, Any]]:
    """The task runs of a flow run by name: a server stores them a little later than it receives them."""
    wanted = {"flow_runs": {"id": {"any_": [flow_run]}}}
    ended = lambda runs: len(runs) >= count and all(run["state_type"] == "COMPLETED" for run in runs)  # noqa: E731
    return {run["name"]: run for run in until(lambda: server.ask("task_runs/filter", wanted), ended)}


@pytest.mark.threat("X01")
def test_flow_runs_take_no_parameters(flow_runs: dict[str, dict[str, Any]]) -> None:
    for name, run in flow_runs.items():
        assert (run["parameters"], run["job_variables"] or {}) == ({}, {}), name


def test_each_metric_has_a_table_of_its_newest_rows(scene: Scene, server: Server, first: Report) -> None:
    shown = {artifact["key"]: artifact for artifact in server.ask("artifacts/latest/filter", {})}
    published = {metric.id for metric in METRICS if metric.schema == "metrics"} & {
        metric.id for metric in first.metrics if metric.status == "published"
    }
    assert published
    assert shown.keys() == {f"tokenshare-{id.replace('_', '-')}" for id in published}
    table = json.loads(shown["tokenshare-china-share-origin-weekly"]["data"])
    weeks = scene.metric("china_share_origin_weekly")
    assert [row["week_start_date"] for row in table] == ["2026-07-06", "2026-06-29"]
    assert [row["china_share"] for row in table] == [row["china_share"] for row in reversed(weeks)]
    assert {(row["status"], row["version"], row["gate"]) for row in table} == {("current", 1, "passed")}
    assert all(row["as_of"].startswith("2026-07-13T06:00") for row in table)
    described = shown["tokenshare-china-share-origin-weekly"]["description"]
    assert "Denominator: " in described
    assert described.startswith("Not measured")  # a world's numbers are never shown as if measured


def test_what_was_published_is_an_event(server: Server, first: Report) -> None:
    (event,) = events(server, "published", "china_share_origin_weekly")
    assert event["payload"]["run"] == first.run.id
    assert any(re.fullmatch(r"prefect\.flow-run\..+", r["prefect.resource.id"]) for r in event["related"])
    assert events(server, "published", "fct_usage_daily")


def test_held_and_restated_metrics_are_events_with_their_reason(server: Server, second: Report) -> None:
    assert statuses(second)["list_price_daily"] == "held"
    (held,) = events(server, "held", "list_price_daily")
    assert "model_moved" in held["payload"]["reason"]
    assert held["payload"]["held_since"].startswith("2026-07-14T06:00")
    (restated,) = events(server, "restated", "china_share_origin_weekly")
    assert (restated["payload"]["version"], restated["payload"]["old_version"]) == (2, 1)
    assert restated["payload"]["cells"] > 0


def test_a_held_table_keeps_the_good_rows_and_says_so(server: Server, second: Report) -> None:
    (shown,) = [a for a in server.ask("artifacts/latest/filter", {}) if a["key"] == "tokenshare-list-price-daily"]
    table = json.loads(shown["data"])
    assert {(row["status"], row["gate"], row["version"]) for row in table} == {("current", "held", 1)}
    assert "model_moved" in shown["description"]


@pytest.mark.threat("X09")
def test_text_of_others_is_neither_link_nor_mention_nor_markup() -> None:
    """A reason with an address, a mention and markup, in what Prefect stores of a metric."""
    event = _event(METRICS[0], "held", {"reason": "see https://evil.example/x @team <b>[a](b)"})
    assert event["payload"]["reason"] == "see https: //evil[.]example/x ?team ?b??a?(b)"


@pytest.mark.threat("X01")
def test_no_secret_is_in_artifacts_events_deployments_or_files(scene: Scene, server: Server, second: Report) -> None:
    dump = server.dump()
    assert "tokenshare.metric.held" in dump
    assert "tokenshare-list-price-daily" in dump
    assert SECRET not in dump
    stored = [path for folder in (scene.root, server.home) for path in folder.rglob("*") if path.is_file()]
    assert [path for path in stored if SECRET.encode() in path.read_bytes()] == []


@pytest.mark.long
def test_prefect_yaml_deploys_what_serve_would(server: Server, tmp_path: Path) -> None:
    """The documented commands, as they stand."""
    page = (ROOT / "docs" / "operate.md").read_text()
    lines = re.findall(r"^prefect (?!server).*$", page, re.MULTILINE)
    told = {**environment(tmp_path / "prefect"), "PREFECT_API_URL": server.url, "PREFECT_CLI_PROMPT": "false"}
    for line in lines:
        words = [sys.executable, "-m", *line.split()]
        done = subprocess.run(words, cwd=ROOT, env=told, capture_output=True, text=True, timeout=200, check=False)
        assert done.returncode == 0, (line, done.stdout, done.stderr)
    found = {made["name"]: made for made in server.ask("deployments/filter", {})}
    assert found.keys() == {planned.name for planned in deployments()}
    for planned in deployments():
        made = found[planned.name]
        (schedule,) = made["schedules"]
        assert (schedule["schedule"]["cron"], schedule["schedule"]["timezone"]) == (planned.cron, "UTC")
        assert made["parameters"] == {"sources": list(planned.sources)}
        assert (made["work_pool_name"], made["global_concurrency_limit"]["limit"]) == ("tokenshare", 1)
        assert made["concurrency_options"]["collision_strategy"] == "ENQUEUE"


def test_no_library_makes_a_noise_on_stderr(scene: Scene, world: Path, second: Report) -> None:
    """Threads of Prefect that live on make DuckDB's binding report what is not freed."""
    words = [*COMMAND, "refresh", "--world", str(world), "--as-of", "2026-07-14T07:00:00+00:00"]
    done = subprocess.run(
        words, cwd=ROOT, env={**os.environ, **scene.variables}, capture_output=True, text=True, check=False
    )
    lines = [line for line in done.stderr.splitlines() if not re.search(r", \d+ s$", line)]
    assert lines == ["ingest", "land", "transform", "publish", "notify", "report"]


def test_a_server_killed_in_the_middle_stops_nothing(scene: Scene, server: Server, world: Path, second: Report) -> None:
    said: list[str] = []
    told = settings.load(scene.variables)

    def kill_in_the_middle(text: str) -> None:
        said.append(text)
        if text == "transform":  # inside the flow of the pass, before the flow of its third stage
            server.kill()

    progress: Callable[[str], None] = kill_in_the_middle
    report = run_once(told, second.run.as_of.replace(day=15), world, [], progress)
    assert [text for text in said if "without it" in text] == ["Prefect does not answer: the pass goes on without it"]
    assert statuses(report)["china_share_trailing7_daily"] == "published"
    assert max(str(row["usage_date"]) for row in scene.metric("china_share_trailing7_daily")) == "2026-07-14"
    assert scene.catalog("runs")[-1]["run_id"] == report.run.id
