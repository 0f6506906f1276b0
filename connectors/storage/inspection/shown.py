"""The published files compared with the decisions: the database, the version files, their manifests."""

import json
import stat
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from connectors.storage.home import Home
from connectors.storage.inspection import reading
from connectors.storage.publications import published, version_rows
from connectors.storage.publications.candidates import read_rows
from connectors.storage.publications.outline import quoted
from connectors.storage.publications.version_files import files_of
from connectors.storage.warehouse import Connection, views_of
from tokenshare.errors import UsageError
from tokenshare.inspected import Difference
from tokenshare.metrics import METRIC_BY_ID, METRICS, Metric
from tokenshare.publication import Row

# Lists beside the numbers, not compared: a pass that ended early has moved their sources, and not yet the lists.
REPAIRS = ("gaps", "dead_letters", "dead_letter_outcomes")
BESIDE = frozenset({"runs", "ledger", "skips", *REPAIRS, *published.GATHERED})
FILE = "published/tokenshare.duckdb"
REBUILD = "the file that the next pass rebuilds"
MEND = "run `tokenshare refresh`, which rebuilds it"


def read_unpublished(connection: Connection, home: Home, draft: Path) -> Iterator[Difference]:
    """The published file's differences from one composed anew in `draft`, by relation."""
    published.compose(connection, draft, METRICS, draft.parent)
    if not home.published_file.exists():
        yield Difference(FILE, problem="no file", example=REBUILD)
        return
    mode = stat.S_IMODE(home.published_file.stat().st_mode)
    if mode & 0o222:
        yield Difference(FILE, problem=f"mode {mode:04o}: it can be written", example=f"mode {published.MODE:04o}")
    try:
        _attach(connection, home.published_file, "shown")
        _attach(connection, draft, "wanted")
        yield from _compared(connection)
    except duckdb.Error as error:
        yield Difference(FILE, problem=f"not readable: {_line(error)}", example=REBUILD)


def read_unfiled(connection: Connection, home: Home) -> Iterator[Difference]:
    """The files of metrics and their manifests that differ from the decisions."""
    for id, files in files_of(connection).items():
        folder = home.published / id
        for name, query in files.queries.items():
            yield from _filed(connection, home, folder / name, query)
        yield from _manifest(home, folder / "manifest.json", files.manifest)


def read_unvintaged(connection: Connection, home: Home, versions: Collection[tuple[str, int]]) -> Iterator[Difference]:
    """Versions not reproduced by the vintages in the published file.

    Raises UsageError if the file is not readable.
    """
    with reading("the published file", MEND):
        _attach_tables(connection, home.published_file)
        for id, version in sorted(versions):
            metric = METRIC_BY_ID[id]
            found = f"FROM ({version_rows.query_of(metric, version, 'shown.vintages')})"
            wanted = f"FROM ({version_rows.query_of(metric, version)})"
            yield from _differing(connection, f"{FILE}: vintages.{id} of version {version}", found, wanted)


def read_shown(connection: Connection, home: Home, metric: Metric) -> tuple[Row, ...]:
    """The rows shown to readers, in the columns of the contract; raises UsageError if the file is not readable."""
    if not home.published_file.exists():
        raise UsageError("there is no published file", MEND)
    with reading("the published file", MEND):
        _attach_tables(connection, home.published_file)
        return read_rows(connection, metric, f"shown.{metric.relation}")


def _compared(connection: Connection) -> Iterator[Difference]:
    shown, wanted = (_relations(connection, name) for name in ("shown", "wanted"))
    for relation in sorted(shown.keys() | wanted.keys()):
        where = f"{FILE}: {relation}"
        if relation not in wanted:
            yield Difference(where, problem="a relation that was not decided", example="no such relation")
        elif relation not in shown:
            yield Difference(where, problem="no relation", example="a relation of that name")
        elif shown[relation] != wanted[relation]:
            yield Difference(where, problem=f"columns {shown[relation]}", example=f"columns {wanted[relation]}")
        elif relation.partition(".")[2] not in BESIDE:
            yield from _differing(connection, where, f"FROM shown.{relation}", f"FROM wanted.{relation}")


def _relations(connection: Connection, database: str) -> dict[str, str]:
    query = """SELECT schema_name || '.' || table_name, string_agg(column_name || ' ' || data_type, ', '
        ORDER BY column_index) FROM duckdb_columns() WHERE database_name = ? AND NOT internal GROUP BY ALL"""
    views = dict.fromkeys(views_of(connection, database), "of a view")  # never queried: they differ already
    return dict(connection.execute(query, [database]).fetchall()) | views


def _differing(connection: Connection, where: str, shown: str, wanted: str) -> Iterator[Difference]:
    counts = []
    example: tuple[Any, ...] | None = None
    for here, there in ((shown, wanted), (wanted, shown)):
        surplus = f"(SELECT * {here}) EXCEPT ALL (SELECT * {there})"
        counts.append(connection.execute(f"SELECT count(*) FROM ({surplus})").fetchall()[0][0])
        if counts[-1]:
            example = connection.execute(f"SELECT * FROM ({surplus}) ORDER BY ALL LIMIT 1").fetchone()
    if any(counts):
        text = ", ".join(str(value) for value in example or ())[:160]
        yield Difference(where, extra=counts[0], lacking=counts[1], example=text)


def _filed(connection: Connection, home: Home, path: Path, query: str) -> Iterator[Difference]:
    where = str(path.relative_to(home.root))
    if not path.exists():
        yield Difference(where, problem="no file", example="the rows of its version")
        return
    try:
        yield from _differing(connection, where, f"FROM read_parquet('{quoted(path)}')", f"FROM ({query})")
    except duckdb.Error as error:
        yield Difference(where, problem=f"not readable: {_line(error)}", example="the rows of its version")


def _manifest(home: Home, path: Path, wanted: Mapping[str, Any]) -> Iterator[Difference]:
    where = str(path.relative_to(home.root))
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        yield Difference(where, problem="no manifest that can be read", example="the shown version and the held one")
        return
    if found != wanted:
        yield Difference(where, problem="another manifest", example="the shown version and the held one")


def _attach(connection: Connection, path: Path, name: str) -> None:
    """Attach a file for the life of the connection: it serves one inspection."""
    connection.execute(f"ATTACH IF NOT EXISTS '{quoted(path)}' AS {name} (READ_ONLY)")


def _attach_tables(connection: Connection, path: Path) -> None:
    """Attach the published file; raises UsageError if it has views."""
    _attach(connection, path, "shown")
    published.require_tables(connection, "shown")


def _line(error: Exception) -> str:
    lines: Sequence[str] = str(error).splitlines()
    return lines[0][:100] if lines else type(error).__name__
