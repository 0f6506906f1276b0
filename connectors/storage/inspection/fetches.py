"""Landed fetches: what has landed of each, and which of its rows its payload does not give."""

from collections.abc import Sequence

from connectors.storage import landing as files
from connectors.storage.inspection import reading
from connectors.storage.inspection.landed import RESTORE
from connectors.storage.warehouse import Connection
from tokenshare.columns import columns_of
from tokenshare.events import Event
from tokenshare.inspected import LandedFetch
from tokenshare.offsets import Record
from tokenshare.topics import FETCH_COMPLETED, FETCHED, Topic

PLACE = "topic || ':' || \"partition\" || ':' || \"offset\""


def read_fetches(connection: Connection) -> list[LandedFetch]:
    """Every fetch with landed records that needed a proof, by source and id."""
    columns = 'source_id, fetch_id, event_id, topic, "partition", "offset"'
    events = " UNION ALL ".join(f"SELECT {columns} FROM raw.{topic.table}" for topic in FETCHED)
    query = f"""WITH events AS (
            SELECT source_id, fetch_id, min({PLACE}) AS first, count(DISTINCT event_id) AS events,
                sha256(string_agg(DISTINCT event_id, '' ORDER BY event_id)) AS digest
            FROM ({_needing_proof(f"({events})")}) GROUP BY ALL
        ),
        completed AS (
            SELECT source_id, fetch_id, min({PLACE}) AS first, digest AS stated, days
            FROM ({_needing_proof(f"raw.{FETCH_COMPLETED.table}")}) GROUP BY ALL
        )
        SELECT source_id, fetch_id, coalesce(events.first, completed.first), coalesce(events.events, 0),
            coalesce(events.digest, sha256('')), completed.stated, completed.days
        FROM events FULL JOIN completed USING (source_id, fetch_id) ORDER BY ALL"""
    with reading("a landed file", RESTORE):
        rows = connection.execute(query).fetchall()
    return [
        LandedFetch(source_id, fetch_id, first, count, digest, stated, None if days is None else tuple(days))
        for source_id, fetch_id, first, count, digest, stated, days in rows
    ]


def count_strange(connection: Connection, topic: Topic, fetch_id: str, events: Sequence[Event]) -> int:
    """The landed rows of a fetch that are not among these events, field by field."""
    expected = files.table_of(topic, [(Record(topic.name, 0, 0, 0, None, None), event) for event in events])
    columns = ", ".join(f'"{column.name}"' for column in columns_of(topic.event))
    landed = f"SELECT {columns} FROM raw.{topic.table} WHERE fetch_id = ?"
    connection.register("expected", expected)
    with reading("a landed file", RESTORE):
        query = f"SELECT count(*) FROM ({landed} EXCEPT SELECT {columns} FROM expected)"
        ((count,),) = connection.execute(query, [fetch_id]).fetchall()
    connection.unregister("expected")
    return int(count)


def _needing_proof(relation: str) -> str:
    """The rows of a relation that are not older than the secret of the home."""
    return f"""SELECT landed.* FROM {relation} AS landed ANTI JOIN ledger.unproven AS older
        ON older.topic = landed.topic AND older."partition" = landed."partition"
        AND landed."offset" < older.end_offset"""
