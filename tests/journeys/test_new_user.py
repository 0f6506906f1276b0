"""A new user's first weeks, in order: each step goes on where the one before it stopped, with the real parts."""

import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from connectors.kafka import topics
from connectors.kafka.cluster import Cluster
from connectors.storage.home import Home
from flows.orchestration.schedule import deployments
from tests.cli.command import Said, run
from tests.journeys.internet import NEWEST, Internet, world_of
from tests.journeys.servers import PAGE, ROOT, environment_of, python_of
from tests.prefect.server import Server, environment, start
from tests.prefect.test_schedule import COMMAND, LOGIN, PROTECTED, deployed, state_of, trigger, wait_until
from tests.receiver import Receiver, listening
from tests.report.browser import Tab
from tests.scene import Scene
from tests.upgrade.test_earlier_home import EARLIER, OFF, make_world

pytestmark = [pytest.mark.journey, pytest.mark.timeout(1800)]
BACKUP = ROOT / "docs" / "howto" / "backup.md"
ALERT = "tokenshare/held/router"
ENDED = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")
THROUGH_SQLALCHEMY = """
import sys, sqlalchemy
with sqlalchemy.create_engine(sys.argv[1]).connect() as connection:
    print(connection.execute(sqlalchemy.text(sys.argv[2])).scalar())
"""
COUNT = "SELECT count(*) FROM marts.fct_metric_values"
HELD = "SELECT count(*) FROM metrics.vendor_share_daily WHERE status = 'held'"


@dataclass(frozen=True)
class Story:
    """The user's folder with a home of the demo and a live one, the internet, and a receiver of alerts."""

    folder: Path
    demo: Scene
    live: Scene
    internet: Internet
    receiver: Receiver
    worlds: dict[str, Path]

    def say(self, scene: Scene, *words: str) -> Said:
        return run(environment_of("OPENROUTER_", "PREFECT_") | scene.variables, *words)

    def ask(self, query: str) -> Any:
        """One value of the live home's published file, as a BI tool reads it."""
        with duckdb.connect(self.live.home.published_file, read_only=True) as file:
            (row,) = file.execute(query).fetchall()
        return row[0]


