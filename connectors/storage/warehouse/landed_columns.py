"""Columns of landed files beside the contract of their topic: a younger column is null, an unknown one is refused."""

from collections.abc import Collection
from functools import cache
from importlib.metadata import version
from typing import Any

from connectors.storage.home.objects import AnyPath, opened
from tokenshare.columns import columns_of
from tokenshare.errors import UsageError
from tokenshare.topics import Topic

WRITTEN_BY = b"tokenshare.version"
COORDINATE_TYPES = {
    "topic": "VARCHAR",
    "partition": "INTEGER",
    "offset": "BIGINT",
    "timestamp": "TIMESTAMPTZ",
}


@cache
def our_version() -> str:
    """The version of this code, kept in every file it lands."""
    return version("tokenshare")


def types_of(topic: Topic) -> dict[str, str]:
    """The SQL types of a landed file: the columns of the contract, then the coordinates of a record."""
    return {column.name: column.sql_type for column in columns_of(topic.event)} | COORDINATE_TYPES


def find_younger(path: AnyPath, topic: Topic) -> list[str]:
    """The columns of the contract that a file lacks: they read as null."""
    found = _schema(path).names
    return [name for name in types_of(topic) if name not in found]


def check_columns(path: AnyPath, topic: Topic) -> None:
    """Raise UsageError naming a column unknown to the contract, the version that wrote it, and ours."""
    schema = _schema(path)
    unknown = find_unknown(schema.names, topic)
    if unknown:
        writer = (schema.metadata or {}).get(WRITTEN_BY, b"an unnamed version").decode()
        raise UsageError(
            f"the landed file {path.name} of {topic.name} has the column {unknown[0]}, written by tokenshare {writer} "
            f"and unknown to {our_version()}",
            "upgrade tokenshare",
        )


def _schema(path: AnyPath) -> Any:
    import pyarrow.parquet as pq  # a third of a second, and no look reads a landed file

    return pq.read_schema(opened(path))


def find_unknown(names: Collection[str], topic: Topic) -> list[str]:
    """The names that are no column of the contract."""
    return [name for name in names if name not in types_of(topic)]
