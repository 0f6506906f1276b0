"""What lands on a real Flink cluster is what lands in one process, byte for byte, though a TaskManager is killed."""

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.kafka import producer, topics
from connectors.kafka.cluster import Cluster
from connectors.kafka.producer import Message, message_of
from connectors.storage.home import Home, add_secret, initialise, signature
from connectors.storage.warehouse import open_warehouse
from flows import settings
from flows.setup.cluster import cluster_of
from flows.setup.context import LANDS_ONLY
from flows.setup.topic_ownership import sign_topics
from tests.flink.cluster import FlinkCluster, running, wait_for
from tests.scene import Scene
from tokenshare.events import RequestCompleted
from tokenshare.topics import REQUEST_COMPLETED, TOPIC_NAMES

pytestmark = [pytest.mark.flink, pytest.mark.timeout(900)]
ROOT = Path(__file__).parents[2]
JARS = ROOT / ".venv" / "flink"
COMMAND = [sys.executable, "-c", "from flows.cli import main; main()"]
REQUESTS, BAD = 60_000, 13
SHOWN = ("gateway_token_share_daily", "gateway_spend_share_daily", "fct_requests_hourly")
MODELS = ("openai/gpt-5.4", "anthropic/claude-opus-4.5", "deepseek/deepseek-chat-v3-0324", "qwen/qwq-32b")


@pytest.fixture(scope="module")
def flink(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlinkCluster]:
    with running(JARS, tmp_path_factory.mktemp("flink")) as cluster:
        yield cluster


@pytest.fixture
def scene(broker: str, tmp_path: Path) -> Iterator[Scene]:
    """A home whose topics have requests, some of them malformed, and nothing landed."""
    scene = Scene(tmp_path / "home", broker, {"TOKENSHARE_RANGE_RECORDS": "1000", "TOKENSHARE_KAFKA_PARTITIONS": "3"})
    initialise(scene.home, "live")
    add_secret(scene.home)
    cluster = cluster_of(settings.load(scene.variables), broker)
    sign_topics(cluster, signature(scene.home))
    producer.send(cluster, requests())
    yield scene
    topics.delete_prefixed(Cluster(broker, topic_prefix=scene.prefix))


def requests() -> Iterator[Message]:
    chance, now = random.Random(7), datetime.now(UTC).replace(microsecond=0)
    for number in range(REQUESTS):
        prompt = chance.randrange(10, 50_000)
        event = RequestCompleted.identified(
            source_id="gateway", observed_at=now, fetch_id=f"{number // 100:032x}", request_id=f"r-{number}",
            completed_at=now - timedelta(seconds=chance.randrange(86_400)), gateway="litellm",
            model=chance.choice(MODELS), prompt_tokens=prompt, completion_tokens=prompt // 9, status="success",
            cost_usd="0.0125",
        )  # fmt: skip
        message = message_of(REQUEST_COMPLETED, event)
        bad = Message(message.topic, message.key, b"{}", message.headers)
        yield bad if number % (REQUESTS // BAD) == 1 else message


@pytest.mark.parametrize("workers", ["its own", "a pool"])
def test_flink_lands_the_very_bytes_though_a_task_manager_is_killed(
    scene: Scene, flink: FlinkCluster, workers: str
) -> None:
    other = Scene(scene.root.with_name("other"), scene.broker, scene.environ, scene.prefix)
    shutil.copytree(scene.root, other.root)
    land(scene)
    own = {"TOKENSHARE_FLINK_WORKERS": ""} if workers == "its own" else {}
    process = start(other, flink.settings | own, "land", "--json")
    folder = other.home.landing / REQUEST_COMPLETED.name
    wait_for(lambda: len(list(folder.rglob("*.parquet"))) > 2, seconds=300)
    assert process.poll() is None
    flink.kill_task_manager("flink-taskmanager")
    flink.start_task_manager("flink-taskmanager")
    out, said = process.communicate(timeout=600)
    assert process.returncode == 0, said.decode()
    assert json.loads(out)["runner"] == "flink"
    assert flink.started_by_pool() == (workers == "a pool")
    assert files(other.home) == files(scene.home)
    assert len(files(scene.home)) >= REQUESTS // 1_000
    assert ledger(other.home) == ledger(scene.home)
    at = datetime.now(UTC)
    shown = [publish(one, at) for one in (scene, other)]
    assert shown[0] == shown[1]
    assert shown[0]["gateway_token_share_daily"]


def test_a_flink_that_is_not_there_is_one_sentence(scene: Scene) -> None:
    nobody = {"TOKENSHARE_RUNNER": "flink", "TOKENSHARE_FLINK_MASTER": "127.0.0.1:9"}
    process = start(scene, {**nobody, "TOKENSHARE_FLINK_JOB_SERVER": "127.0.0.1:9"}, "land")
    _, said = process.communicate(timeout=300)
    assert (process.returncode, b"Traceback" in said) == (14, False)
    assert b"Flink at 127.0.0.1:9 did not land the ranges: nobody answers" in said
    land(scene)
    assert len(files(scene.home)) >= REQUESTS // 1_000


def land(scene: Scene) -> None:
    process = start(scene, {}, "land", "--json")
    _, said = process.communicate(timeout=300)
    assert process.returncode == 0, said.decode()


def start(scene: Scene, more: dict[str, str], *words: str) -> subprocess.Popen[bytes]:
    environ = {**os.environ, **scene.variables, **more}
    pipe = subprocess.PIPE
    return subprocess.Popen([*COMMAND, *words], env=environ, cwd=ROOT, stdout=pipe, stderr=pipe)


def publish(scene: Scene, at: datetime) -> dict[str, Any]:
    """The published values after a pass that fetches nothing."""
    scene.refresh(at.isoformat(), None, options=LANDS_ONLY)
    return scene.metrics(SHOWN)


def files(home: Home) -> dict[str, bytes]:
    folder = home.landing / REQUEST_COMPLETED.name
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.parquet")}


def ledger(home: Home) -> list[tuple[Any, ...]]:
    """What landed, without the pass and moment of it."""
    with open_warehouse(home.warehouse) as connection:
        assert set(TOPIC_NAMES) >= {row[0] for row in connection.execute("SELECT topic FROM ledger.landed").fetchall()}
        return connection.execute(
            'SELECT * EXCLUDE (run_id, landed_at) FROM ledger.landed ORDER BY topic, "partition", start_offset'
        ).fetchall()
