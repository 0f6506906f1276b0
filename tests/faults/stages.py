"""Single stages of a pass, and accidents of the topics beneath a home."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

from kafka import KafkaAdminClient, TopicPartition

from connectors.kafka import ranges, topics
from connectors.kafka.cluster import Cluster, opened
from connectors.storage import warehouse
from connectors.storage.warehouse import ledger
from flows import settings
from flows.orchestration import runner
from flows.setup import clock
from flows.setup.context import PassContext, RunOptions, open_pass
from flows.stages import ingest
from flows.stages.land import land
from tests import forked
from tests.scene import Scene
from tokenshare.codec import encode
from tokenshare.events import UsageObserved
from tokenshare.offsets import Landed
from tokenshare.topics import USAGE_OBSERVED

NOTHING = RunOptions()
NAME = USAGE_OBSERVED.name
AT = datetime(2026, 6, 15, 5, tzinfo=UTC)


def cluster_of(scene: Scene) -> Cluster:
    return Cluster(scene.broker, topic_prefix=scene.prefix, partitions=2, secret=scene.home.secret)


@contextmanager
def opened_run(
    scene: Scene, as_of: str, world: Path | None, order: RunOptions = NOTHING, **environ: str
) -> Iterator[PassContext]:
    """A pass for running single stages of it."""
    moment, id = datetime.fromisoformat(as_of), clock.new_run_id(clock.now())
    given = settings.load({**scene.variables, **environ})
    with (
        runner.exclusive_pass(scene.home, id, moment, is_settled=False) as fence,
        runner.settled(scene.home, given.folders),
        open_pass(given, moment, id, moment, world, (), lambda _: None, order, fence) as run,
    ):
        yield run


def ask_only(scene: Scene, as_of: str, world: Path) -> None:
    """Cut a pass off after it has asked its sources: their answers are in Kafka and have not landed."""
    with opened_run(scene, as_of, world) as run:
        ingest.ingest(run)


def delete_all(scene: Scene, topic: str) -> dict[int, int]:
    """Delete all records, as retention does; return the first offset of each partition from then on."""
    cluster = cluster_of(scene)
    ends = {at: end for at, (_, end) in ranges.positions(cluster, [topic]).items()}
    with opened(KafkaAdminClient, cluster) as admin:
        admin.delete_records({TopicPartition(cluster.physical(topic), at[1]): end for at, end in ends.items()})
    return {at[1]: end for at, end in ends.items()}


def make_again(scene: Scene, topic: str) -> None:
    """The topic deleted, and made anew by whoever asks next."""
    topics.delete_prefixed(Cluster(scene.broker, topic_prefix=f"{scene.prefix}{topic}"))


def owed(scene: Scene) -> dict[int, int]:
    """The next offset of the ledger in each partition of usage."""
    with warehouse.open_warehouse(scene.home.warehouse) as connection:
        return {p: offset for (topic, p), offset in ledger.positions(connection).items() if topic == NAME}


def landed(scene: Scene) -> tuple[int, int]:
    """Usage rows, and their distinct coordinates."""
    with warehouse.open_warehouse(scene.home.warehouse) as connection:
        found = connection.execute(
            f'SELECT count(*), count(DISTINCT (topic, "partition", "offset")) FROM raw.{USAGE_OBSERVED.table}'
        ).fetchone()
    assert found
    return found


def usage(numbers: Sequence[int]) -> list[bytes]:
    """Encoded observations, one for each number."""
    return [
        encode(
            UsageObserved.identified(
                source_id="openrouter_rankings", observed_at=AT, fetch_id="f" * 32, usage_date=date(2026, 6, 14),
                model_permaslug=f"foreign/model-{number}", tokens=1_000 + number, as_of=AT,
            )
        )
        for number in numbers
    ]  # fmt: skip


def land_killed(scene: Scene, point: str) -> int:
    """Land in a process killed at the point; return its exit code."""
    return forked.run(_land, scene, point)


def land_now(scene: Scene) -> list[Landed]:
    """Land the new records, as a pass does after it has asked."""
    with opened_run(scene, f"{AT:%Y-%m-%dT%H:%M:%S+00:00}", None) as run:
        return land(run)


def _land(scene: Scene, point: str) -> None:
    with opened_run(scene, f"{AT:%Y-%m-%dT%H:%M:%S+00:00}", None, TOKENSHARE_KILL_AT=point) as run:
        land(run)
