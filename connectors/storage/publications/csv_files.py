"""The rows shown of a metric as CSV, for readers without a library: beside its Parquet file, for those who ask for it.

Without the moment up to which the rows are confirmed, which the manifest has, a file changes with its rows alone, and
one that has not changed is not written.
"""

from pathlib import Path

from connectors.storage.home import atomic_files
from connectors.storage.warehouse import Connection

NAME = "current.csv"
LEFT_OUT = ("as_of", "citation")  # in the manifest
MEMORY = "memory"


def write(connection: Connection, query: str | None, folder: Path, is_wanted: bool | None) -> None:
    """Write the rows of a query, or remove the file if there is no query or it is not wanted.

    With `is_wanted` None a file that is there is kept up to date.
    """
    path = folder / NAME
    if query is None or not (path.exists() if is_wanted is None else is_wanted):
        path.unlink(missing_ok=True)
        return
    body = _text(connection, f"SELECT * EXCLUDE ({', '.join(LEFT_OUT)}) FROM ({query})")
    atomic_files.write_if_changed(path, body)


def _text(connection: Connection, query: str) -> bytes:
    """DuckDB's CSV: a header, ISO dates, every digit of a number, nothing for null and two quotes for an empty text."""
    from fsspec import filesystem  # for those alone who ask for CSV

    memory = filesystem(MEMORY)
    if not connection.filesystem_is_registered(MEMORY):
        connection.register_filesystem(memory)
    name = f"/{id(connection)}.csv"
    try:
        connection.execute(f"COPY ({query}) TO '{MEMORY}:/{name}' (FORMAT csv, HEADER)")
        return bytes(memory.cat(name))
    finally:
        memory.rm(name)
