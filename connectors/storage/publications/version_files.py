"""The rows shown of a metric as a Parquet file with a manifest, for readers without DuckDB, and its held candidate."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connectors.storage.home import Home, atomic_files, modes
from connectors.storage.publications import csv_files, shown_rows
from connectors.storage.publications.candidates import grain_sql
from connectors.storage.publications.history import read_standings
from connectors.storage.publications.outline import quoted
from connectors.storage.publications.version_rows import query_of
from connectors.storage.warehouse import Connection
from tokenshare.metrics import METRIC_BY_ID, Metric
from tokenshare.publication import Publication, Standing, cite_sources

CURRENT = "current.parquet"
METADATA = ("metric", "version", "as_of", "valid_through", "status", "digest")  # of the shown version, in its file


@dataclass(frozen=True)
class MetricFiles:
    """The files in the folder of a metric: the query for the rows of each by its name, and the manifest.

    `metadata` is what the file of the shown version states of itself.
    """

    queries: Mapping[str, str]
    manifest: Mapping[str, Any]
    metadata: Mapping[str, str]


def export(connection: Connection, home: Home, metrics: Sequence[Metric], csv: bool | None = None) -> None:
    """Write the file and manifest of each shown version, and the file of each held candidate; remove all others.

    A file that has those rows already stays. `csv` adds a CSV file of each shown version, or removes it; None keeps the
    CSV files there are up to date.
    """
    files = files_of(connection)
    for metric in metrics:
        folder, own = home.published / metric.id, files.get(metric.id, MetricFiles({}, {}, {}))
        for path in (*folder.glob("*.parquet"), *folder.glob("held/*.parquet")):
            if path.relative_to(folder).as_posix() not in own.queries:
                path.unlink()
        for name, query in own.queries.items():
            stated = own.metadata if name == CURRENT else {}
            if not _states(folder / name, stated):
                _copy(connection, query, folder / name, stated)
        csv_files.write(connection, own.queries.get(CURRENT), folder, csv)
        if own.queries:
            _write(folder / "manifest.json", json.dumps(own.manifest, indent=2).encode())


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
    described = fields["shown"] or {}
    stated = {"citation": citation, "decisions_digest": rows, **{name: described.get(name) for name in METADATA}}
    metadata = {name: str(value) for name, value in stated.items() if value is not None}
    return MetricFiles(queries, {"metric": metric.id, "citation": citation, **fields}, metadata)


def _states(path: Path, metadata: Mapping[str, str]) -> bool:
    """True if the file is there, readable, and states of itself what its new one would."""
    from pyarrow import ArrowException, parquet  # a third of a second, which a look does not wait for

    try:
        found = parquet.read_metadata(path).metadata or {}
    except (OSError, ArrowException):
        return False
    return all(found.get(name.encode()) == value.encode() for name, value in metadata.items())


def _copy(connection: Connection, query: str, path: Path, metadata: Mapping[str, str]) -> None:
    atomic_files.make_folder(path.parent)
    draft = path.with_name(f".{path.name}.tmp")
    stated = ", ".join(f"{name}: '{quoted(value)}'" for name, value in metadata.items())
    options = f"FORMAT parquet, KV_METADATA {{{stated}}}" if stated else "FORMAT parquet"
    connection.execute(f"COPY ({query}) TO '{quoted(draft)}' ({options})")
    draft.chmod(modes.of_file_in(path.parent))
    atomic_files.move(draft, path)


def _write(path: Path, body: bytes) -> None:
    if not path.exists() or path.read_bytes() != body:
        atomic_files.write(path, body)


def _fields(publication: Publication) -> Mapping[str, Any]:
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in vars(publication).items()
    }
