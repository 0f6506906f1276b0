"""The relations of the published file as a mirror takes them: columns, comments, key, digest, and rows as text."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from connectors.storage.publications.published import open_published
from connectors.storage.warehouse import Connection
from tokenshare.mirrors import PublishedColumn, PublishedFile, PublishedRelation

BLOCK_ROWS = 20_000
KEY = re.compile(r"Key: ([a-z0-9_, ]+)\.$")  # how the comment of a relation ends, see `bi.comment`
RELATIONS = """
SELECT schema_name, table_name, tables.comment, list(column_name ORDER BY column_index),
    list(data_type ORDER BY column_index), list(coalesce(columns.comment, '') ORDER BY column_index)
FROM duckdb_tables() AS tables JOIN duckdb_columns() AS columns USING (database_name, schema_name, table_name)
WHERE database_name = current_database() GROUP BY ALL ORDER BY ALL
"""
ESCAPES = (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r"))  # of PostgreSQL's text format


@contextmanager
def read_published(path: Path, home: str) -> Iterator[PublishedFile]:
    """The published file, open inside the block, so that all rows are of one moment. Raises as `open_published`."""
    with open_published(path) as connection:
        found = [_relation(connection, *row) for row in connection.execute(RELATIONS).fetchall()]
        ((as_of,),) = connection.execute("SELECT max(as_of)::VARCHAR FROM catalog.runs").fetchall()
        yield PublishedFile(home, as_of or "", found, lambda relation: _lines(connection, relation))


def _relation(
    connection: Connection, schema: str, name: str, comment: str | None, *columns: list[str]
) -> PublishedRelation:
    key = KEY.search(comment or "")
    made = tuple(PublishedColumn(*column) for column in zip(*columns, strict=True))
    digest = _digest(connection, schema, name)
    return PublishedRelation(schema, name, comment or "", made, tuple(key[1].split(", ")) if key else (), digest)


def _digest(connection: Connection, schema: str, name: str) -> str:
    """A digest of the rows in any order. Another version of DuckDB may hash otherwise: then all is copied once more."""
    sums = "count(*), bit_xor(hash(row)), sum(hash(row))"
    ((*found,),) = connection.execute(f'SELECT {sums} FROM {schema}."{name}" AS row').fetchall()
    return "-".join(map(str, (duckdb.__version__, *found)))


def _lines(connection: Connection, relation: PublishedRelation) -> Iterator[bytes]:
    columns = ", ".join(map(_text, relation.columns))
    found = connection.execute(f'SELECT concat_ws(chr(9), {columns}) FROM {relation.schema}."{relation.name}"')
    while rows := found.fetchmany(BLOCK_ROWS):
        yield "".join(f"{line}\n" for (line,) in rows).encode()


def _text(column: PublishedColumn) -> str:
    """The SQL for a value as PostgreSQL's COPY reads it; DuckDB's own text of numbers, dates and moments is exact."""
    text = f'"{column.name}"::VARCHAR'
    if column.is_nested:
        text = f'to_json("{column.name}")::VARCHAR'
    if column.is_nested or column.type == "VARCHAR":
        for character, escape in ESCAPES:
            text = f"replace({text}, chr({ord(character)}), '{escape}')"
    return f"coalesce({text}, '\\N')"
