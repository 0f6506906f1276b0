"""The ledger in the build database: planned ranges, landed ranges, and the beginnings of partitions."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from connectors.storage.warehouse import Connection, insert, transaction
from tokenshare.errors import Busy
from tokenshare.offsets import RETIRED, Landed, Range


def intend(connection: Connection, run_id: str, ranges: Sequence[Range]) -> None:
    """Record the ranges to land before any work on them begins."""
    insert(connection, "ledger.intents", [(r.topic, r.partition, r.start, r.end, run_id) for r in ranges])


def intended(connection: Connection) -> list[Range]:
    """The ranges planned and not yet landed: a rerun lands exactly these first."""
    found = connection.execute('SELECT topic, "partition", start_offset, end_offset FROM ledger.pending ORDER BY ALL')
    return [Range(*row) for row in found.fetchall()]


def record_landed(
    connection: Connection, run_id: str, at: datetime, manifests: Sequence[Landed], midway: Callable[[], None]
) -> None:
    """Move the ledger, the only truth about progress, past the ranges in one transaction.

    Raises Busy if a range does not begin at the ledger's position: another pass has landed meanwhile.
    """
    rows = [
        (m.range.topic, m.range.partition, m.range.start, m.range.end, m.rows, m.rejected, run_id, at)
        for m in manifests
    ]
    with transaction(connection):
        _check_places(positions(connection), [manifest.range for manifest in manifests])
        for index, row in enumerate(rows):
            connection.execute("INSERT INTO ledger.landed VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
            if index == len(rows) // 2:
                midway()
        _record_strangers(connection, manifests)


def replace_strangers(connection: Connection, manifest: Landed) -> None:
    """Record anew which records of a landed range are unproven, inside a transaction of the caller."""
    at = manifest.range
    connection.execute(
        'DELETE FROM ledger.strangers WHERE topic = ? AND "partition" = ? AND start_offset BETWEEN ? AND ?',
        [at.topic, at.partition, at.start, at.end - 1],
    )
    _record_strangers(connection, [manifest])


def _record_strangers(connection: Connection, manifests: Sequence[Landed]) -> None:
    rows = [(m.range.topic, m.range.partition, *run) for m in manifests for run in m.unproven]
    insert(connection, "ledger.strangers", rows)


def _check_places(reached: dict[tuple[str, int], int], ranges: Sequence[Range]) -> None:
    for range in ranges:
        due = reached.get((range.topic, range.partition), range.start)
        if due != range.start:
            raise Busy(
                f"{range.topic} partition {range.partition} stands at {due}, not at {range.start}: "
                "another pass has landed meanwhile",
                "run again",
            )
        reached[range.topic, range.partition] = range.end


def positions(connection: Connection) -> dict[tuple[str, int], int]:
    """The next offset to land, by topic and partition; partitions never landed are missing."""
    found = connection.execute('SELECT topic, "partition", next_offset FROM ledger.positions').fetchall()
    return {(topic, partition): offset for topic, partition, offset in found}


READ_UP_TO = "read_up_to"  # dbt's variable of the offsets up to which a build read what is pushed


def landed_topics(connection: Connection) -> set[str]:
    """The topics with landed rows, those of an earlier life of a topic included."""
    query = "SELECT DISTINCT split_part(topic, ?, 1) FROM ledger.landed WHERE rows > 0"
    return {topic for (topic,) in connection.execute(query, [RETIRED]).fetchall()}


def due(connection: Connection, partitions: Iterable[tuple[str, int]]) -> dict[tuple[str, int], int]:
    """The next offset to read, by topic and partition.

    It is the ledger's position. Before that, it is the beginning of the partition when first seen, and 0 for a
    partition added to a known topic. Any other partition is missing.
    """
    known = known_topics(connection)
    begun = connection.execute('SELECT topic, "partition", first_offset FROM ledger.beginnings').fetchall()
    added = {(topic, partition): 0 for topic, partition in partitions if topic in known}
    return added | {(topic, partition): offset for topic, partition, offset in begun} | positions(connection)


def save_beginnings(connection: Connection, beginnings: Mapping[tuple[str, int], int]) -> None:
    """Save the first offset of each partition at first sight, so that a record lost before it landed is noticed."""
    rows = [(*at, offset) for at, offset in beginnings.items()]
    insert(connection, "ledger.beginnings", rows, "ON CONFLICT DO NOTHING")


def delete_beginnings(connection: Connection, partitions: Iterable[tuple[str, int]]) -> None:
    """Delete the beginnings of partitions whose offsets begin anew."""
    for at in partitions:
        connection.execute('DELETE FROM ledger.beginnings WHERE topic = ? AND "partition" = ?', list(at))


def exempt(connection: Connection, ends: Mapping[tuple[str, int], int]) -> None:
    """Save the offsets below which records need no proof, by topic and partition."""
    with transaction(connection):
        for (topic, partition), end in ends.items():
            connection.execute("INSERT OR REPLACE INTO ledger.unproven VALUES (?, ?, ?)", [topic, partition, end])


def exempted(connection: Connection) -> dict[tuple[str, int], int]:
    """The offset from which records need a proof, by topic and partition; elsewhere every record needs one."""
    found = connection.execute('SELECT topic, "partition", end_offset FROM ledger.unproven').fetchall()
    return {(topic, partition): offset for topic, partition, offset in found}


def save_topics(connection: Connection, identities: Mapping[str, str]) -> None:
    """Save Kafka's id of each topic, to notice a recreated topic."""
    for topic, identity in identities.items():
        connection.execute("INSERT OR REPLACE INTO ledger.topic_ids VALUES (?, ?)", [topic, identity])


def known_topics(connection: Connection) -> dict[str, str]:
    """The last seen id of each topic, by topic."""
    return dict(connection.execute("SELECT topic, topic_id FROM ledger.topic_ids").fetchall())
