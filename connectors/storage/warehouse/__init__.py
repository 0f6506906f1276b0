"""The private build database: its tables, and views over the landed files."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any

import duckdb

from connectors.storage.home.objects import AnyPath, ObjectPath
from connectors.storage.warehouse import migrations
from connectors.storage.warehouse.landed_columns import check_columns, find_unknown, types_of
from tokenshare.errors import UsageError
from tokenshare.offsets import RETIRED, Range
from tokenshare.topics import FETCHED, TOPICS, Topic

Connection = duckdb.DuckDBPyConnection
Relations = frozenset[tuple[str, str]]  # tables and views, as (schema, name)
BUILT = "intermediate"  # dbt's schema of the models before the metrics
SCHEMA = (Path(__file__).parent / "warehouse.sql").read_text()
FORM = sha256(SCHEMA.encode()).hexdigest()
BLOCK_BYTES = 16_384  # the least there is: of hundreds of small tables each writes blocks of its own
CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "default_block_size": BLOCK_BYTES,
    "custom_user_agent": "tokenshare",  # dbt would name itself, and could then not join an open connection
}
_SETTING_UP = Lock()  # two threads with one file would each set up what the other has locked
TORN = ("not a valid DuckDB database", "Could not read enough bytes")  # DuckDB's messages for a truncated file


class WarehouseLocked(UsageError):
    """Another process has the build database open."""


@contextmanager
def open_warehouse(path: Path) -> Iterator[Connection]:
    """A connection to the build database with its tables present.

    Raises WarehouseLocked naming the other process if it is open there, UsageError if the file is not a whole database.
    """
    with opened(path) as connection:
        if not has_form(connection):
            with transaction(connection):
                migrations.migrate(connection)
                connection.execute(SCHEMA)
                connection.execute("CREATE OR REPLACE TABLE ledger.form AS SELECT ? AS digest", [FORM])
        yield connection


@contextmanager
def opened(path: Path) -> Iterator[Connection]:
    """A connection to the build database as it is, its tables of whatever version."""
    connection = _connected(path)
    try:
        yield connection
    finally:
        connection.close()


def _connected(path: Path) -> Connection:
    try:
        return connect(path)
    except duckdb.IOException as error:
        if not any(word in str(error) for word in TORN):
            raise
        fix = "restore build from a backup, or copy the home again"
        raise UsageError(f"the build database {path.name} is damaged or truncated", fix) from error


def has_form(connection: Connection) -> bool:
    """True if our tables are those of this version: otherwise SCHEMA would run a score of times in a pass."""
    try:
        return connection.execute("SELECT digest FROM ledger.form").fetchone() == (FORM,)
    except duckdb.CatalogException:
        return False


def connect(path: Path) -> Connection:
    """A connection in UTC, without extensions from the network; x/0 is an error and never infinite."""
    try:
        connection = duckdb.connect(path, config=dict(CONFIG))
    except duckdb.IOException as error:
        if "lock" not in str(error).lower():
            raise
        holder = re.search(r"PID \d+", str(error))
        raise WarehouseLocked(
            f"the build database is open elsewhere ({holder[0] if holder else 'another process'})",
            "close that program; BI tools open published/tokenshare.duckdb instead",
        ) from error
    # A program without a file, as of `python -c`, counts as interactive: DuckDB would draw a bar on stdout.
    connection.execute("SET TimeZone='UTC'; SET ieee_floating_point_ops=false; SET enable_progress_bar=false")
    return connection


def connect_reader(path: Path) -> Connection:
    """A connection as of `connect` that reads this one file and nothing else, whatever the file's author put in it."""
    connection = duckdb.connect(path, read_only=True, config={**CONFIG, "enable_external_access": "false"})
    is_locked = "SELECT current_setting('lock_configuration')"
    with _SETTING_UP:
        if connection.execute(is_locked).fetchone() == (False,):  # else another reader in this process has set it up
            settings = "SET GLOBAL TimeZone='UTC'; SET GLOBAL ieee_floating_point_ops=false"
            connection.execute(f"{settings}; SET GLOBAL lock_configuration=true")
    return connection


@contextmanager
def reaching(connection: Connection, landing: AnyPath) -> Iterator[None]:
    """Let DuckDB read landed files from a store inside the block, and say so if the store is why it cannot.

    All connections to a database that one process has open share this.
    """
    if not isinstance(landing, ObjectPath):
        yield
        return
    if not connection.filesystem_is_registered("s3"):
        connection.register_filesystem(landing.file_system())
    try:
        yield
    except duckdb.Error:
        landing.require_store()
        raise


def views_of(connection: Connection, database: str | None = None) -> list[str]:
    """The views in the open database, or in an attached one: a view queries with its reader's rights."""
    query = """SELECT schema_name || '.' || view_name FROM duckdb_views()
        WHERE database_name = coalesce(?, current_database()) AND NOT internal ORDER BY ALL"""
    return [name for (name,) in connection.execute(query, [database]).fetchall()]


