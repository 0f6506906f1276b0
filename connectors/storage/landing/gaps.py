"""Losses accepted by a person: on record for ever, and open until their content has been stated again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import pyarrow as pa

from connectors.storage import landing as files
from connectors.storage.home.objects import AnyPath
from connectors.storage.landing.file_replacement import Change, NewFile, commit, read_landed, stage
from connectors.storage.warehouse import BUILT, Connection, has_relation
from tokenshare.offsets import RETIRED, Landed, Loss
from tokenshare.sources import Source
from tokenshare.topics import FETCH_COMPLETED, TOPIC_BY_NAME


@dataclass(frozen=True)
class Acceptance:
    """A person's acceptance of lost records, with its pass and that pass's as-of."""

    by: str
    at: datetime
    run_id: str
    as_of: datetime


@dataclass(frozen=True)
class OpenGap:
    """An accepted loss that a source has not yet restated completely."""

    place: str  # topic, partition and offsets, as one key
    source_id: str


def retire(connection: Connection, landing: AnyPath, loss: Loss, acceptance: Acceptance) -> list[NewFile]:
    """Write the landed rows of a partition under a retired topic name; nothing refers to these files until `record`."""
    topic = TOPIC_BY_NAME[loss.topic]
    found = read_landed(connection, loss.topic, loss.partition)
    generation = _generation(connection, loss)
    parts = [_retired(landed, generation, files.read_table(landing, landed.range, topic)) for landed in found]
    stage(connection, landing, parts, Change(acceptance.run_id, acceptance.at))
    return parts


def record(
    connection: Connection,
    landing: AnyPath,
    losses: Sequence[tuple[Loss, Sequence[NewFile]]],
    acceptance: Acceptance,
) -> None:
    """Record the gaps inside a transaction of the caller, and drop the pending intents of their partitions."""
    for loss, parts in losses:
        at = [loss.topic, loss.partition]
        connection.execute(
            """DELETE FROM ledger.intents WHERE topic = ? AND "partition" = ? AND start_offset IN (
                SELECT start_offset FROM ledger.pending WHERE topic = ? AND "partition" = ?
            )""",
            [*at, *at],
        )
        if loss.is_retired:
            _rename(connection, landing, loss, parts, acceptance)
        if loss.cause != "deleted":  # Kafka gives out these offsets again, to records that need a proof
            connection.execute(
                'UPDATE ledger.unproven SET end_offset = least(end_offset, ?) WHERE topic = ? AND "partition" = ?',
                [0 if loss.cause == "recreated" else loss.start, *at],
            )
        connection.execute(
            "INSERT INTO ledger.gaps VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                *at,
                loss.start,
                loss.end,
                loss.resumed_at,
                loss.cause,
                acceptance.as_of,
                acceptance.at,
                acceptance.by,
                acceptance.run_id,
            ],
        )


def read_open(connection: Connection, sources: Sequence[Source]) -> list[OpenGap]:
    """The open gaps: one for each source that has not restated all it may have lost in the gap."""
    listed = connection.execute(
        'SELECT split_part(topic, ?, 1), topic, "partition", start_offset, end_offset, accepted_at '
        'FROM ledger.gaps ORDER BY accepted_at, topic, "partition", start_offset',
        [RETIRED],
    ).fetchall()
    return [
        OpenGap(f"{name} {partition} {start}-{'?' if end is None else end}", source.id)
        for topic, name, partition, start, end, accepted_at in listed
        for source in sources
        if topic in {FETCH_COMPLETED.name, *(emitted.name for emitted in source.emits)}
        and not _is_whole(connection, source.id, accepted_at)
    ]


def read_torn(connection: Connection) -> list[tuple[str, list[date] | None]]:
    """The source and the days of each fetch that landed in part and was not replaced; None for all its days."""
    if not has_relation(connection, BUILT, "int_fetches_verified"):
        return []
    return connection.execute(
        f"SELECT source_id, days FROM {BUILT}.int_fetches_verified WHERE is_pending ORDER BY ALL"
    ).fetchall()


def _is_whole(connection: Connection, source_id: str, accepted_at: datetime) -> bool:
    """True if one fetch has stated again everything the source may have lost in a gap.

    Nobody can read the lost records, and they may be of any day, so no single record closes a gap. A fetch closes it if

    - it is complete: its landed records equal its fetch.completed, so none of them is in this or another gap;
    - its fetch.completed was sent after the gap was accepted, so none of its records is among the lost ones;
    - it states all that it asked for: a fetch with `days` states those alone.
    """
    if not has_relation(connection, BUILT, "int_fetches_verified"):
        return False
    found = connection.execute(
        f"""SELECT count(*) FROM {BUILT}.int_fetches_verified SEMI JOIN (
            SELECT fetch_id FROM raw.{FETCH_COMPLETED.table} WHERE "timestamp" > ?
        ) USING (fetch_id)
        WHERE source_id = ? AND is_complete AND days IS NULL""",
        [accepted_at, source_id],
    ).fetchone()
    return bool(found and found[0])


def _retired(landed: Landed, generation: int, table: pa.Table) -> NewFile:
    """The same rows under the retired topic's name."""
    range = landed.range.retired(generation)
    place = table.schema.get_field_index("topic")
    named = pa.array([range.topic] * table.num_rows, pa.string())
    return NewFile.of(range, table.set_column(place, table.schema.field(place), named), landed.rejected)


def _generation(connection: Connection, loss: Loss) -> int:
    """The next free number for a retired name of the partition."""
    found = connection.execute(
        """SELECT count(DISTINCT topic) FROM (
            SELECT topic, "partition" FROM ledger.landed UNION ALL SELECT topic, "partition" FROM ledger.gaps
        ) WHERE split_part(topic, ?, 1) = ? AND topic <> ? AND "partition" = ?""",
        [RETIRED, loss.topic, loss.topic, loss.partition],
    ).fetchone()
    return 1 + (found[0] if found else 0)


def _rename(
    connection: Connection, landing: AnyPath, loss: Loss, parts: Sequence[NewFile], acceptance: Acceptance
) -> None:
    generation = _generation(connection, loss)
    old = [landed.range for landed in read_landed(connection, loss.topic, loss.partition)]
    for table in ("ledger.gaps", "ledger.unproven", "ledger.strangers", "decisions.lineage"):
        connection.execute(
            f'UPDATE {table} SET topic = ? WHERE topic = ? AND "partition" = ?',
            [f"{loss.topic}{RETIRED}{generation}", loss.topic, loss.partition],
        )
    commit(connection, landing, old, parts, Change(acceptance.run_id, acceptance.at))
