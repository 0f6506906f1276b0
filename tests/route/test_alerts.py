"""Faults through the whole route, to a real receiver that is not always well: one trigger and one resolve for each."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from connectors import lock
from connectors.kafka import topics
from connectors.kafka.cluster import Cluster
from connectors.storage.alert_log import alert_status
from connectors.storage.warehouse import open_warehouse
from flows import settings
from flows.cli.commands import app
from flows.orchestration.refresh import Report
from flows.setup.clock import now
from tests.receiver import DOWN, Receiver, listening
from tests.scene import ROUTER_ALONE, Scene, small_rows, write_rankings
from tokenshare.errors import BrokerUnavailable, Busy, ExitCode
from tokenshare.metrics import ROUTER_SOURCES

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]
CANARY = "canary-4b1e7d90c2"
HELD, BROKER, SKIPPED, *SOURCES = (
    f"tokenshare/{key}" for key in ("held/router", "pass/broker", "skipped", *(f"source/{id}" for id in ROUTER_SOURCES))
)
BAD_DAY = "2026-07-13"
MORNING, NOON, EVENING = (f"2026-07-14T{hour}:00:00Z" for hour in ("06", "12", "18"))
NEXT, LATER = "2026-07-15T06:00:00Z", "2026-07-15T12:00:00Z"


@dataclass(frozen=True)
class Step:
    """What a pass reported, what had arrived by its end, and what the board said."""

    report: Report
    told: list[tuple[str, str]]
    beats: int
    board: dict[str, Any]


@dataclass(frozen=True)
class Story:
    """One home through five passes, and two that did not begin."""

    scene: Scene
    receiver: Receiver
    steps: dict[str, Step]
    failed: list[BaseException]
    delivered: dict[str, Any]


def world_of(root: Path) -> Path:
    """Two weeks; the last day comes without `other`, which is served at noon."""
    rows = small_rows(date(2026, 6, 30), 15)
    late = [(NOON if row[1:3] == (BAD_DAY, "other") else row[0], *row[1:]) for row in rows]
    return write_rankings(root, late)


@pytest.fixture(scope="module")
def story(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    root = tmp_path_factory.mktemp("alerts")
    world, silent = world_of(root / "world"), world_of(root / "silent")
    (silent / "faults.csv").write_text("from,until,path_prefix,fault\n,,/,503\n")
    with listening() as receiver:
        scene = Scene(root / "home", broker, {
            **ROUTER_ALONE, "TOKENSHARE_ALERT_WEBHOOK_URL": f"{receiver.url}/hook/{CANARY}?key={CANARY}",
            "TOKENSHARE_HEARTBEAT_URL": f"{receiver.url}/beat/{CANARY}",
        })  # fmt: skip
        yield play(scene, receiver, world, silent)
        topics.delete_prefixed(Cluster(broker, topic_prefix=scene.prefix))


def play(scene: Scene, receiver: Receiver, world: Path, silent: Path) -> Story:
    steps: dict[str, Step] = {}

    def step(name: str, as_of: str, served: Path) -> None:
        report = scene.refresh(as_of, served)
        beats = len(receiver.taken("/beat"))
        steps[name] = Step(report, receiver.told("/hook"), beats, alert_status.read(scene.home))

    step("clean", "2026-07-13T06:00:00Z", world)
    receiver.answers = [DOWN] * 3
    step("fault", MORNING, world)
    step("lasting", MORNING, world)
    failed = [*failures(scene, world)]
    receiver.answers = [DOWN] * 3
    step("mended", NOON, world)
    shown, drawn = (run(scene, "status", *words)[1] for words in (("--json",), ()))
    delivered = run(scene, "alerts", "deliver", "--json")
    step("silent", EVENING, silent)
    step("well", NEXT, world)
    return Story(scene, receiver, steps, failed, {"deliver": delivered, "status": shown, "drawn": drawn})


def failures(scene: Scene, world: Path) -> Iterator[BaseException]:
    """A pass that finds the home held, and one without a broker."""
    with lock.acquire(scene.home.lock, "another", now), pytest.raises(Busy) as busy:
        scene.refresh(NOON, world)
    yield busy.value
    with pytest.raises(BrokerUnavailable) as unreachable:
        replace(scene, broker="127.0.0.1:1").refresh(NOON, world)
    yield unreachable.value


def run(scene: Scene, *words: str) -> tuple[int, str]:
    """A command as a user types it; its exit code, and what it said."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in scene.variables.items():
            patch.setenv(name, value)
        said = CliRunner().invoke(app, list(words))
    return said.exit_code, said.stdout


def test_a_clean_pass_tells_of_nothing_and_beats(story: Story) -> None:
    step = story.steps["clean"]
    assert (step.report.exit_code, step.told, step.beats) == (ExitCode.OK, [], 1)
    assert step.report.alerts == {"opened": 0, "resolved": 0, "undelivered": 0}


