"""`tokenshare serve` against a real Prefect server that asks who calls: its schedules, a pass, a sudden end."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import psutil
import pytest
from prefect.blocks.system import Secret
from prefect.settings import temporary_settings

from connectors.kafka import topics
from connectors.kafka.cluster import Cluster
from connectors.storage import home
from connectors.storage.home import Home
from demo.emulator.server import Upstream
from flows.orchestration.automations import register
from flows.orchestration.prefect_flows import is_open
from flows.orchestration.schedule import deployments
from flows.orchestration.secret_blocks import block_of, read_secrets
from flows.orchestration.serve import GUARDED, LOGGED_IN, MOST_DAYS, WELL, _words
from tests import traps
from tests.cli.homes import HOLD, claimed, other_process
from tests.prefect.server import Server, environment, start
from tests.receiver import listening
from tests.scene import ROUTER_ALONE, Scene, small_rows, write_rankings
from tokenshare.errors import ExitCode

ROOT = Path(__file__).parents[2]
# A server, a served deployment and two passes, on a machine that may be busy.
pytestmark = [pytest.mark.timeout(900), pytest.mark.slow]
COMMAND = [str(Path(sys.executable).with_name("tokenshare")), "serve"]
SECRET = "canary-key-7c0d5b11fa"
LOGIN = "someone:canary-login-41e2"
PROTECTED = {"PREFECT_SERVER_API_AUTH_STRING": LOGIN, "PREFECT_SERVER_API_CSRF_PROTECTION_ENABLED": "true"}
NEEDED = {"TOKENSHARE_SOURCES_OFF": f"{ROUTER_ALONE['TOKENSHARE_SOURCES_OFF']},genai_prices"}
TODAY = datetime.now(UTC)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with start(tmp_path_factory.mktemp("prefect") / "server", LOGIN, **PROTECTED) as starting:
        starting.wait()
        yield starting


@pytest.fixture(scope="module")
def scene(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """A home of live numbers."""
    made = Scene(claimed(tmp_path_factory.mktemp("home") / "live", "live"), broker, NEEDED)
    yield made
    topics.delete_prefixed(Cluster(broker, topic_prefix=made.prefix))


@pytest.fixture(scope="module")
def upstream(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upstream]:
    """The internet: thirty days of exports, up to yesterday."""
    world = write_rankings(tmp_path_factory.mktemp("world"), small_rows((TODAY - timedelta(days=30)).date(), 30))
    with Upstream(world, TODAY) as served:
        yield served


@pytest.fixture(scope="module")
def serving(
    server: Server, scene: Scene, upstream: Upstream, tmp_path_factory: pytest.TempPathFactory
) -> Iterator["subprocess.Popen[bytes]"]:
    """`tokenshare serve` in a folder of traps, which asks for work every second; ended by its handle.

    What it serves runs in child Pythons of Prefect's, and the pass in one of those; no code of that folder may run.
    """
    folder = tmp_path_factory.mktemp("serving")
    sprung = traps.lay(folder / "here")
    told = {
        **environment(folder / "prefect"),
        **scene.variables,
        "TOKENSHARE_OPENROUTER_URL": upstream.url,
        "TOKENSHARE_KAFKA_SASL_PASSWORD": SECRET,
        "PREFECT_API_URL": server.url,
        "PREFECT_API_AUTH_STRING": LOGIN,
        "PREFECT_RUNNER_POLL_FREQUENCY": "1",
    }
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(COMMAND, cwd=sprung.parent, env=told, stdout=log, stderr=log)
        try:
            wait_until(lambda: len(deployed(server)) == len(deployments()), process)
            yield process
        finally:
            process.kill()
            process.wait()
            print((folder / "log").read_text())
    assert traps.ran(sprung) == []


def wait_until(holds: Callable[[], Any], process: "subprocess.Popen[bytes] | None" = None, seconds: float = 240) -> Any:
    until = monotonic() + seconds
    while monotonic() < until:
        if found := holds():
            return found
        assert process is None or process.poll() is None, "tokenshare serve ended"
        sleep(0.3)
    raise AssertionError(f"not within {seconds} s")


def deployed(server: Server) -> dict[str, dict[str, Any]]:
    return {found["name"]: found for found in server.ask("deployments/filter", {})}


def trigger(server: Server) -> str:
    """A run of the exports' deployment, as its schedule would start one; its id."""
    made = deployed(server)["openrouter_exports"]["id"]
    run = server.ask(f"deployments/{made}/create_flow_run", {})
    return str(run["id"])


def state_of(server: Server, run: str) -> dict[str, Any]:
    state: dict[str, Any] = server.ask(f"flow_runs/{run}")["state"]
    return state


