"""The private build database: the ledger of what was planned and landed, and views over the landed files."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import duckdb

from connectors.storage.landing import schema_of
from tokenshare.columns import columns_of
from tokenshare.errors import Busy, UsageError
from tokenshare.offsets import RETIRED, Landed, Range
from tokenshare.topics import FETCH_COMPLETED, TOPICS, Topic

Connection = duckdb.DuckDBPyConnection
SCHEMA = (Path(__file__).parent / "warehouse.sql").read_text()
CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}
COORDINATE_TYPES = {
    "topic": "VARCHAR",
    "partition": "INTEGER",
    "offset": "BIGINT",
    "timestamp": "TIMESTAMPTZ",
}


class WarehouseLocked(UsageError):
    """Another process has the build database open."""


@contextmanager
def open_warehouse(path: Path) -> Iterator[Connection]:
    """A connection to the build database with its tables present; raises WarehouseLocked naming the process."""
    connection = connect(path)
    try:
        connection.execute(SCHEMA)
        yield connection
    finally:
        connection.close()


def connect(path: Path, is_read_only: bool = False) -> Connection:
    """A connection in UTC, without extensions from the network, in which x/0 is an error and never infinite."""
    try:
        connection = duckdb.connect(path, read_only=is_read_only, config=dict(CONFIG))
    except duckdb.IOException as error:
        if "lock" not in str(error).lower():
            raise
        holder = re.search(r"PID \d+", str(error))
        raise WarehouseLocked(
            f"the build database is open elsewhere ({holder[0] if holder else 'another process'})",
            "close that program; BI tools open published/tokenshare.duckdb instead",
        ) from error
    connection.execute("SET TimeZone='UTC'; SET ieee_floating_point_ops=false")
    return connection


@contextmanager
def transaction(connection: Connection) -> Iterator[None]:
    """All of the block or nothing of it."""
    connection.begin()
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


def intend(connection: Connection, run_id: str, ranges: Sequence[Range]) -> None:
    """Writes down the ranges to land before any work on them begins."""
    rows = [(r.topic, r.partition, r.start, r.end, run_id) for r in ranges]
    if rows:
        connection.executemany("INSERT INTO ledger.intents VALUES (?, ?, ?, ?, ?)", rows)


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
        _mind_places(positions(connection), [manifest.range for manifest in manifests])
        for index, row in enumerate(rows):
            connection.execute("INSERT INTO ledger.landed VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
            if index == len(rows) // 2:
                midway()


def _mind_places(reached: dict[tuple[str, int], int], ranges: Sequence[Range]) -> None:
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


def remember_beginnings(connection: Connection, beginnings: Mapping[tuple[str, int], int]) -> None:
    """Keeps where each partition began when it was first seen, so that what goes before it is landed is missed."""
    for (topic, partition), offset in beginnings.items():
        connection.execute("INSERT OR IGNORE INTO ledger.beginnings VALUES (?, ?, ?)", [topic, partition, offset])


def forget_beginnings(connection: Connection, partitions: Iterable[tuple[str, int]]) -> None:
    """Of partitions whose offsets begin anew."""
    for at in partitions:
        connection.execute('DELETE FROM ledger.beginnings WHERE topic = ? AND "partition" = ?', list(at))


def remember_topics(connection: Connection, identities: Mapping[str, str]) -> None:
    """Keeps the id Kafka gave each topic, so that a recreated topic is noticed."""
    for topic, identity in identities.items():
        connection.execute("INSERT OR REPLACE INTO ledger.topic_ids VALUES (?, ?)", [topic, identity])


def known_topics(connection: Connection) -> dict[str, str]:
    """The ids under which the topics were last seen."""
    return dict(connection.execute("SELECT topic, topic_id FROM ledger.topic_ids").fetchall())


def show_landed(connection: Connection, landing: Path) -> None:
    """Points the views `raw.<topic>` at exactly the files the ledger knows; a file it does not know is not data.

    Raises UsageError where a file that it knows is missing.
    """
    for topic in TOPICS:
        found = connection.execute(
            'SELECT topic, "partition", start_offset, end_offset FROM ledger.landed '
            "WHERE rows > 0 AND split_part(topic, ?, 1) = ? ORDER BY ALL",
            [RETIRED, topic.name],
        ).fetchall()
        files = [str(_present(landing, Range(*row))) for row in found]
        connection.execute(f"CREATE OR REPLACE VIEW raw.{topic.table} AS {_select(topic, files)}")
    connection.execute(records_sql("raw"))


def records_sql(schema: str) -> str:
    """The view of all landed events, whatever their topic, named without a deployment's prefix."""
    every = " UNION ALL ".join(
        f"SELECT '{topic.name}' AS topic_name, fetch_id, event_id FROM {schema}.{topic.table}"
        for topic in TOPICS
        if topic is not FETCH_COMPLETED
    )
    return f"CREATE OR REPLACE VIEW {schema}.records AS {every}"


def _present(landing: Path, range: Range) -> Path:
    path = landing / range.file_name
    if not path.exists():
        place = f"{range.topic}:{range.partition}:{range.start}-{range.end}"
        raise UsageError(f"the landed file {path} is missing", f"run `tokenshare land --range {place}`")
    return path


def _select(topic: Topic, files: Sequence[str]) -> str:
    if files:
        listed = ", ".join("'" + file.replace("'", "''") + "'" for file in files)
        return f"SELECT * FROM read_parquet([{listed}])"
    types = {column.name: column.sql_type for column in columns_of(topic.event)} | COORDINATE_TYPES
    columns = ", ".join(f'NULL::{types[name]} AS "{name}"' for name in schema_of(topic).names)
    return f"SELECT {columns} WHERE false"
