"""Stages 5 to 8: plan new offsets, land them by Beam, commit them to the ledger and as group offsets."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from connectors.kafka import groups, producer, ranges, topics
from connectors.kafka.cluster import Cluster
from connectors.storage import landing, warehouse
from connectors.storage.home import signature
from connectors.storage.home.objects import AnyPath
from connectors.storage.warehouse import fencing, ledger
from flows.setup.context import PassContext
from flows.setup.flink import flink_of
from flows.stages.losses import check_losses, planned
from flows.stages.proof import rule_of
from tokenshare.chunks import Chunk
from tokenshare.offsets import Landed, Range, Record
from tokenshare.topics import CONSUMER_GROUP, TOPIC_BY_NAME, TOPIC_NAMES


def land(run: PassContext) -> list[Landed]:
    """Land every new committed record; ranges planned by an earlier pass come first."""
    planned, folder = _plan(run), run.home.landing
    if planned:
        with run.checkpoint("land"):
            _land(run, planned)
    manifests = [landing.read_manifest(folder, wanted) for wanted in planned]
    with run.checkpoint("commit") as midway, fencing.open_fenced(run.home.warehouse, run.fence) as connection:
        ledger.record_landed(connection, run.id, run.clock(), manifests, midway)
        warehouse.show_landed(connection, folder)
        reached = {at: offset for at, offset in ledger.positions(connection).items() if at[0] in TOPIC_NAMES}
    with run.checkpoint("offsets") as midway:
        groups.commit(run.cluster, CONSUMER_GROUP, reached, midway, signature(run.home))
    return manifests


def _plan(run: PassContext) -> list[Range]:
    """Record new ranges before any work on them; return them after the earlier ones not yet landed."""
    identities = topics.identities(run.cluster, TOPIC_NAMES)
    positions = ranges.positions(run.cluster, TOPIC_NAMES)
    with run.checkpoint("plan") as midway, fencing.open_fenced(run.home.warehouse, run.fence) as connection:
        check_losses(run, connection, identities, positions)
        pending = ledger.intended(connection)
        found = planned(connection, positions)
        new = [part for whole in found for part in _split(whole, run.settings.range_records)]
        with warehouse.transaction(connection):
            ledger.save_topics(connection, identities)
            ledger.save_beginnings(connection, {at: beginning for at, (beginning, _) in positions.items()})
            midway()
            ledger.intend(connection, run.id, new)
    return [*pending, *new]


def _split(wanted: Range, records: int) -> list[Range]:
    starts = range(wanted.start, wanted.end, records)
    return [Range(wanted.topic, wanted.partition, at, min(at + records, wanted.end)) for at in starts]


def _land(run: PassContext, planned: Sequence[Range]) -> None:
    from connectors.beam import pipeline  # three seconds, paid only if there is a range to land
    from connectors.beam.transforms import LandRanges

    with fencing.open_fenced(run.home.warehouse, run.fence) as connection:
        unproven = rule_of(run.home, connection)
    reject = partial(_reject, run.cluster)
    write = WriteRange(run.home.landing, run.kill_switch("land.during"))
    land = LandRanges(ranges.RangeReader(run.cluster), unproven, reject, write)
    pipeline.run(planned, land, flink_of(run.settings))


@dataclass(frozen=True)
class WriteRange:
    """A picklable callable for Beam: it writes the file of a range."""

    landing: AnyPath
    midway: Callable[[], None]

    def __call__(self, wanted: Range, chunks: Iterable[Chunk]) -> None:
        landing.write_chunks(self.landing, TOPIC_BY_NAME[wanted.topic], wanted, chunks, self.midway)


def _reject(cluster: Cluster, rejections: Sequence[tuple[Record, str, str]]) -> None:
    """Send the dead letters and wait for their acknowledgement; only then may the file count them as sent."""
    letters = [producer.dead_letter(*rejection, stage="decode", attempt=1) for rejection in rejections]
    producer.send(cluster, letters)