@pytest.mark.threat("X01")
def test_every_source_is_served_by_its_schedule(server: Server, serving: object) -> None:
    found = deployed(server)
    for planned in deployments():
        made = found[planned.name]
        (schedule,) = made["schedules"]
        assert (schedule["schedule"]["cron"], schedule["schedule"]["timezone"]) == (planned.cron, "UTC")
        assert (schedule["active"], made["paused"]) == (True, False)
        assert made["global_concurrency_limit"]["limit"] == 1
        assert made["concurrency_options"]["collision_strategy"] == "ENQUEUE"
        assert made["parameters"] == {"sources": list(planned.sources)}
        assert (made["job_variables"] or {}) == {}


def test_a_run_takes_sources_and_past_days_and_nothing_else(server: Server, serving: object) -> None:
    schema = deployed(server)["openrouter_rankings"]["parameter_openapi_schema"]
    assert set(schema["properties"]) == {"sources", "backfill_days"}
    assert "openrouter_rankings" in schema["properties"]["sources"]["items"]["enum"]
    assert schema["properties"]["backfill_days"]["maximum"] == MOST_DAYS
    asked = _words(["openrouter_rankings"], 3)
    assert asked[asked.index("backfill") :][:2] == ["backfill", "--wait"]
    yesterday, before = ((datetime.now(UTC) - timedelta(days=days)).date() for days in (1, 3))
    assert (asked[asked.index("--from") + 1], asked[asked.index("--to") + 1]) == (f"{before}", f"{yesterday}")


def test_automations_are_there_and_stay_as_a_person_leaves_them(server: Server, serving: object) -> None:
    found = server.ask("automations/filter", {})
    assert len(found) == len({automation["name"] for automation in found}) == 3
    server.ask(f"automations/{found[0]['id']}", {"enabled": False}, "PATCH")
    with temporary_settings({"api.url": server.url, "api.auth_string": LOGIN}):
        register()
    after = server.ask("automations/filter", {})
    assert {made["id"] for made in after} == {made["id"] for made in found}
    assert [made["enabled"] for made in after if made["id"] == found[0]["id"]] == [False]


def test_a_secret_comes_from_its_block_where_no_variable_gives_it(server: Server) -> None:
    with temporary_settings({"api.url": server.url, "api.auth_string": LOGIN}):
        Secret(value="canary-block-9a").save(block_of("OPENROUTER_API_KEY"))
        Secret(value="of another program").save("openrouter")
        assert read_secrets({}) == {"OPENROUTER_API_KEY": "canary-block-9a"}
        assert read_secrets({"OPENROUTER_API_KEY": "a variable"}) == {}


