"""Minutes of trouble: endless numbered records, racing and killed passes, a broker going and coming back.

`python -m tests.faults.soak 600` (`make soak`) prints the fate of every number.

"""

import json
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from multiprocessing.process import BaseProcess
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from time import monotonic
from typing import Any

from kafka import KafkaProducer

from connectors import secret
from connectors.kafka import broker, dead_letter_reader
from connectors.kafka.cluster import Cluster
from connectors.storage.warehouse import open_warehouse
from flows.queries.verify import verify
from flows.queries.verify.promises import PROMISES
from tests import forked
from tests.faults.daily_worlds import moment, moving_world
from tests.faults.oracles import find_litter, find_losses
from tests.faults.subprocess_runs import KILLED, refresh
from tests.route.reader import reading_along
from tests.scene import ROUTER_ALONE, Scene
from tokenshare.codec import encode
from tokenshare.errors import ExitCode
from tokenshare.events import UsageObserved
from tokenshare.proof import proven
from tokenshare.topics import USAGE_OBSERVED

RATE = 200  # numbers a second
OF_SOURCES = "landed_fetches_are_archived"  # no source has stated the numbers sent here
BAD_EVERY = 100  # one in so many is no event
RACERS = 2
DAYS = 8  # that pass in the world while it goes on
KILL_SECONDS = (20.0, 40.0)
SETTLE_ATTEMPTS = 5
# How a pass may end here: well, killed, with the home taken, with the broker away, or as of a day that is past since.
EXPECTED = {ExitCode.OK, KILLED, ExitCode.BUSY, ExitCode.BROKER, ExitCode.USAGE}


@dataclass
class Audit:
    """The fate of the numbers. The oracles are `missing`, `doubled` and all from `torn` on: each must be empty."""

    sent: int = 0
    acknowledged: int = 0
    landed: int = 0
    dead_letters: int = 0
    passes: dict[str, int] = field(default_factory=dict)
    restarts: int = 0
    looks: int = 0
    missing: int = 0
    doubled: int = 0
    torn: list[str] = field(default_factory=list)
    breaches: list[str] = field(default_factory=list)
    unlike_the_twin: list[str] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)

    @property
    def objections(self) -> dict[str, Any]:
        """The failed oracles."""
        oracles = ("missing", "doubled", "torn", "breaches", "unlike_the_twin", "unexpected")
        return {name: found for name in oracles if (found := getattr(self, name))}