@contextmanager
def transaction(connection: Connection) -> Iterator[None]:
    """Commit the whole block, or roll all of it back."""
    connection.begin()
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


def has_relation(connection: Connection, schema: str, table: str, database: str | None = None) -> bool:
    """True if a table or view exists in the build database, or in another attached one."""
    return (schema, table) in relations_of(connection, database)


def relations_of(connection: Connection, database: str | None = None) -> Relations:
    """The tables and views of a database, as (schema, name); read once for many questions."""
    query = """SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = coalesce(?, current_database())
        UNION ALL
        SELECT schema_name, view_name FROM duckdb_views() WHERE database_name = coalesce(?, current_database())"""
    return frozenset(connection.execute(query, [database, database]).fetchall())


def relations_with(connection: Connection, column: str) -> Relations:
    """The relations of the build database with a column of that name, as (schema, name)."""
    query = """SELECT schema_name, table_name FROM duckdb_columns()
        WHERE database_name = current_database() AND column_name = ?"""
    return frozenset(connection.execute(query, [column]).fetchall())


def insert(connection: Connection, table: str, rows: Sequence[tuple[Any, ...]], on_conflict: str = "") -> None:
    """Append rows to a table in one statement: a statement for each row takes twenty times as long."""
    if rows:
        columns = ", ".join("unnest(?)" for _ in rows[0])
        connection.execute(
            f"INSERT INTO {table} SELECT {columns} {on_conflict}", [list(column) for column in zip(*rows, strict=True)]
        )


def show_landed(connection: Connection, landing: AnyPath) -> None:
    """Point the views `raw.<topic>` at exactly the files in the ledger; no other file is data.

    Raises UsageError if a file in the ledger is missing, or if a newer version wrote a column into it.
    """
    landed = {}
    for topic in TOPICS:
        files = landed_files(connection, landing, topic)
        connection.execute(f"CREATE OR REPLACE VIEW raw.{topic.table} AS {_select(topic, files)}")
        landed[topic] = files
    columns = _columns_of_views(connection)
    for topic, files in landed.items():
        if find_unknown(columns[topic.table], topic):
            for file in files:
                check_columns(file, topic)
    connection.execute(records_sql("raw"))


def landed_files(connection: Connection, landing: AnyPath, topic: Topic) -> list[AnyPath]:
    """The files with rows of a topic, by the ledger; raises UsageError if one is missing."""
    found = connection.execute(
        'SELECT topic, "partition", start_offset, end_offset FROM ledger.landed '
        "WHERE rows > 0 AND split_part(topic, ?, 1) = ? ORDER BY ALL",
        [RETIRED, topic.name],
    ).fetchall()
    return [_present(landing, Range(*row)) for row in found]


def _columns_of_views(connection: Connection) -> dict[str, list[str]]:
    """The columns of each view of landed files as DuckDB bound them when it was made, so no file is opened again."""
    query = """SELECT table_name, list(column_name) FROM duckdb_columns()
        WHERE database_name = current_database() AND schema_name = 'raw' GROUP BY ALL"""
    return dict(connection.execute(query).fetchall())


def records_sql(schema: str) -> str:
    """Statements for the view of all landed events of fetches, without a deployment's prefix, and for held statements.

    The models that choose among fetches leave held statements out, because a finding names their period; what a person
    has released counts as sound.
    """
    every = " UNION ALL ".join(
        f"SELECT '{topic.name}' AS topic_name, fetch_id, event_id FROM {schema}.{topic.table}" for topic in FETCHED
    )
    held = "relation VARCHAR, period_date DATE, fetch_id VARCHAR, entity VARCHAR"
    released = 'coherence_group VARCHAR, "check" VARCHAR, key VARCHAR'
    return (
        f"CREATE OR REPLACE VIEW {schema}.records AS {every}; "
        f"CREATE TABLE IF NOT EXISTS {schema}.held_statements ({held}); "
        f"CREATE TABLE IF NOT EXISTS {schema}.released_findings ({released})"
    )


def _present(landing: AnyPath, range: Range) -> AnyPath:
    path = landing / range.file_name
    if not path.exists():
        place = f"{range.topic}:{range.partition}:{range.start}-{range.end}"
        raise UsageError(f"the landed file {path} is missing", f"run `tokenshare land --range {place}`")
    return path


def _select(topic: Topic, files: Sequence[AnyPath]) -> str:
    """The rows of the files in the columns of the contract; a column younger than a file is null there."""
    columns = ", ".join(f'NULL::{type} AS "{name}"' for name, type in types_of(topic).items())
    empty = f"SELECT {columns} WHERE false"
    if not files:
        return empty
    listed = ", ".join("'" + str(file).replace("'", "''") + "'" for file in files)
    return f"{empty} UNION ALL BY NAME SELECT * FROM read_parquet([{listed}], union_by_name = true)"