@pytest.fixture(scope="module")
def proof(server: Server, serving: object, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that appears if code runs that the server, not `serve`, says is the deployment's."""
    folder = tmp_path_factory.mktemp("stranger")
    proof = folder / "proof"
    (folder / "stranger.py").write_text(
        f"from pathlib import Path\nfrom prefect import flow\nPath({str(proof)!r}).touch()\n\n"
        "@flow\ndef other(sources: list[str]) -> None: pass\n"
    )
    step = {"prefect.deployments.steps.run_shell_script": {"script": f"touch {proof}"}}
    foreign = {"entrypoint": f"{folder}/stranger.py:other", "path": str(folder), "pull_steps": [step]}
    for found in deployed(server).values():
        server.ask(f"deployments/{found['id']}", foreign, "PATCH")
    changed = deployed(server)["openrouter_exports"]
    assert {name: changed[name] for name in foreign} == foreign
    return proof


@pytest.mark.threat("S1", "X15")
def test_a_scheduled_pass_waits_for_the_home_and_publishes_and_runs_no_code_of_the_server(
    server: Server, proof: Path, scene: Scene
) -> None:
    with other_process(HOLD, scene.home.lock):
        run = trigger(server)
        wait_until(lambda: passes(scene))
        sleep(1)
        assert state_of(server, run)["type"] == "RUNNING"
        assert not scene.home.published_file.exists()
    wait_until(lambda: state_of(server, run)["type"] not in ("PENDING", "SCHEDULED", "RUNNING"))
    state = state_of(server, run)
    # What no source has told yet is held: this pass asked one, and says so where its runs are listed.
    assert (state["type"], state["name"]) == ("COMPLETED", "Held"), state["message"]
    assert "list_price_daily" in state["message"]
    assert scene.metric("router_tokens_weekly")
    assert scene.catalog("skips") == []
    assert server.events("tokenshare.metric.published", "tokenshare.metric.router_tokens_weekly")
    assert not proof.exists()


@pytest.mark.threat("X01")
def test_no_secret_reaches_a_server_that_asks_who_calls(server: Server, serving: object) -> None:
    dump = server.dump()
    assert '"collision_strategy": "ENQUEUE"' in dump
    assert "tokenshare-router-tokens-weekly" in dump
    assert [secret for secret in (SECRET, LOGIN.split(":")[1]) if secret in dump] == []


@pytest.mark.long
def test_a_scheduled_pass_outlives_the_server_and_its_runner(
    server: Server, serving: "subprocess.Popen[bytes]", scene: Scene
) -> None:
    before = finished(scene)
    with other_process(HOLD, scene.home.lock):
        trigger(server)
        (going,) = wait_until(lambda: passes(scene))
        server.kill()
        for child in psutil.Process(serving.pid).children(recursive=True):
            if child.pid != going.pid:
                child.terminate()  # as the runner ends a flow whose server it has lost
    wait_until(lambda: not going.is_running() or going.status() == psutil.STATUS_ZOMBIE)
    assert finished(scene) == before + 1


def finished(scene: Scene) -> int:
    """The passes of this home that readers can see."""
    return len(scene.catalog("runs")) if scene.home.published_file.exists() else 0


def passes(scene: Scene) -> list[psutil.Process]:
    """The scheduled passes of this home that live."""
    waiting = (p for p in psutil.process_iter(["cmdline"]) if "--wait" in (p.info["cmdline"] or []))
    return [process for process in waiting if _home_of(process) == str(scene.root)]


def _home_of(process: psutil.Process) -> str | None:
    try:
        return process.environ().get("TOKENSHARE_HOME")
    except psutil.Error:
        return None


def test_serve_says_what_is_missing_without_a_server(tmp_path: Path) -> None:
    told = {**environment(tmp_path / "prefect"), "TOKENSHARE_HOME": str(tmp_path)}
    done = subprocess.run(COMMAND, cwd=ROOT, env=told, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 2
    assert "prefect server start" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.threat("S1", "X03")
def test_serve_refuses_a_server_that_asks_nobody_for_a_login(tmp_path: Path) -> None:
    with start(tmp_path / "server") as server:
        server.wait()
        told = {
            **environment(tmp_path / "prefect"),
            "TOKENSHARE_HOME": str(tmp_path / "home"),
            "PREFECT_API_URL": server.url,
        }
        done = subprocess.run(COMMAND, cwd=ROOT, env=told, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 2
    for command in (GUARDED, LOGGED_IN):
        assert command in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.threat("S1", "X03")
@pytest.mark.parametrize(("status", "is_proof"), [(401, True), (403, True), (200, False), (307, False), (404, False)])
def test_nothing_but_a_refusal_proves_a_login(status: int, is_proof: bool) -> None:
    """A server that answers something else to a caller without a login, at an address with a slash at its end."""
    with listening(otherwise=(status, b"[]", {})) as server:
        assert is_open(f"{server.url}/api/") is not is_proof
    assert [request.path for request in server.requests] == ["/api/deployments/filter"]


def test_prefect_yaml_says_the_same() -> None:
    yaml = pytest.importorskip("yaml")
    written = yaml.safe_load((ROOT / "prefect.yaml").read_text())["deployments"]
    assert [found["name"] for found in written] == [planned.name for planned in deployments()]
    assert json.dumps([found["schedules"] for found in written]) == json.dumps(
        [[{"cron": planned.cron, "timezone": "UTC"}] for planned in deployments()]
    )


def test_a_home_of_the_demo_is_refused_before_it_is_served(tmp_path: Path) -> None:
    home.initialise(Home(tmp_path / "home"), "demo")
    told = {**environment(tmp_path / "prefect"), "TOKENSHARE_HOME": str(tmp_path / "home")}
    done = subprocess.run(COMMAND, cwd=tmp_path, env=told, capture_output=True, text=True, check=False)
    assert done.returncode == ExitCode.USAGE
    assert "this home has numbers of origin 'demo', not 'live'" in done.stderr


def test_the_documented_timer_and_crontab_take_findings_for_success() -> None:
    """As `serve` does: what a pass found is no failure of the pass."""
    page = (ROOT / "docs" / "howto" / "server.md").read_text(encoding="utf-8")
    (unit,) = re.findall(r"^SuccessExitStatus=(.*)$", page, re.MULTILINE)
    (crontab,) = re.findall(r"case \$\? in ([0-9|]+)\)", page)
    assert {0, *map(int, unit.split())} == {*map(int, crontab.split("|"))} == {*map(int, WELL)}
