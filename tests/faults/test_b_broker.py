"""A killed broker: passes fail soon with the reason, and acknowledged records are there afterwards."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep
from typing import Any

import psutil
import pytest
from kafka import KafkaConsumer, KafkaProducer

from connectors.kafka import broker as local
from connectors.kafka import producer, topics
from connectors.kafka.cluster import Cluster
from connectors.kafka.producer import Message
from connectors.storage.alert_log import alert_status
from flows.orchestration.refresh import Report
from tests.faults.daily_worlds import moment, moving_world
from tests.faults.oracles import Shown, find_litter, find_losses, shown
from tests.kafka.test_producer import read
from tests.scene import ROUTER_ALONE, Scene
from tokenshare.errors import BrokerUnavailable, ExitCode

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]
Record = Callable[[str, Any], None]
MOMENTS = ("at the start", "while producing", "while reading")
MOST_SECONDS = 120.0
BATCH = 50


@dataclass(frozen=True)
class House:
    """A home with a broker of its own."""

    scene: Scene
    world: Path
    root: Path

    def start(self) -> str:
        return local.start(self.root, lambda _: None, environ=os.environ)

    def kill(self) -> None:
        """As a power cut would."""
        found = psutil.Process(local.status(self.root).pid or 0)
        found.kill()
        found.wait(20)


@dataclass(frozen=True)
class Failed:
    """The outcome of a pass during which its broker was killed."""

    error: BrokerUnavailable
    seconds: float
    shown: Shown
    open_keys: list[str]


@dataclass(frozen=True)
class Story:
    """A good pass, three passes losing their broker on one day, and a good one with the broker back."""

    before: Shown
    failed: dict[str, Failed]
    report: Report
    open_keys: list[str]
    litter: list[str]
    losses: list[str]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    root = tmp_path_factory.mktemp("house")
    address = local.start(root / "broker home", lambda _: None, environ=os.environ)
    scene = Scene(root / "home", address, ROUTER_ALONE)
    yield House(scene, moving_world(root / "world", 3), root / "broker home")
    local.stop(root / "broker home")


@pytest.fixture(scope="module")
def story(house: House) -> Story:
    scene = house.scene
    scene.refresh(moment(0), house.world)
    before = shown(scene)
    failed = {when: fail(house, when) for when in MOMENTS}
    report = scene.refresh(moment(1), house.world)
    return Story(before, failed, report, open_keys(scene), find_litter(scene), find_losses(scene))


def open_keys(scene: Scene) -> list[str]:
    return [str(alert["key"]) for alert in alert_status.read(scene.home)["open"]]


def fail(house: House, when: str) -> Failed:
    """Run a pass losing its broker then; the broker is started again afterwards."""
    begun = monotonic()
    with pytest.MonkeyPatch.context() as patch:
        if when == "at the start":
            house.kill()
        elif when == "while producing":
            kill_in(patch, house, KafkaProducer, "send", 20)
        else:
            kill_in(patch, house, KafkaConsumer, "poll", 1)
        with pytest.raises(BrokerUnavailable) as caught:
            house.scene.refresh(moment(1), house.world)
    seconds = monotonic() - begun
    assert house.start() == house.scene.broker
    return Failed(caught.value, seconds, shown(house.scene), open_keys(house.scene))


def kill_in(patch: pytest.MonkeyPatch, house: House, kind: Any, name: str, number: int) -> None:
    """The broker dies before the n-th call of a client's method."""
    calls, method = Counter[str](), getattr(kind, name)

    def counted(*arguments: Any, **options: Any) -> Any:
        calls[name] += 1
        if calls[name] == number:
            house.kill()
        return method(*arguments, **options)

    patch.setattr(kind, name, counted)


@pytest.mark.parametrize("when", MOMENTS)
def test_b01_a_pass_without_broker_ends_soon_and_says_so(story: Story, when: str, record_property: Record) -> None:
    """The broker killed before the pass, amid its messages, and amid the range it reads."""
    found = story.failed[when]
    assert found.error.exit_code == ExitCode.BROKER
    assert found.error.fix
    assert found.seconds < MOST_SECONDS
    assert found.shown == story.before
    assert found.open_keys == ["pass/broker"]
    record_property("observed", f"{when}: exit {found.error.exit_code} in {found.seconds:.0f} s, all as before")


def test_b01_the_next_pass_with_a_broker_finds_all_and_is_told_of(story: Story, record_property: Record) -> None:
    """The broker started again after three such passes."""
    assert story.report.exit_code == ExitCode.OK
    assert story.open_keys == []
    assert story.litter == story.losses == []
    record_property("observed", "one alert, resolved; 0 lost, 0 doubled")


def test_b02_what_was_acknowledged_is_there_once_after_restarts(
    house: House, story: Story, record_property: Record
) -> None:
    """Numbered messages all the while; the broker killed twice and stopped once, and started again each time."""
    cluster = Cluster(house.scene.broker, topic_prefix="audit.", partitions=1)
    topics.create(cluster, ["t"])
    acknowledged: list[int] = []
    ended = Event()
    sending = Thread(target=send_on, args=(cluster, acknowledged, ended))
    sending.start()
    for end in (house.kill, lambda: local.stop(house.root), house.kill):
        sleep(3)
        end()
        sleep(1)
        house.start()
    sleep(3)
    ended.set()
    sending.join(120)
    found = [int(record.value or b"") for record in read(cluster, "t")]
    counts = Counter(found)
    missing = [number for number in acknowledged if number not in counts]
    assert (missing, [number for number, times in counts.items() if times > 1]) == ([], [])
    assert found == sorted(found)
    assert len(acknowledged) > 3 * BATCH
    record_property("observed", f"{len(acknowledged)} acknowledged, 0 missing, 0 doubled, in order, over 3 restarts")


def send_on(cluster: Cluster, acknowledged: list[int], ended: Event) -> None:
    """Send batches of new numbers; one without a complete acknowledgement is not sent again."""
    number = 0
    while not ended.is_set():
        batch = range(number, number + BATCH)
        number += BATCH
        try:
            producer.send(cluster, [Message("t", b"k", str(one).encode()) for one in batch])
            acknowledged.extend(batch)
        except BrokerUnavailable:
            sleep(0.2)
