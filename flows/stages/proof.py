"""The proof that this home wrote a record: who makes the secret of an older home, and which records need a proof."""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from connectors import secret
from connectors.kafka import ranges
from connectors.kafka.ranges import Partition
from connectors.storage import home as homes
from connectors.storage.home import Home
from connectors.storage.warehouse import Connection, fencing, ledger
from flows.setup.context import PassContext
from tokenshare.proof import doubts
from tokenshare.record_batches import RecordBatch
from tokenshare.topics import TOPIC_NAMES


def begin_proof(run: PassContext) -> None:
    """Make the secret of a home without one. What its topics hold until now needs no proof, ever; the rest does."""
    if homes.has_secret(run.home):
        return
    ends = {at: end for at, (_, end) in ranges.positions(run.cluster, TOPIC_NAMES).items()}
    with fencing.open_fenced(run.home.warehouse, run.fence) as connection:
        ledger.exempt(connection, ends)
    homes.add_secret(run.home)


@dataclass(frozen=True)
class FindUnproven:
    """A picklable callable for Beam: the offsets of unproven records, each with the reason.

    It carries the path of the secret and never the secret; without a path no record needs a proof. `exempt` is the
    offset from which a partition does.
    """

    secret: Path | None
    exempt: Mapping[Partition, int]

    def __call__(self, batch: RecordBatch) -> dict[int, str]:
        if self.secret is None:
            return {}
        begin = self.exempt.get((batch.topic, batch.partition), 0)
        return doubts(secret.read(self.secret), batch[bisect_left(batch.offsets, begin) :])


def rule_of(home: Home, connection: Connection) -> FindUnproven:
    """Which records of a home need a proof; none until its first pass that makes a secret."""
    return FindUnproven(home.secret if homes.has_secret(home) else None, ledger.exempted(connection))
