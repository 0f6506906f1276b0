"""Records lost by Kafka: found before any planning, and accepted only by a person."""

from collections.abc import Iterator, Mapping, Sequence

from connectors.kafka import ranges
from connectors.kafka.ranges import Partition
from connectors.sources import SOURCES
from connectors.storage import archive, warehouse
from connectors.storage.landing import file_replacement, gaps
from connectors.storage.landing.gaps import Acceptance
from connectors.storage.warehouse import Connection, fencing, ledger
from flows.setup.context import PassContext
from tokenshare.offsets import Loss, Range
from tokenshare.sources import Source
from tokenshare.topics import FETCH_COMPLETED

Positions = Mapping[Partition, tuple[int, int]]


def check_losses(run: PassContext, connection: Connection, identities: Mapping[str, str], positions: Positions) -> None:
    """Raise RecordsLost naming every lost range, or record the losses if a person accepts them.

    The next pass fetches the sources of accepted losses again from the beginning. Until that fetch has landed
    completely, their metrics are held.
    """
    found = list(find(connection, identities, positions))
    if not found:
        return
    if not run.options.accepts_gaps_by:
        raise ranges.records_lost([loss.message for loss in found])
    for source in concerned(found):  # first: a kill right after it costs one needless fetch
        archive.forget(run.home.archive, source.id)
    acceptance = Acceptance(run.options.accepts_gaps_by, run.clock(), run.id, run.as_of)
    losses = [
        (loss, gaps.retire(connection, run.home.landing, loss, acceptance) if loss.is_retired else ()) for loss in found
    ]
    with warehouse.transaction(connection):
        gaps.record(connection, run.home.landing, losses, acceptance)
        ledger.delete_beginnings(connection, [(loss.topic, loss.partition) for loss in found])
        ledger.save_topics(connection, identities)
    file_replacement.delete_obsolete(connection, run.home.landing)


def ask_again(run: PassContext) -> None:
    """Let the next pass send again what torn fetches stated, since the answer may be the same and no news."""
    with fencing.open_fenced(run.home.warehouse, run.fence) as connection:
        torn = gaps.read_torn(connection)
    for source_id, days in torn:
        archive.forget(run.home.archive, source_id, days)


def find(connection: Connection, identities: Mapping[str, str], positions: Positions) -> Iterator[Loss]:
    """The records known to the ledger, as landed or planned, but missing in the topics."""
    known = ledger.known_topics(connection)
    recreated = {name for name, identity in known.items() if identities.get(name, identity) != identity}
    due = ledger.due(connection, positions)
    ahead = due | {(r.topic, r.partition): r.end for r in ledger.intended(connection)}
    landed = ledger.positions(connection)
    for at in sorted(due):
        beginning, end = positions.get(at, (0, 0))
        if at[0] in recreated:
            yield Loss(*at, due[at], None, beginning, "recreated", is_retired=at in landed)
        elif at[0] in identities:
            yield from _gone(at, due[at], ahead[at], beginning, end)


def concerned(losses: Sequence[Loss]) -> list[Source]:
    """The sources with possible records in the losses; all if a `fetch.completed` is lost: no fetch counts without."""
    topics = {loss.topic for loss in losses}
    return [s for s in SOURCES if FETCH_COMPLETED.name in topics or topics & {emitted.name for emitted in s.emits}]


def _gone(at: Partition, due: int, ahead: int, beginning: int, end: int) -> Iterator[Loss]:
    for lost in ranges.lost({at: due}, {at: (beginning, end)}):
        is_read = lost.end == due  # past the end of the topic: we had read these records
        yield Loss(
            *at,
            lost.start,
            lost.end,
            lost.start if is_read else beginning,
            "truncated" if is_read else "deleted",
            is_retired=is_read,
        )
    if due <= end < ahead:
        yield Loss(*at, end, ahead, due, "truncated")


def planned(connection: Connection, positions: Positions) -> list[Range]:
    """The new ranges: past everything landed or planned. No loss lies in them."""
    ahead = ledger.due(connection, positions)
    ahead |= {(r.topic, r.partition): r.end for r in ledger.intended(connection)}
    return ranges.plan(ahead, positions)
