"""The receiver and `stream` are killed under load: what clients were promised counts, and counts once."""

import random
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from threading import Event
from time import monotonic, sleep
from typing import Any

import httpx
import pytest

from connectors.kafka import topics
from connectors.kafka.cluster import Cluster
from flows.queries.verify import verify
from tests.faults.oracles import find_losses
from tests.faults.requests import new_home, unaccounted
from tests.gateway import judge, traffic
from tests.gateway.running import Gateway, begin, kill, stop
from tests.scene import Scene

pytestmark = [pytest.mark.kill, pytest.mark.timeout(2400), pytest.mark.slow]
Record = Callable[[str, Any], None]
CLIENTS, BATCH, PAUSE_SECONDS = 3, 20, 0.1
MOST = 100_000  # reports of a client, more than it comes to
PATIENCE_SECONDS = 900
STREAM = ("stream", "--every", "1", "--json")


@dataclass
class Load:
    """Clients at once, each of which sends a call until it is acknowledged, and then the next."""

    url: str
    headers: dict[str, str]
    over: Event = field(default_factory=Event)
    acknowledged: list[traffic.Report] = field(default_factory=list)
    again: int = 0

    def send(self, seed: int) -> None:
        reports = traffic.draw(MOST, datetime.now(UTC), seed)
        while not self.over.is_set():
            call = list(islice(reports, BATCH))
            while not self._is_acknowledged([traffic.payload_of(report) for report in call]):
                self.again += 1
                sleep(0.1)
            self.acknowledged += call
            self.over.wait(PAUSE_SECONDS)

    def _is_acknowledged(self, payloads: list[dict[str, Any]]) -> bool:
        with suppress(httpx.TransportError):
            answer = httpx.post(self.url, json=payloads, headers=self.headers, timeout=60)
            assert answer.status_code in (200, 429, 503), answer.text
            return answer.status_code == 200
        return False


@contextmanager
def sending(load: Load, seed: int) -> Iterator[None]:
    """The clients send until the end of the block, and on until their last call is acknowledged."""
    with ThreadPoolExecutor(CLIENTS) as clients:
        sent = [clients.submit(load.send, seed + number) for number in range(CLIENTS)]
        try:
            yield
        finally:
            load.over.set()
        for one in sent:
            one.result()


@pytest.fixture
def scene(broker: str, tmp_path: Path) -> Iterator[Scene]:
    scene = Scene(tmp_path / "home", broker)
    new_home(scene)
    yield scene
    topics.delete_prefixed(Cluster(broker, topic_prefix=scene.prefix))


def wait_for(is_so: Callable[[], bool]) -> None:
    until = monotonic() + PATIENCE_SECONDS
    while not is_so() and monotonic() < until:
        sleep(0.5)


@dataclass
class Running:
    """The two processes of a home; both end with it."""

    scene: Scene
    gateway: Gateway
    streaming: "subprocess.Popen[str]"

    @classmethod
    def of(cls, scene: Scene) -> "Running":
        return cls(scene, Gateway.of(scene), begin(scene, *STREAM))

    def kill_both(self, load: Load, chance: random.Random) -> None:
        """At random moments, one after the other; both begin anew, the receiver at its address."""
        sleep(chance.uniform(0.5, 3))
        kill(self.gateway.process)
        self.gateway = Gateway.of(self.scene, httpx.URL(load.url).port or 0)
        sleep(chance.uniform(1, 15))
        kill(self.streaming)
        self.streaming = begin(self.scene, *STREAM)

    def stop(self) -> tuple[int, int]:
        return stop(self.gateway.process), stop(self.streaming)


@pytest.fixture
def running(scene: Scene) -> Iterator[Running]:
    running = Running.of(scene)
    yield running
    for process in (running.gateway.process, running.streaming):
        kill(process)


@pytest.mark.parametrize("kills", [1, pytest.param(5, marks=pytest.mark.long)])
def test_q02_what_was_acknowledged_counts_once_whatever_is_killed(
    scene: Scene, running: Running, tmp_path: Path, kills: int, record_property: Record
) -> None:
    """kill -9 of the receiver and of `stream` at random moments under load; clients repeat what is not acknowledged."""
    seed, file = random.randrange(10**6), tmp_path / "reported.parquet"
    print(f"seed {seed}")
    chance, load = random.Random(seed), Load(running.gateway.facts["litellm"], running.gateway.headers)
    with sending(load, seed):
        wait_for(scene.home.published_file.exists)
        for _ in range(kills):
            running.kill_both(load, chance)
        sleep(1)
    assert len(list(traffic.write(load.acknowledged, file))) > 100
    expected = judge.counted(file)
    wait_for(lambda: judge.published(scene) == expected)
    assert judge.published(scene) == expected
    assert running.stop() == (0, 0)
    assert unaccounted(scene) == find_losses(scene) == []
    assert verify(scene.home, lambda _: None)["breaches"] == []
    stated = f"{kills} kills of each, {len(load.acknowledged)} reports, {load.again} calls sent again"
    record_property("observed", f"{stated}: as the judge counts")
