"""Homes that receive requests, killed while they do, and what a judge of its own says of them afterwards."""

import random
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from connectors.kafka import dead_letter_reader, producer, ranges
from connectors.kafka.cluster import Cluster
from connectors.kafka.producer import Message, message_of
from connectors.storage.home import add_secret, initialise, signature
from connectors.storage.warehouse import open_warehouse
from flows import settings
from flows.setup.cluster import cluster_of
from flows.setup.topic_ownership import sign_topics
from tests.gateway.running import begin, kill
from tests.gateway.traffic import Report, event_of
from tests.scene import Scene
from tokenshare.topics import REQUEST_COMPLETED

NAME = REQUEST_COMPLETED.name
ACCOUNT = """
SELECT count(*), count(DISTINCT o), min(o) >= ?, max(o) < ?, count(*) FILTER (o IN ?) FROM landed WHERE p = ?
"""
BAD_EVERY = 2_000  # one report in so many is followed by a record that is no event
SENT_AT_ONCE = 20_000


def new_home(scene: Scene) -> Cluster:
    """A home with topics and nothing in them."""
    initialise(scene.home, "live")
    add_secret(scene.home)
    cluster = cluster_of(settings.load(scene.variables), scene.broker)
    sign_topics(cluster, signature(scene.home))
    return cluster


def receive(scene: Scene, reports: Iterable[Report]) -> int:
    """A new home whose topic has these reports, and some records that are none. Returns how many those are."""
    cluster = new_home(scene)
    bad = 0
    with producer.open_sender(cluster) as sender:
        some: list[Message] = []
        for report in reports:
            message = message_of(REQUEST_COMPLETED, event_of(report))
            some.append(message)
            if report.number % BAD_EVERY == 1:
                some.append(Message(NAME, message.key, b'{"request_id": "torn', message.headers))
                bad += 1
            if len(some) >= SENT_AT_ONCE:
                sender.send(some)
                some = []
        sender.send(some)
    return bad


@dataclass(frozen=True)
class Moment:
    """When a landing is killed: so many of its files later, and so many seconds after that."""

    files: int
    seconds: float


def moments(seed: int, kills: int, files: int, longest: float) -> list[Moment]:
    """Random ones, at none of which the landing can be over."""
    chance = random.Random(seed)
    return [Moment(chance.randrange(1, files), chance.uniform(0, longest)) for _ in range(kills)]


def land_killed(scene: Scene, moment: Moment) -> int:
    """`tokenshare land`, killed then. Returns how many files it had written."""
    before = _written(scene, lambda _: True)
    process = begin(scene, "land", "--json")
    while len(_written(scene, lambda file: file not in before)) < moment.files:
        assert process.poll() is None, "it ended before it was killed"
        time.sleep(0.005)
    time.sleep(moment.seconds)
    assert process.poll() is None, "it ended before it was killed"
    kill(process)
    return len(_written(scene, lambda file: file not in before))


def _written(scene: Scene, is_wanted: Callable[[tuple[Path, int]], bool]) -> set[tuple[Path, int]]:
    """The landed files, each with the moment of writing."""
    files = (scene.home.landing / NAME).rglob("*.parquet")
    return {found for file in files if is_wanted(found := (file, file.stat().st_mtime_ns))}


def land_to_the_end(scene: Scene) -> None:
    """`tokenshare land`, undisturbed."""
    process = begin(scene, "land", "--json")
    process.communicate(timeout=600)
    assert process.returncode == 0


def unaccounted(scene: Scene) -> list[str]:
    """Offsets of Kafka that are neither landed once nor the origin of a dead letter; none is as it must be."""
    cluster = Cluster(scene.broker, topic_prefix=scene.prefix)
    ends = {at[1]: span for at, span in ranges.positions(cluster, [NAME]).items()}
    letters = {(one.record.partition, one.record.offset) for one in dead_letter_reader.read(cluster, [NAME])}
    files = str(scene.home.landing / NAME / "*" / "*.parquet")
    problems = []
    with duckdb.connect() as connection:
        connection.execute(f"""CREATE VIEW landed AS SELECT "partition" AS p, "offset" AS o FROM '{files}'""")
        for partition, (first, end) in ends.items():
            own = [offset for at, offset in letters if at == partition]
            found = connection.execute(ACCOUNT, [first, end, own, partition]).fetchone()
            rows = end - first - len(own)
            if found != (rows, rows, True, True, 0):
                problems.append(f"partition {partition} {first} to {end}, {len(own)} dead letters: {found}")
    with open_warehouse(scene.home.warehouse) as connection:
        query = f'SELECT count(*), count(DISTINCT ("partition", "offset")) FROM raw.{REQUEST_COMPLETED.table}'
        rows = sum(end - first for first, end in ends.values()) - len(letters)
        if (found := connection.execute(query).fetchone()) != (rows, rows):
            problems.append(f"{found} rows and places in the warehouse, and {rows} records")
    return problems
