"""The versions of a metric as Parquet files with a manifest, for readers without DuckDB."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from connectors.storage.home import Home, atomic_files, modes
from connectors.storage.publications.candidates import columns_sql, grain_sql
from connectors.storage.publications.history import read_pruned, read_public, read_publications, read_standing
from connectors.storage.warehouse import Connection
from tokenshare.metrics import Metric
from tokenshare.publication import Publication


def export(connection: Connection, home: Home, metric: Metric) -> None:
    """Write the missing files of every public version, and of the held candidate in a folder of its own.

    The shown and the held version are also compared, and written again if their file was damaged.
    """
    standing = read_standing(connection, metric)
    folder = home.published / metric.id
    if standing.held:
        _copy(connection, metric, standing.held.version, folder / "held")
    if standing.shown:
        pruned = {version for id, version in read_pruned(connection) if id == metric.id}
        for version in sorted(set(read_public(connection, metric)) - pruned):
            if version == standing.shown.version or not _path(folder, version).exists():
                _copy(connection, metric, version, folder)
        atomic_files.write(folder / "manifest.json", json.dumps(manifest_of(connection, metric), indent=2).encode())


def manifest_of(connection: Connection, metric: Metric) -> dict[str, Any]:
    """The content of a manifest: the shown version, and every version on record."""
    shown = read_standing(connection, metric).shown
    history = [_fields(p) for p in read_publications(connection, metric)]
    return {"metric": metric.id, "shown": _fields(shown) if shown else None, "publications": history}


def quoted(path: Path) -> str:
    """A path escaped for a SQL string."""
    return str(path).replace("'", "''")


def _copy(connection: Connection, metric: Metric, version: int, folder: Path) -> None:
    path = _path(folder, version)
    query = f"SELECT {columns_sql(metric)} FROM versions.{metric.id} WHERE version = {version}"
    if path.exists() and _has_rows(connection, path, query):
        return
    atomic_files.make_folder(folder)
    draft = folder / f".{path.name}.tmp"
    connection.execute(f"COPY ({query} ORDER BY {grain_sql(metric)}) TO '{quoted(draft)}' (FORMAT parquet)")
    draft.chmod(modes.of_file_in(folder))
    atomic_files.move(draft, path)


def _has_rows(connection: Connection, path: Path, query: str) -> bool:
    """True if a file contains exactly the rows of the query; False if it is damaged.

    A file may lack a column that the contract has gained since: the rows then have no value there.
    """
    stored = f"SELECT * FROM read_parquet('{quoted(path)}')"
    try:
        names = [column[0] for column in connection.execute(f"DESCRIBE {stored}").fetchall()]
        gained = [column[0] for column in connection.execute(f"DESCRIBE {query}").fetchall() if column[0] not in names]
        valued = " OR ".join(f'"{name}" IS NOT NULL' for name in gained) or "false"
        kept = ", ".join(f'"{name}"' for name in names)
        own = f"SELECT {kept} FROM ({query})"
        parts = (f"({own}) EXCEPT ALL ({stored})", f"({stored}) EXCEPT ALL ({own})", f"{own} WHERE {valued}")
        differing = " UNION ALL ".join(f"({part})" for part in parts)
        return connection.execute(f"SELECT count(*) FROM ({differing})").fetchone() == (0,)
    except duckdb.Error:
        return False


def _path(folder: Path, version: int) -> Path:
    return folder / f"{version}.parquet"


def _fields(publication: Publication) -> Mapping[str, Any]:
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in vars(publication).items()
    }
