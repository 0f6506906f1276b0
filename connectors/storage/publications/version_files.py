"""The rows shown of a metric as a Parquet file with a manifest, for readers without DuckDB, and its held candidate."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from connectors.storage.home import Home, atomic_files, modes
from connectors.storage.publications import csv_files, shown_rows
from connectors.storage.publications.candidates import grain_sql
from connectors.storage.publications.history import read_standings
from connectors.storage.publications.outline import quoted
from connectors.storage.publications.version_rows import query_of
from connectors.storage.warehouse import Connection, insert, transaction
from tokenshare.metrics import METRIC_BY_ID, Metric
from tokenshare.publication import Publication, Standing, cite_sources

CURRENT = "current.parquet"
METADATA = ("metric", "version", "as_of", "valid_through", "status", "digest")  # of the shown version, in its file


@dataclass(frozen=True)
class MetricFiles:
    """The files in the folder of a metric: the query for the rows of each by its name, and the manifest.

    `rows` is the digest of what the rows shown follow from.
    """

    queries: Mapping[str, str]
    manifest: Mapping[str, Any]
    rows: str = ""


def export(connection: Connection, home: Home, metrics: Sequence[Metric], csv: bool | None = None) -> None:
    """Write the file and manifest of each shown version, and the file of each held candidate; remove all others.

    A file that was written from the same, and untouched since, stays. `csv` adds a CSV file of each shown version, or
    removes it; None keeps the CSV files there are up to date.
    """
    files, written, left = files_of(connection), list[tuple[str, str, str]](), _left(connection)
    for metric in metrics:
        folder, own = home.published / metric.id, files.get(metric.id, MetricFiles({}, {}))
        for path in (*folder.glob("*.parquet"), *folder.glob("held/*.parquet")):
            if path.relative_to(folder).as_posix() not in own.queries:
                path.unlink()
        for name, query in own.queries.items():
            manifest = own.manifest if name == CURRENT else {}
            path, basis = folder / name, sha256(repr((query, manifest, own.rows)).encode()).hexdigest()
            if left.get(f"{metric.id}/{name}") != (basis, atomic_files.digest_of(path) if path.exists() else ""):
                _copy(connection, query, path, manifest)
            written.append((f"{metric.id}/{name}", basis, atomic_files.digest_of(path)))
        csv_files.write(connection, own.queries.get(CURRENT), folder, csv)
        if own.queries:
            atomic_files.write_if_changed(folder / "manifest.json", json.dumps(own.manifest, indent=2).encode())
    with transaction(connection):
        connection.execute("DELETE FROM decisions.version_files")
        insert(connection, "decisions.version_files", written)


def _left(connection: Connection) -> dict[str, tuple[str, str]]:
    """The basis and the digest of each file as it was left, by its path."""
    query = "SELECT path, basis, digest FROM decisions.version_files"
    return {path: (basis, digest) for path, basis, digest in connection.execute(query).fetchall()}


def files_of(connection: Connection) -> dict[str, MetricFiles]:
    """The files of every metric with a shown version or a held candidate."""
    standings = read_standings(connection)
    shown = read_shown(connection, standings)
    citations, digests = read_citations(connection, shown), shown_rows.digests_of(connection, shown)
    return {
        id: _files(METRIC_BY_ID[id], shown.get(id), standing.held, citations.get(id, ""), digests.get(id, ""))
        for id, standing in standings.items()
        if id in METRIC_BY_ID and (id in shown or standing.held)
    }


def read_shown(connection: Connection, standings: Mapping[str, Standing]) -> dict[str, Publication]:
    """The version of each metric shown to readers; none of an inactive one, which no source of the set-up feeds."""
    query = "SELECT metric FROM decisions.metric_states WHERE state = 'inactive'"
    inactive = {metric for (metric,) in connection.execute(query).fetchall()}
    return {id: found.shown for id, found in standings.items() if found.shown and id not in inactive}


def read_citations(connection: Connection, shown: Mapping[str, Publication]) -> dict[str, str]:
    """The citation of each metric, as of the rows that readers see; of one never shown, as of the newest pass."""
    query = "SELECT metric, m.citation, o.as_of FROM decisions.metric_states m LEFT JOIN decisions.origin o ON true"
    found: dict[str, str] = {}
    for id, template, newest in connection.execute(query).fetchall():
        moments = [moment for moment in (newest, shown[id].valid_through if id in shown else None) if moment]
        found[id] = cite_sources(template, min(moments)) if moments else ""
    return found


def _files(
    metric: Metric, shown: Publication | None, held: Publication | None, citation: str, rows: str
) -> MetricFiles:
    queries, order = {}, f"ORDER BY {grain_sql(metric)}"
    if shown:
        queries[CURRENT] = (
            f"SELECT *, '{quoted(citation)}' AS citation FROM ({shown_rows.query_of(metric, shown)}) {order}"
        )
    if held:
        queries[f"held/{held.version}.parquet"] = f"{query_of(metric, held.version)} {order}"
    fields = {"shown": _fields(shown) if shown else None, "held": _fields(held) if held else None}
    return MetricFiles(queries, {"metric": metric.id, "citation": citation, **fields}, rows)


def _copy(connection: Connection, query: str, path: Path, manifest: Mapping[str, Any]) -> None:
    atomic_files.make_folder(path.parent)
    draft = path.with_name(f".{path.name}.tmp")
    shown = manifest.get("shown") or {}
    stated = {"citation": manifest.get("citation"), **{name: shown.get(name) for name in METADATA}}
    metadata = ", ".join(f"{name}: '{quoted(value)}'" for name, value in stated.items() if value is not None)
    options = f"FORMAT parquet, KV_METADATA {{{metadata}}}" if metadata else "FORMAT parquet"
    connection.execute(f"COPY ({query}) TO '{quoted(draft)}' ({options})")
    draft.chmod(modes.of_file_in(path.parent))
    atomic_files.move(draft, path)


def _fields(publication: Publication) -> Mapping[str, Any]:
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in vars(publication).items()
    }