@pytest.fixture(scope="module")
def story(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("user")
    (folder / "own").mkdir()
    worlds = {"well": world_of(folder / "well"), "broken": world_of(folder / "broken", without_other=True)}
    with closing(Internet()) as internet, listening() as receiver:
        given = internet.serve(worlds["well"]) | {
            "TOKENSHARE_SOURCES_OFF": "huggingface_hub",
            "TOKENSHARE_CURATED": str(folder / "own"),
            "TOKENSHARE_ALERT_WEBHOOK_URL": f"{receiver.url}/hook",
        }
        demo, live = Scene(folder / ".tokenshare", broker), Scene(folder / "live", broker, given)
        yield Story(folder, demo, live, internet, receiver, worlds)
        for scene in (demo, live):
            topics.delete_prefixed(Cluster(broker, topic_prefix=scene.prefix))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with start(tmp_path_factory.mktemp("prefect") / "server", LOGIN, **PROTECTED) as starting:
        starting.wait()
        yield starting


@pytest.fixture(scope="module")
def serving(story: Story, server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """`tokenshare serve`; ended by its handle."""
    folder = tmp_path_factory.mktemp("serving")
    prefect = {"PREFECT_API_URL": server.url, "PREFECT_API_AUTH_STRING": LOGIN, "PREFECT_RUNNER_POLL_FREQUENCY": "1"}
    environ = (
        environment(folder / "prefect") | environment_of("OPENROUTER_", "PREFECT_") | story.live.variables | prefect
    )
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(COMMAND, cwd=folder, env=environ, stdout=log, stderr=log)
        try:
            wait_until(lambda: len(deployed(server)) == len(deployments()), process)
            yield
        finally:
            process.kill()
            process.wait()


def scheduled(server: Server) -> dict[str, Any]:
    """The state of a scheduled pass, once it has ended."""
    started = trigger(server)
    wait_until(lambda: state_of(server, started)["type"] in ENDED, seconds=600)
    return state_of(server, started)


def text_of(tab: Tab, home: Home) -> str:
    """What a reader sees on the page of a home."""
    tab.open(home.root / "report" / "index.html")
    return str(tab.value("document.body.innerText"))


def test_01_the_demo_is_one_command(story: Story) -> None:
    environ = environment_of("OPENROUTER_", "PREFECT_") | story.demo.variables
    command = [str(Path(sys.executable).with_name("tokenshare")), "demo", "--json"]
    done = subprocess.run(command, env=environ, cwd=story.folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_02_its_page_opens_and_says_that_it_is_synthetic(story: Story, tab: Tab) -> None:
    assert "synthetic" in text_of(tab, story.demo.home)


def test_03_the_two_strings_for_python_of_the_docs_open_its_numbers(story: Story) -> None:
    text = PAGE.read_text()
    (call,), (string,) = (re.findall(rf"`({begin}[^`]*)`", text) for begin in (r"duckdb\.connect", r"duckdb:///\."))
    by_duckdb = [sys.executable, "-c", f"import duckdb; print({call}.execute({COUNT!r}).fetchall()[0][0])"]
    by_sqlalchemy = [str(python_of("superset")), "-c", THROUGH_SQLALCHEMY, string, COUNT]
    counts = [subprocess.check_output(words, cwd=story.folder, text=True) for words in (by_duckdb, by_sqlalchemy)]
    assert int(counts[0]) == int(counts[1]) > 0


def test_04_the_first_real_run_is_well_and_alerts_nobody(story: Story) -> None:
    done = story.say(story.live, "refresh", "--json")
    assert done.code == 0, done
    assert story.receiver.told("/hook") == []
    assert story.ask(HELD) == 0


def test_05_serve_schedules_every_source_on_a_real_prefect(server: Server, serving: None) -> None:
    assert sorted(deployed(server)) == sorted(one.name for one in deployments())


def test_06_a_source_that_breaks_is_held_in_prefect_and_is_one_alert(
    story: Story, server: Server, serving: None
) -> None:
    story.internet.serve(story.worlds["broken"])
    state = scheduled(server)
    assert (state["type"], state["name"]) == ("COMPLETED", "Held"), state["message"]
    assert story.receiver.told("/hook") == [("trigger", ALERT)]


def test_07_the_hold_is_seen_in_bi_and_on_the_page(story: Story, tab: Tab) -> None:
    assert story.ask(HELD) > 0
    assert "some are held" in text_of(tab, story.live.home)


def test_08_a_second_look_at_the_broken_source_alerts_nobody_again(story: Story, server: Server, serving: None) -> None:
    assert scheduled(server)["name"] == "Held"
    assert story.receiver.told("/hook") == [("trigger", ALERT)]


def test_09_mended_it_is_one_resolve_and_nothing_is_held(story: Story, server: Server, serving: None, tab: Tab) -> None:
    story.internet.serve(story.worlds["well"])
    assert scheduled(server)["name"] == "Ok"
    assert story.receiver.told("/hook") == [("trigger", ALERT), ("resolve", ALERT)]
    assert story.ask(HELD) == 0
    assert "some are held" not in text_of(tab, story.live.home)


def test_10_a_claim_and_a_mapping_of_the_user_are_published(story: Story) -> None:
    month = f"{NEWEST:%Y-%m}"
    claim = (
        "61%",
        "--about",
        "china_share",
        "--period",
        month,
        "--quote",
        "Most of it",
        "--source",
        "a talk",
        "--id",
        "own",
    )
    vendor = ("vendor_id=acme-labs", "vendor_name=Acme", "country_code=US", "--citation", "acme.example")
    for words in (("claims", "add", *claim), ("mappings", "add", "origin", "acme-labs", *vendor), ("refresh",)):
        done = story.say(story.live, *words)
        assert done.code == 0, done
    assert story.ask("SELECT count(*) FROM metrics.claim_verdict WHERE claim_id = 'own'") > 0
    assert story.ask("SELECT vendor_name FROM marts.dim_vendors WHERE vendor_id = 'acme-labs'") == "Acme"


def test_11_a_restored_backup_verifies(story: Story) -> None:
    restored = Scene(story.folder / "restored", story.live.broker, story.live.environ, story.live.prefix)
    restored.root.mkdir()
    (listed,) = re.findall(r"^Copy (`format`.*?)\. A pass makes", BACKUP.read_text(), re.MULTILINE)
    for name in re.findall(r"`(.+?)`", listed):
        kept = story.live.root / name
        (shutil.copytree if kept.is_dir() else shutil.copy2)(kept, restored.root / name)
    verified = story.say(restored, "verify", "--json")
    assert (verified.code, verified.document["breaches"]) == (0, []), verified


def test_12_a_home_of_an_earlier_version_is_upgraded_by_a_pass(story: Story, tmp_path: Path) -> None:
    with tarfile.open(EARLIER) as archive:
        archive.extractall(tmp_path / "home", filter="data")
    earlier = Scene(tmp_path / "home", "", {"TOKENSHARE_SOURCES_OFF": OFF}, "")
    try:
        world = make_world(tmp_path / "world")
        done = story.say(earlier, "refresh", "--world", str(world), "--as-of", "2026-06-22T08:00:00Z", "--json")
        assert done.document["status"] == "ok", done
        assert story.say(earlier, "verify", "--all", "--json").document["breaches"] == []
    finally:
        story.say(earlier, "broker", "stop")