def test_a_receiver_that_is_down_leaves_the_message_undelivered(story: Story) -> None:
    step = story.steps["fault"]
    assert step.report.exit_code == ExitCode.HELD
    assert step.report.alerts == {"opened": 1, "resolved": 0, "undelivered": 1}
    assert (step.told, step.beats) == ([], 1)
    (channel,) = step.board["channels"]
    assert (channel["channel"], channel["waiting_count"], channel["said"]) == ("webhook", 1, "status 503")
    (message,) = step.board["messages"]
    assert (message["state"], message["tries"], message["action"]) == ("failed", 3, "trigger")


def test_every_held_metric_is_on_record_and_told_of_once(story: Story) -> None:
    held = {metric.id for metric in story.steps["fault"].report.metrics if metric.status == "held"}
    assert held == {"china_share_trailing7_daily", "fct_usage_daily", "vendor_share_daily"}  # they have rows of it
    with open_warehouse(story.scene.home.warehouse) as connection:
        rows = connection.execute("SELECT fault_id FROM outbox.faults WHERE kind = 'held'").fetchall()
    assert sorted(id for (id,) in rows) == sorted(f"held/{id}" for id in held)


def test_the_next_pass_delivers_it_and_no_second_one(story: Story) -> None:
    step = story.steps["lasting"]
    assert step.told == [("trigger", HELD)]
    assert step.report.alerts == {"opened": 0, "resolved": 0, "undelivered": 0}
    assert (step.report.exit_code, step.beats) == (ExitCode.HELD, 2)


def test_the_message_says_what_a_person_needs(story: Story) -> None:
    document = next(one.document for one in story.receiver.taken("/hook") if one.document["dedup_key"] == HELD)
    assert (document["schema"], document["kind"], document["severity"]) == ("tokenshare.alert.v1", "held", "error")
    assert datetime.fromisoformat(document["since"]) == datetime.fromisoformat(MORNING)
    assert "metrics.vendor_share_daily" in document["views"]
    first = document["faults"][0]
    finding = next(one for one in first["findings"] if one["check"] == "other_rows")
    assert (finding["observed"], finding["expected"]) == (f"0 at {BAD_DAY}", "1")
    page, _, anchor = finding["runbook"].partition("#")
    assert f"\n## {anchor}\n" in (Path(__file__).parents[2] / page).read_text(encoding="utf-8")
    good = next(one["last_good"] for one in document["faults"] if one["subject"] == "metrics.vendor_share_daily")
    assert datetime.fromisoformat(good["as_of"]) == datetime.fromisoformat("2026-07-13T06:00:00Z")
    assert good["row"]["usage_date"] == "2026-07-12"


def test_undelivered_is_an_exit_code_and_a_status_and_the_command_delivers(story: Story) -> None:
    step = story.steps["mended"]
    assert (step.report.exit_code, step.report.status) == (ExitCode.UNDELIVERED, "ok")
    assert step.report.alerts["undelivered"] > 0
    assert step.beats == 2
    status = json.loads(story.delivered["status"])["alerts"]
    assert (status["undelivered"], status["waiting"][0]["said"]) == (step.report.alerts["undelivered"], "status 503")
    assert "Channels with waiting alerts" in story.delivered["drawn"]
    code, said = story.delivered["deliver"]
    assert (code, json.loads(said)["alerts"]["undelivered"]) == (0, 0)


def test_whatever_went_wrong_has_one_trigger_and_one_resolve(story: Story) -> None:
    assert [type(error) for error in story.failed] == [Busy, BrokerUnavailable]
    told = story.receiver.told("/hook")
    assert {key for _, key in told} == {HELD, BROKER, SKIPPED, *SOURCES}
    for key in (HELD, BROKER, SKIPPED, *SOURCES):
        assert [action for action, told_of in told if told_of == key] == ["trigger", "resolve"], key
    assert alert_status.read(story.scene.home)["open"] == []


def test_each_try_of_a_message_carries_one_key(story: Story) -> None:
    tried = [one for one in story.receiver.requests if one.path.startswith("/hook")]
    for one in tried:
        assert one.headers["Idempotency-Key"] == one.document["notice_id"]
    taken = [one.document["notice_id"] for one in story.receiver.taken("/hook")]
    assert len(set(taken)) == len(taken) < len(tried)


def test_the_addresses_are_in_nothing_we_write_or_say(story: Story) -> None:
    files = [path for path in story.scene.root.rglob("*") if path.is_file()]
    assert len(files) > 20
    assert [path for path in files if CANARY.encode() in path.read_bytes()] == []
    said = [json.dumps(step.report.document(), default=str) for step in story.steps.values()]
    said += [repr(settings.load(story.scene.variables)), *map(str, story.failed), str(story.delivered)]
    assert [text for text in said if CANARY in text] == []
