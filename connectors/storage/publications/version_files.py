"""The rows shown of a metric as a Parquet file with a manifest, for readers without DuckDB, and its held candidate."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from connectors.storage.home import Home, atomic_files, modes
from connectors.storage.publications import shown_rows
from connectors.storage.publications.candidates import columns_sql, grain_sql
from connectors.storage.publications.history import read_standing
from connectors.storage.publications.version_rows import of_version
from connectors.storage.warehouse import Connection
from tokenshare.metrics import Metric
from tokenshare.publication import Publication

CURRENT = "current.parquet"
METADATA = ("metric", "version", "as_of", "valid_through", "status", "digest")  # of the shown version, in its file


def export(connection: Connection, home: Home, metric: Metric) -> None:
    """Write the file and manifest of the shown version, and the file of the held candidate; remove all others."""
    folder, files = home.published / metric.id, files_of(connection, metric)
    for path in (*folder.glob("*.parquet"), *folder.glob("held/*.parquet")):
        if path.relative_to(folder).as_posix() not in files:
            path.unlink()
    for name, query in files.items():
        _copy(connection, query, folder / name, manifest_of(connection, metric) if name == CURRENT else {})
    if files:
        manifest = json.dumps(manifest_of(connection, metric), indent=2)
        atomic_files.write(folder / "manifest.json", manifest.encode())


def files_of(connection: Connection, metric: Metric) -> dict[str, str]:
    """The files in the folder of a metric, each with the query for its rows."""
    held, shown, files = read_standing(connection, metric).held, shown_rows.query_of(connection, metric), {}
    if shown:
        citation = f"(SELECT citation FROM decisions.metric_states WHERE metric = '{metric.id}')"
        files[CURRENT] = f"SELECT *, {citation} AS citation FROM ({shown}) ORDER BY {grain_sql(metric)}"
    if held:
        rows = f"FROM versions.{metric.id} WHERE {of_version(held.version)}"
        files[f"held/{held.version}.parquet"] = f"SELECT {columns_sql(metric)} {rows} ORDER BY {grain_sql(metric)}"
    return files


def manifest_of(connection: Connection, metric: Metric) -> dict[str, Any]:
    """The content of a manifest: the citation, the shown version, and the held candidate."""
    standing = read_standing(connection, metric)
    stated = connection.execute("SELECT citation FROM decisions.metric_states WHERE metric = ?", [metric.id])
    return {
        "metric": metric.id,
        "citation": "".join(stated.fetchone() or ()),
        "shown": _fields(standing.shown) if standing.shown else None,
        "held": _fields(standing.held) if standing.held else None,
    }


def quoted(path: Path) -> str:
    """A path escaped for a SQL string."""
    return str(path).replace("'", "''")


def _copy(connection: Connection, query: str, path: Path, manifest: Mapping[str, Any]) -> None:
    atomic_files.make_folder(path.parent)
    draft = path.with_name(f".{path.name}.tmp")
    shown = manifest.get("shown") or {}
    stated = {"citation": manifest.get("citation"), **{name: shown.get(name) for name in METADATA}}
    metadata = ", ".join(f"{name}: {_literal(value)}" for name, value in stated.items() if value is not None)
    options = f"FORMAT parquet, KV_METADATA {{{metadata}}}" if metadata else "FORMAT parquet"
    connection.execute(f"COPY ({query}) TO '{quoted(draft)}' ({options})")
    draft.chmod(modes.of_file_in(path.parent))
    atomic_files.move(draft, path)


def _literal(value: Any) -> str:
    return "'" + str(value).replace("'", "''") + "'"


def _fields(publication: Publication) -> Mapping[str, Any]:
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in vars(publication).items()
    }
