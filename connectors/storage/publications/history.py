"""Earlier decisions: versions, their rows, the standing of each metric, and the inputs."""

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import date
from typing import Any

from connectors.storage.publications.candidates import columns_sql, grain_sql, read_rows
from connectors.storage.publications.version_rows import of_version
from connectors.storage.warehouse import BUILT, Connection
from tokenshare.columns import columns_of
from tokenshare.held_periods import HeldPeriod
from tokenshare.metrics import Metric
from tokenshare.offsets import RecordId
from tokenshare.publication import Publication, Row, Standing

COLUMNS = [field.name for field in fields(Publication)]
HELD = [f'"{field.name}"' for field in fields(HeldPeriod)]


def read_standing(connection: Connection, metric: Metric) -> Standing:
    """The version shown to readers, the held candidate, and the last version number (0 before the first)."""
    return _standings(connection, "WHERE metric = ?", [metric.id]).get(metric.id, Standing())


def read_standings(connection: Connection) -> dict[str, Standing]:
    """The standing of each metric with a version."""
    return _standings(connection, "", [])


def _standings(connection: Connection, where: str, values: list[Any]) -> dict[str, Standing]:
    rows = connection.execute(
        f"""SELECT published_at IS NOT NULL, {", ".join(COLUMNS)} FROM decisions.publications {where}
        QUALIFY status <> 'superseded' OR row_number() OVER (PARTITION BY metric ORDER BY version DESC) = 1
        ORDER BY version""",
        values,
    ).fetchall()
    found: dict[str, Standing] = {}
    for is_public, *row in rows:
        publication = Publication(*row)
        standing = replace(found.get(publication.metric, Standing()), last_version=publication.version)
        if publication.status != "superseded":
            standing = replace(standing, shown=publication) if is_public else replace(standing, held=publication)
        found[publication.metric] = standing
    return found


def has_restated(connection: Connection, metric: Metric, version: int) -> bool:
    """True if a version restated something of the one before."""
    query = "SELECT 1 FROM decisions.restatements WHERE metric = ? AND new_version = ? LIMIT 1"
    return connection.execute(query, [metric.id, version]).fetchone() is not None


def read_newest_row(connection: Connection, metric: Metric, version: int) -> dict[str, Any]:
    """The newest row of a version of a metric, by column; none of a version without rows."""
    newest = f'"{metric.period}" DESC, ' if metric.period else ""
    found = connection.execute(
        f"SELECT {columns_sql(metric)} FROM versions.{metric.id} WHERE {of_version(version)} "
        f"ORDER BY {newest}{grain_sql(metric)} LIMIT 1"
    ).fetchone()
    names = [column.name for column in columns_of(metric.row)]
    return dict(zip(names, found, strict=True)) if found else {}


def read_publications(connection: Connection, metric: Metric) -> list[Publication]:
    """Every version of a metric, held candidates included, oldest first."""
    query = f"SELECT {', '.join(COLUMNS)} FROM decisions.publications WHERE metric = ? ORDER BY version"
    return [Publication(*row) for row in connection.execute(query, [metric.id]).fetchall()]


def read_pruned(connection: Connection) -> list[tuple[str, int]]:
    """The pruned versions, as (metric, version)."""
    return connection.execute("SELECT metric, version FROM decisions.pruned ORDER BY ALL").fetchall()


def read_version(connection: Connection, metric: Metric, version: int) -> tuple[Row, ...]:
    """The rows of one version, in the order of the contract; null in columns added to the contract since."""
    gained = ", ".join(f'NULL::{column.sql_type} AS "{column.name}"' for column in columns_of(metric.row))
    kept = f"(SELECT * FROM versions.{metric.id} UNION ALL BY NAME SELECT {gained} WHERE false)"
    return read_rows(connection, metric, kept, of_version(version))


def read_inputs(connection: Connection) -> tuple[str, str] | None:
    """Digests of the seeds and of the models as of the newest decision."""
    found = connection.execute(
        "SELECT seeds_digest, models_digest FROM decisions.inputs "
        "JOIN ledger.runs ON run = run_id ORDER BY as_of DESC, started_at DESC"
    ).fetchone()
    return (found[0], found[1]) if found else None


def read_held_periods(connection: Connection, metric: Metric) -> list[HeldPeriod]:
    """The periods of a metric held by its newest decision."""
    query = f"SELECT {', '.join(HELD)} FROM decisions.held_periods WHERE metric = ? ORDER BY ALL"
    return [HeldPeriod(*row) for row in connection.execute(query, [metric.id]).fetchall()]


def read_releases(connection: Connection, group: str) -> frozenset[tuple[str, str, str]]:
    """The findings released by people in a coherence group, as (check, key, observed)."""
    query = 'SELECT "check", key, observed FROM decisions.releases WHERE coherence_group = ?'
    return frozenset(connection.execute(query, [group]).fetchall())


def read_decided(connection: Connection) -> frozenset[str]:
    """The metrics with a state on record."""
    found = connection.execute("SELECT metric FROM decisions.metric_states").fetchall()
    return frozenset(metric for (metric,) in found)


def any_recorded(connection: Connection) -> bool:
    """True if any pass has decided anything yet."""
    return connection.execute("SELECT 1 FROM decisions.inputs LIMIT 1").fetchone() is not None


def read_usage_records(connection: Connection, keys: Sequence[tuple[date, str]]) -> list[tuple[date, str, RecordId]]:
    """The records behind the usage rows of (day, permaslug); a key no longer stated has none."""
    found = []
    for day, permaslug in keys:
        row = connection.execute(
            f'SELECT topic, "partition", "offset" FROM {BUILT}.int_usage_selected '
            "WHERE usage_date = ? AND model_permaslug = ?",
            [day, permaslug],
        ).fetchone()
        if row:
            found.append((day, permaslug, RecordId(*row)))
    return found
