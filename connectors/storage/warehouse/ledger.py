"""The ledger in the build database: what was planned, what landed, and where each partition and topic began."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from connectors.storage.warehouse import Connection, insert, transaction
from tokenshare.errors import Busy
from tokenshare.offsets import Landed, Range


def intend(connection: Connection, run_id: str, ranges: Sequence[Range]) -> None:
    """Writes down the ranges to land before any work on them begins."""
    insert(connection, "ledger.intents", [(r.topic, r.partition, r.start, r.end, run_id) for r in ranges])


def intended(connection: Connection) -> list[Range]:
    """Ranges written down and not yet landed: a rerun lands exactly these first."""
    found = connection.execute('SELECT topic, "partition", start_offset, end_offset FROM ledger.pending ORDER BY ALL')
    return [Range(*row) for row in found.fetchall()]


def record_landed(
    connection: Connection, run_id: str, at: datetime, manifests: Sequence[Landed], midway: Callable[[], None]
) -> None:
    """Moves the ledger past the ranges, in one transaction: the only truth about progress.

    Raises Busy where a range does not begin where the ledger stands: another pass has landed meanwhile.
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


def due(connection: Connection, partitions: Iterable[tuple[str, int]]) -> dict[tuple[str, int], int]:
    """The next offset that is owed to us: where we stand, where a partition began when we first saw it, or 0 for a
    partition added since to a topic that we know; one of a topic never seen before is missing."""
    known = known_topics(connection)
    begun = connection.execute('SELECT topic, "partition", first_offset FROM ledger.beginnings').fetchall()
    added = {(topic, partition): 0 for topic, partition in partitions if topic in known}
    return added | {(topic, partition): offset for topic, partition, offset in begun} | positions(connection)


def save_beginnings(connection: Connection, beginnings: Mapping[tuple[str, int], int]) -> None:
    """Save where each partition began when it was first seen, so that a record that goes before it lands is missed."""
    for (topic, partition), offset in beginnings.items():
        connection.execute("INSERT OR IGNORE INTO ledger.beginnings VALUES (?, ?, ?)", [topic, partition, offset])


def delete_beginnings(connection: Connection, partitions: Iterable[tuple[str, int]]) -> None:
    """Delete the beginnings of partitions whose offsets begin anew."""
    for at in partitions:
        connection.execute('DELETE FROM ledger.beginnings WHERE topic = ? AND "partition" = ?', list(at))


def save_topics(connection: Connection, identities: Mapping[str, str]) -> None:
    """Save the id Kafka gave each topic, so that a recreated topic is noticed."""
    for topic, identity in identities.items():
        connection.execute("INSERT OR REPLACE INTO ledger.topic_ids VALUES (?, ?)", [topic, identity])


def known_topics(connection: Connection) -> dict[str, str]:
    """The ids under which the topics were last seen."""
    return dict(connection.execute("SELECT topic, topic_id FROM ledger.topic_ids").fetchall())
