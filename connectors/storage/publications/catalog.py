"""Queries over the published file: one connection a query, closed before the rows are returned."""

from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from connectors.storage.home import Home, kind_of
from connectors.storage.publications import version_rows
from connectors.storage.publications.candidates import grain_sql
from connectors.storage.publications.published import open_published
from tokenshare.columns import columns_of
from tokenshare.errors import UsageError
from tokenshare.metrics import Metric
from tokenshare.origins import Origin

REBUILD = "run `tokenshare refresh`, which rebuilds it"
ORDERS = {
    "metrics": "metric",
    "publications": "metric, version",
    "gate_results": 'run, metric, "check"',
    "restatements": 'new_version, metric, key, "column"',
    "origin": "origin",
    "pruned": "metric, version",
    "held_periods": 'metric, period, "check", key',
    "lineage": 'metric, version, topic, "partition"',
    "releases": "released_at",
    "runs": "started_at",
    "ledger": 'topic, "partition"',
    "dead_letters": "topic",
    "dead_letter_outcomes": 'topic, "partition", "offset"',
    "gaps": 'accepted_at, topic, "partition"',
    "skips": "skipped_at",
    "unserved_days": "usage_date",
    "unknown_vendors": "tokens DESC",
    "unknown_tickers": "symbol",
    "price_disagreements": "last_date DESC, model_id",
    "unmapped_prices": "provider, book_model",
    "unmapped": "kind, mass DESC, name",
    "unmapped_weekly": "kind, week_start_date",
    "rows_put_aside": "source_id",
    "unknown_organisations": "downloads_30_days DESC, organisation",
}
NEWEST_GATES = """SELECT * FROM catalog.gate_results WHERE {where} AND run = (
    SELECT run_id FROM catalog.runs WHERE run_id IN (SELECT run FROM catalog.gate_results WHERE {where})
    ORDER BY started_at DESC LIMIT 1
) ORDER BY {order}"""


def read_catalog(home: Home, table: str, **where: Any) -> list[dict[str, Any]]:
    """Rows of a catalogue table; `where` compares columns with values. Raises UsageError if nothing is published.

    None for a table that the file is older than: the next pass rebuilds it.
    """
    conditions = " AND ".join(f'"{name}" = ?' for name in where) or "true"
    query = f"SELECT * FROM catalog.{table} WHERE {conditions} ORDER BY {ORDERS[table]}"
    return _query_if_there(home.published_file, query, list(where.values()))


def read_newest_gates(home: Home, metric: str | None) -> list[dict[str, Any]]:
    """The gates of the newest pass that judged, or that judged `metric`; none from a file older than gates or runs."""
    where, values = ("metric = ?", [metric, metric]) if metric else ("true", [])
    query = NEWEST_GATES.format(where=where, order=ORDERS["gate_results"])
    return _query_if_there(home.published_file, query, values)


def read_shown(home: Home) -> dict[str, dict[str, Any]]:
    """The version of each metric shown to readers, by metric: version, as_of, status, held_since and rows_count.

    If periods alone are held, `held_since` is the first of them, and the status is still that of the version.
    """
    since: dict[str, datetime] = {}
    for held in read_catalog(home, "held_periods"):
        since[held["metric"]] = min(held["since"], since.get(held["metric"], held["since"]))
    return {
        p["metric"]: {
            "version": p["version"],
            "as_of": p["valid_through"],
            "status": p["status"],
            "held_since": p["held_since"] or since.get(p["metric"]),
            "rows_count": p["rows"],
        }
        for p in read_catalog(home, "publications")
        if p["published_at"] is not None and p["status"] != "superseded"
    }


def read_origin(home: Home) -> Origin:
    """The origin of the published numbers; of a file from an earlier version the kind alone."""
    rows = read_catalog(home, "origin")
    return Origin(rows[0]["origin"], rows[0]["as_of"], rows[0]["citation"]) if rows else Origin(kind_of(home))


def read_metric(home: Home, metric: Metric, *, is_newest: bool = False) -> list[dict[str, Any]]:
    """The rows shown to readers now, with as_of, version, status and held_since; `is_newest` asks for one period alone.

    A column that the file is older than is null in them.
    """
    within = f'WHERE "{metric.period}" = (SELECT max("{metric.period}") FROM {metric.relation})'
    asked = within if is_newest and metric.period else ""
    rows = _query(home.published_file, f"SELECT * FROM {metric.relation} {asked} ORDER BY {grain_sql(metric)}", [])
    return [{column.name: None for column in columns_of(metric.row)} | row for row in rows]


def read_newest(home: Home, metric: Metric, most: int) -> list[dict[str, Any]]:
    """At most `most` of the rows shown to readers, those of the newest periods first."""
    newest = f'"{metric.period}" DESC, ' if metric.period else ""
    return _query(
        home.published_file, f"SELECT * FROM {metric.relation} ORDER BY {newest}{grain_sql(metric)} LIMIT ?", [most]
    )


def read_metric_as_of(home: Home, metric: Metric, moment: datetime) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The newest publication as of `moment`, and its rows.

    Raises UsageError if there was none yet, or its rows are pruned.
    """
    known = [row for row in _read_public(home, metric) if row["as_of"] <= moment]
    if not known:
        raise UsageError(f"{metric.id} had no version as of {moment.isoformat()}", "ask for a later moment")
    _check_kept(home, known[-1])
    return known[-1], read_version(home, metric, known[-1]["version"])


def read_metric_version(home: Home, metric: Metric, version: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A publication by its version, and its rows; raises UsageError if it was never public, or is pruned."""
    public = _read_public(home, metric)
    for publication in public:
        if publication["version"] == version:
            _check_kept(home, publication)
            return publication, read_version(home, metric, version)
    known = f"choose among {', '.join(str(row['version']) for row in public[-5:])}" if public else "refresh first"
    raise UsageError(f"{metric.id} has no published version {version}", known)


def _read_public(home: Home, metric: Metric) -> list[dict[str, Any]]:
    return [row for row in read_catalog(home, "publications", metric=metric.id) if row["published_at"] is not None]


def _check_kept(home: Home, publication: dict[str, Any]) -> None:
    for pruned in read_catalog(home, "pruned", metric=publication["metric"], version=publication["version"]):
        raise UsageError(
            f"{pruned['metric']} version {pruned['version']} was pruned on {pruned['pruned_at']:%Y-%m-%d} by policy",
            "ask for a later one; raise TOKENSHARE_KEEP_VERSIONS_DAYS to keep versions longer",
        )


def read_version(home: Home, metric: Metric, version: int) -> list[dict[str, Any]]:
    """The rows of one public version, from its vintages; raises UsageError if the file has none or lacks a column."""
    query = f"{version_rows.query_of(metric, version, 'vintages')} ORDER BY {grain_sql(metric)}"
    try:
        return _query(home.published_file, query, [])
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        raise UsageError("the published file has an older format, without these vintages", REBUILD) from error


def read_query(home: Home, query: str, values: list[Any]) -> list[dict[str, Any]]:
    """The rows of a query of ours over the published relations; a person's input is only ever among its values."""
    return _query(home.published_file, query, values)


def _query_if_there(path: Path, query: str, values: list[Any]) -> list[dict[str, Any]]:
    try:
        return _query(path, query, values)
    except duckdb.CatalogException:
        return []


def _query(path: Path, query: str, values: list[Any]) -> list[dict[str, Any]]:
    with open_published(path) as connection:
        return _rows(connection.execute(query, values))


def _rows(found: Any) -> list[dict[str, Any]]:
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
