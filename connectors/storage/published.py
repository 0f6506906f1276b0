"""The file BI reads: a pure function of the decisions, written whole beside the old one and swapped in."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from connectors.storage import durable
from connectors.storage.candidates import columns_sql, grain_sql, has_relation
from connectors.storage.history import read_publications, read_standing
from connectors.storage.home import Home
from connectors.storage.warehouse import Connection, connect
from tokenshare.columns import columns_of
from tokenshare.errors import UsageError
from tokenshare.metrics import Metric
from tokenshare.publication import Publication

CATALOG = (Path(__file__).parent / "published.sql").read_text()
PROVISIONAL = timedelta(days=3)  # the upstream restates that long after a period has ended
# What `status` lists beside the numbers, once dbt has built it.
LISTED = {
    "unserved_days": ("int_usage_gaps", "SELECT * FROM intermediate.int_usage_gaps ORDER BY usage_date"),
    "unknown_vendors": (
        "int_vendors_unmapped",
        "SELECT * FROM intermediate.int_vendors_unmapped ORDER BY tokens DESC",
    ),
    "unknown_tickers": ("int_tickers_unmapped", "SELECT * FROM intermediate.int_tickers_unmapped ORDER BY symbol"),
    "price_disagreements": (
        "int_price_disagreements",
        "SELECT * FROM intermediate.int_price_disagreements ORDER BY last_date DESC, model_id",
    ),
    "unmapped_prices": (
        "int_price_unmapped",
        "SELECT * FROM intermediate.int_price_unmapped ORDER BY provider, book_model",
    ),
    "unknown_organisations": (
        "int_organisations_unmapped",
        "SELECT * FROM intermediate.int_organisations_unmapped ORDER BY downloads_30_days DESC, organisation",
    ),
}
NOTHING_LISTED = {
    "unserved_days": "SELECT NULL::DATE AS usage_date WHERE false",
    "unknown_vendors": "SELECT NULL::VARCHAR AS author, NULL::BIGINT AS tokens WHERE false",
    "unknown_tickers": "SELECT NULL::VARCHAR AS symbol WHERE false",
    "price_disagreements": "SELECT NULL::VARCHAR AS model_id, NULL::DATE AS last_date WHERE false",
    "unmapped_prices": "SELECT NULL::VARCHAR AS provider, NULL::VARCHAR AS book_model WHERE false",
    "unknown_organisations": "SELECT NULL::VARCHAR AS organisation, NULL::BIGINT AS downloads_30_days WHERE false",
}
LENGTHS = {"week": "7 DAY", "month": "1 MONTH"}  # by what the column with the date is named for
DESCRIBED = ("title", "unit", "method", "denominator", "exclusions", "coverage", "owner", "relation", "group")


def digest_of(connection: Connection) -> str:
    """Digest of everything the published file is made from."""
    tables = ("publications", "gate_results", "restatements", "releases", "metric_states")
    counts = [connection.execute(f"SELECT count(*) FROM decisions.{table}").fetchone() for table in tables]
    states = connection.execute(
        "SELECT metric, version, as_of, valid_through, digest, status, held_since, reason FROM decisions.publications "
        "ORDER BY ALL"
    ).fetchall()
    return sha256(json.dumps([counts, states], default=str).encode()).hexdigest()


def is_current(connection: Connection, home: Home) -> bool:
    """Whether readers see the newest decisions; False after a kill between deciding and swapping."""
    if not home.published_file.exists():
        return False
    with open_published(home.published_file) as reader:
        found = reader.execute("SELECT decisions_digest FROM catalog.file").fetchone()
    return found == (digest_of(connection),)


def publish(connection: Connection, home: Home, metrics: Sequence[Metric], midway: Callable[[], None]) -> None:
    """Writes versions as Parquet, then the database, and swaps it in; readers see the old file or the new one."""
    durable.sweep(home.published)
    for metric in metrics:
        _export(connection, home, metric)
    draft = home.published / ".tokenshare.duckdb.tmp"
    draft.unlink(missing_ok=True)
    with _attached(connection, draft):
        connection.execute(CATALOG)
        for table, (relation, query) in LISTED.items():
            source = query if has_relation(connection, "intermediate", relation) else NOTHING_LISTED[table]
            connection.execute(f"CREATE TABLE reader.catalog.{table} AS {source}")
        _describe(connection, metrics)
        for metric in metrics:
            _show(connection, metric)
    draft.chmod(0o444)
    midway()
    durable.move(draft, home.published_file)


@contextmanager
def open_published(path: Path) -> Iterator[Connection]:
    """A read-only connection to the published file; close it before expecting to see a newer one."""
    if not path.exists():
        raise UsageError("nothing is published yet", "run `tokenshare refresh` or `tokenshare demo` first")
    connection = connect(path, is_read_only=True)
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def _attached(connection: Connection, draft: Path) -> Iterator[None]:
    connection.execute(f"ATTACH '{_quoted(draft)}' AS reader")
    try:
        yield
        connection.execute("CHECKPOINT reader")
    finally:
        connection.execute("DETACH reader")


def _describe(connection: Connection, metrics: Sequence[Metric]) -> None:
    described = ", ".join(f"{_column(name)} VARCHAR" for name in DESCRIBED)
    connection.execute(
        f"CREATE TABLE reader.catalog.metrics (metric VARCHAR, {described}, "
        "grain VARCHAR, freshness_limit INTERVAL, citation VARCHAR, state VARCHAR, reason VARCHAR)"
    )
    known = {row[0]: row[1:] for row in connection.execute("SELECT * FROM decisions.metric_states").fetchall()}
    for metric in metrics:
        state, reason, citation = known.get(metric.id, ("inactive", "", ""))
        card = [getattr(metric, name) for name in DESCRIBED]
        row = [metric.id, *card, ", ".join(metric.grain), metric.freshness, citation, state, reason]
        connection.execute(f"INSERT INTO reader.catalog.metrics VALUES ({', '.join('?' * len(row))})", row)
    connection.execute("CREATE TABLE reader.catalog.file AS SELECT ? AS decisions_digest", [digest_of(connection)])


def _show(connection: Connection, metric: Metric) -> None:
    shown = read_standing(connection, metric).shown
    relation = f"reader.{metric.relation}"
    types = ", ".join(f'"{column.name}" {column.sql_type}' for column in columns_of(metric.row))
    provisional = ", is_provisional BOOLEAN" if metric.period else ""
    connection.execute(
        f"CREATE TABLE {relation} ({types}, as_of TIMESTAMPTZ, version BIGINT, status VARCHAR, "
        f"held_since TIMESTAMPTZ{provisional})"
    )
    if shown:
        query = f"SELECT {columns_sql(metric)}, ?, ?, ?, ?{_provisional(metric)} FROM versions.{metric.id} "
        parameters: list[Any] = [shown.valid_through, shown.version, shown.status, shown.held_since]
        parameters += [shown.valid_through, PROVISIONAL] if metric.period else []
        where = f"WHERE version = {shown.version} ORDER BY {grain_sql(metric)}"
        connection.execute(f"INSERT INTO {relation} {query} {where}", parameters)


def _provisional(metric: Metric) -> str:
    """Whether the period ended less than three days before the moment the rows speak for."""
    if not metric.period:
        return ""
    length = LENGTHS.get(metric.period.partition("_")[0], "1 DAY")
    return f", ?::TIMESTAMPTZ < (\"{metric.period}\" + INTERVAL {length})::TIMESTAMP AT TIME ZONE 'UTC' + ?::INTERVAL"


def _export(connection: Connection, home: Home, metric: Metric) -> None:
    standing = read_standing(connection, metric)
    folder = home.published / metric.id
    if standing.held:
        _copy(connection, metric, standing.held, folder / "held")
    if standing.shown:
        _copy(connection, metric, standing.shown, folder)
        history = [_plain(p) for p in read_publications(connection, metric)]
        manifest = {"metric": metric.id, "shown": _plain(standing.shown), "publications": history}
        durable.write(folder / "manifest.json", json.dumps(manifest, indent=2).encode())


def _copy(connection: Connection, metric: Metric, publication: Publication, folder: Path) -> None:
    path = folder / f"{publication.version}.parquet"
    if path.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{path.name}.tmp"
    query = f"SELECT {columns_sql(metric)} FROM versions.{metric.id} WHERE version = {publication.version}"
    connection.execute(f"COPY ({query} ORDER BY {grain_sql(metric)}) TO '{_quoted(draft)}' (FORMAT parquet)")
    durable.move(draft, path)


def _plain(publication: Publication) -> Mapping[str, Any]:
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in vars(publication).items()
    }


def _column(name: str) -> str:
    return "coherence_group" if name == "group" else name


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