@dataclass
class Numbers:
    """Records numbered one by one; Kafka has promised to keep the `acknowledged` ones."""

    cluster: Cluster
    sent: int = 0
    acknowledged: set[int] = field(default_factory=set)

    def send(self, over: Event) -> None:
        """Send until stopped, and then wait until the last is acknowledged or given up."""
        topic, key = self.cluster.physical(USAGE_OBSERVED.name), secret.read(self.cluster.secret or Path())
        producer = KafkaProducer(
            bootstrap_servers=self.cluster.bootstrap_servers, acks="all", enable_idempotence=True,
            allow_auto_create_topics=False, max_block_ms=120_000,
        )  # fmt: skip
        while not over.wait(0.1):
            for _ in range(RATE // 10):
                number, self.sent = self.sent, self.sent + 1
                value = _record(number)
                headers = [*proven(key, USAGE_OBSERVED.name, None, value, ())]
                producer.send(topic, value, headers=headers).add_callback(
                    lambda _, number=number: self.acknowledged.add(number)
                )
        producer.flush(timeout=120)
        producer.close()


@dataclass
class Racers:
    """Passes beginning as soon as they can, side by side, and a killer without warning."""

    scene: Scene
    world: Path
    seconds: float
    over: Event = field(default_factory=Event)
    began: float = field(default_factory=monotonic)
    going: list[BaseProcess] = field(default_factory=list)
    codes: Counter[int] = field(default_factory=Counter)
    unexpected: list[str] = field(default_factory=list)

    def race(self, number: int) -> None:
        """Pass after pass."""
        log = self.scene.root.with_name(f"racer{number}.log")
        while not self.over.is_set():
            day = min(DAYS, int((monotonic() - self.began) / self.seconds * DAYS))
            code = forked.run(refresh, self.scene.variables, moment(day), self.world, log, begun=self.going.append)
            self.codes[code] += 1
            if code not in EXPECTED or (code == ExitCode.USAGE and "older than" not in log.read_text()):
                self.unexpected.append(f"exit {code}: {log.read_text()[-2000:]}")
            self.over.wait(2 if code == ExitCode.BUSY else 0.1)

    def kill(self, least: float, most: float) -> None:
        """Kill one of the running passes, every so often."""
        dice = random.Random(7)  # the same moments every time
        while not self.over.wait(dice.uniform(least, most)):
            for process in [process for process in self.going if process.is_alive()][:1]:
                os.kill(process.pid or 0, signal.SIGKILL)


def soak(seconds: float, folder: Path, kill_seconds: tuple[float, float] = KILL_SECONDS) -> Audit:
    """Run for so long, let things settle, and audit the home."""
    home = folder / "broker"
    address = broker.start(home, lambda _: None, environ=os.environ)
    try:
        world = moving_world(folder / "world", DAYS + 1)
        scene, twin = (Scene(folder / name / "home", address, ROUTER_ALONE) for name in ("soaked", "twin"))
        cluster = Cluster(address, topic_prefix=scene.prefix, secret=scene.home.secret)
        scene.refresh(moment(0), world)
        audit, racers, numbers = Audit(), Racers(scene, world, seconds), Numbers(cluster)
        with reading_along(scene.home.published_file, folder) as looks, _going(racers, numbers, kill_seconds):
            for kill in (False, True):
                racers.over.wait(seconds / 3)
                _restart(home, kill)
                audit.restarts += 1
            racers.over.wait(max(0.0, racers.began + seconds - monotonic()))
        racers.unexpected += _settle(scene, world)
        twin.refresh(moment(DAYS), world)
        _count(audit, racers, numbers, looks)
        _judge(audit, scene, twin)
        return audit
    finally:
        broker.stop(home)


@contextmanager
def _going(racers: Racers, numbers: Numbers, kill_seconds: tuple[float, float]) -> Iterator[None]:
    """Run everybody at once, until the end; raise any error of theirs."""
    raised: list[BaseException] = []

    def minded(work: Callable[..., None], *arguments: Any) -> None:
        try:
            work(*arguments)
        except BaseException as error:  # noqa: BLE001  # raised below
            raised.append(error)

    works: list[tuple[Any, ...]] = [(racers.race, number) for number in range(RACERS)]
    works += [(racers.kill, *kill_seconds), (numbers.send, racers.over)]
    threads = [Thread(target=minded, args=work) for work in works]
    with ExitStack() as until:
        for thread in threads:
            thread.start()
            until.callback(thread.join)
        until.callback(racers.over.set)
        yield
    if raised:
        raise raised[0]


def _restart(home: Path, kill: bool) -> None:
    """The broker goes, with or without a chance to say so, and comes back at its address."""
    if kill:
        os.kill(broker.status(home).pid or 0, signal.SIGKILL)
    else:
        broker.stop(home)
    broker.start(home, lambda _: None, environ=os.environ)


def _settle(scene: Scene, world: Path) -> list[str]:
    """The failure of a last pass, which no other owner of the home disturbs any more; empty if it succeeds."""
    try:
        report = scene.refresh(moment(DAYS), world, patience_seconds=60)
    except Exception as error:  # noqa: BLE001  # one more oracle that does not hold
        return [f"the last pass: {type(error).__name__}: {error}"]
    return [] if report.exit_code == ExitCode.OK else [f"the last pass: exit {report.exit_code:d}"]


def _count(audit: Audit, racers: Racers, numbers: Numbers, looks: list[dict[str, Any]]) -> None:
    scene = racers.scene
    with open_warehouse(scene.home.warehouse) as connection:
        query = f"SELECT model_permaslug FROM raw.{USAGE_OBSERVED.table} WHERE model_permaslug LIKE 'soak/%'"
        found = Counter(int(slug.removeprefix("soak/")) for (slug,) in connection.execute(query).fetchall())
    audit.landed = found.total()
    dead = [
        _number_of(letter.record.value) for letter in dead_letter_reader.read(numbers.cluster, [USAGE_OBSERVED.name])
    ]
    audit.dead_letters = len(dead)
    found.update(dead)
    audit.sent, audit.acknowledged = numbers.sent, len(numbers.acknowledged)
    audit.missing = len(numbers.acknowledged - found.keys())
    audit.doubled = sum(times > 1 for times in found.values())
    audit.passes = {str(code): times for code, times in sorted(racers.codes.items())}
    audit.unexpected = racers.unexpected
    audit.looks = len(looks)
    audit.torn = [look["error"] for look in looks if "error" in look]


def _judge(audit: Audit, scene: Scene, twin: Scene) -> None:
    audit.breaches = [*find_litter(scene), *find_losses(scene)]
    promises = [promise for promise in PROMISES if promise.name != OF_SOURCES]
    found = verify(scene.home, lambda _: None, is_all=True, promises=promises)
    audit.breaches += [str(breach) for breach in found["breaches"]]
    mine, other = _digests(scene), _digests(twin)
    audit.unlike_the_twin = sorted(id for id in mine.keys() | other.keys() if mine.get(id) != other.get(id))


def _digests(scene: Scene) -> dict[str, str]:
    """Digests of the published rows of each metric, byte by byte."""
    return {row["metric"]: row["digest"] for row in scene.catalog("publications") if row["status"] == "current"}


def _record(number: int) -> bytes:
    """A record with its number, of a fetch without an end: it lands, and no metric may count it."""
    if number % BAD_EVERY == 0:
        return f'{{"soak": {number}'.encode()
    now = datetime(2026, 6, 15, tzinfo=UTC)
    event = UsageObserved.identified(
        source_id="openrouter_rankings", observed_at=now, fetch_id="5" * 32, usage_date=date(2026, 6, 14),
        model_permaslug=f"soak/{number}", tokens=1, as_of=now,
    )  # fmt: skip
    return encode(event)


def _number_of(value: bytes | None) -> int:
    return int((value or b"").removeprefix(b'{"soak": '))


def main(seconds: float) -> int:
    """Print the counts; return 1 if an oracle does not hold."""
    with TemporaryDirectory() as folder:
        audit = soak(seconds, Path(folder))
    sys.stdout.write(f"{json.dumps(asdict(audit), indent=2)}\n")
    return int(bool(audit.objections))


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1])))
