"""The published file without rows: its schemas, tables and comments, made once by a home and copied by each pass."""

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from connectors.storage.home import atomic_files
from connectors.storage.warehouse import Connection, transaction

FILE_FORM = "STORAGE_VERSION 'v1.2.0', BLOCK_SIZE 16384"  # what DuckDB 1.2, the oldest client, can open
DIGITS = 16  # of each digest in the name of a file
SCHEMAS = ("catalog", "metrics", "marts", "vintages")
STATEMENT = re.compile(r"CREATE TABLE reader\.(\S+) AS\n(.*?);", re.DOTALL)
READ = """SELECT schema_name, table_name, column_name, data_type FROM duckdb_columns()
WHERE database_name = current_database() AND schema_name IN ('decisions', 'ledger') ORDER BY ALL"""
COLUMNS_OF = """
SELECT schema_name, table_name, list(column_name) FROM duckdb_columns() WHERE database_name = 'reader' GROUP BY ALL
"""
Comments = Mapping[str, tuple[str, Mapping[str, str]]]  # of each relation, and of its columns by their names


def queries_of(path: Path) -> dict[str, str]:
    """The relations that a file of SQL creates from queries, each with its query."""
    return dict(STATEMENT.findall(path.read_text()))


def columns_of_query(query: str) -> str:
    """The definition of a table with the columns of a query."""
    return f"AS FROM ({query}) LIMIT 0"


def lay(connection: Connection, draft: Path, tables: Mapping[str, str], comments: Comments, folder: Path) -> None:
    """Write a file of empty tables by their definitions, with comments; `folder` keeps it for the next pass.

    Its name has the digest of the definitions and that of its bytes: one that was damaged is made again.
    """
    read = connection.execute(READ).fetchall()  # tables defined by queries have their columns from these
    parts = (FILE_FORM, SCHEMAS, tables, comments, read)
    defined = sha256(json.dumps(parts).encode()).hexdigest()[:DIGITS]
    kept = [path for path in folder.glob(f"outline-{defined}-*.duckdb") if path.stem.endswith(_digest_of(path))]
    if kept:
        shutil.copyfile(kept[0], draft)
        return
    for older in folder.glob("*outline-*"):
        older.unlink()
    begun = folder / ".outline-begun.tmp"
    with attached(connection, begun):
        _create(connection, tables, comments)
    shutil.copyfile(begun, draft)
    atomic_files.move(begun, folder / f"outline-{defined}-{_digest_of(begun)}.duckdb")


def _digest_of(path: Path) -> str:
    return atomic_files.digest_of(path)[:DIGITS]


@contextmanager
def attached(connection: Connection, draft: Path) -> Iterator[None]:
    """A published file attached as `reader`, in a transaction."""
    connection.execute(f"ATTACH '{quoted(draft)}' AS reader ({FILE_FORM})")
    try:
        connection.execute("SET checkpoint_threshold = '1 byte'")  # a commit writes tables, and no log of them before
        with transaction(connection):
            yield
    finally:
        connection.execute("RESET checkpoint_threshold")
        connection.execute("DETACH reader")


def quoted(text: object) -> str:
    """A text or path escaped for a SQL string."""
    return str(text).replace("'", "''")


def _create(connection: Connection, tables: Mapping[str, str], comments: Comments) -> None:
    for schema in SCHEMAS:
        connection.execute(f"CREATE SCHEMA reader.{schema}")
    for relation, definition in tables.items():
        connection.execute(f"CREATE TABLE reader.{relation} {definition}")
    statements = []
    for schema, table, columns in connection.execute(COLUMNS_OF).fetchall():
        about, meanings = comments[f"{schema}.{table}"]
        statements.append(f"COMMENT ON TABLE reader.{schema}.{table} IS '{quoted(about)}'")
        statements += [
            f"COMMENT ON COLUMN reader.{schema}.{table}.\"{column}\" IS '{quoted(meanings[column])}'"
            for column in columns
        ]
    connection.execute("; ".join(statements))
