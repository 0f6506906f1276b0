"""The rows of a metric shown to readers, each with its as-of, version and status, as one query."""

from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256

from connectors.storage.publications.candidates import columns_sql, grain_sql, types_sql
from connectors.storage.publications.version_rows import of_version
from connectors.storage.warehouse import Connection
from tokenshare.held_periods import TOTAL, WHOLE_DAY
from tokenshare.metrics import METRIC_BY_ID, Metric
from tokenshare.publication import Publication

PROVISIONAL = timedelta(days=3)  # the upstream restates for so long after the end of a period
HELD = """SELECT metric, string_agg(held::VARCHAR, chr(10) ORDER BY held::VARCHAR)
FROM decisions.held_periods AS held GROUP BY metric"""
LENGTHS = {"week": "7 DAY", "month": "1 MONTH"}  # by the first word of the period column's name


def types_of(metric: Metric) -> str:
    """The columns of the query with their types."""
    provisional = ", is_provisional BOOLEAN" if metric.period else ""
    return (
        f"{types_sql(metric)}, as_of TIMESTAMPTZ, version BIGINT, status VARCHAR, held_since TIMESTAMPTZ{provisional}"
    )


def query_of(metric: Metric, shown: Publication) -> str:
    """The query for the rows of the shown version over the decisions."""
    through = f"TIMESTAMPTZ '{shown.valid_through.isoformat()}'"
    since = f"TIMESTAMPTZ '{shown.held_since.isoformat()}'" if shown.held_since else "NULL::TIMESTAMPTZ"
    return (
        f"SELECT {columns_sql(metric)}, {through} AS as_of, {shown.version}::BIGINT AS version, "
        f"if(period_held_since IS NULL, '{shown.status}', 'held') AS status, "
        f"coalesce({since}, period_held_since) AS held_since{_provisional(metric, through)} "
        f"FROM {_held_rows(metric)} WHERE {of_version(shown.version)} ORDER BY {grain_sql(metric)}"
    )


def digests_of(connection: Connection, shown: Mapping[str, Publication]) -> dict[str, str]:
    """The digest of what the rows shown of each metric follow from: their version, the query, and the held periods."""
    held = dict(connection.execute(HELD).fetchall())
    parts = {id: (query_of(METRIC_BY_ID[id], found), found.digest, held.get(id)) for id, found in shown.items()}
    return {id: sha256(repr(part).encode()).hexdigest() for id, part in parts.items()}


def _held_rows(metric: Metric) -> str:
    """The rows of all versions, and since when a finding holds the period of each; null if none does."""
    since = "NULL::TIMESTAMPTZ"
    if metric.period:
        words = ", ".join(f'"{name}"::VARCHAR' for name in metric.grain)
        since = f"""(SELECT min(since) FROM decisions.held_periods AS held
            WHERE held.metric = '{metric.id}' AND held.period = "{metric.period}" AND (held.entity = '{WHOLE_DAY}'
                OR list_has_any([held.entity, '{TOTAL}'] || split(held.entity, ' '), [{words}])))"""
    return f"(SELECT *, {since} AS period_held_since FROM versions.{metric.id})"


def _provisional(metric: Metric, through: str) -> str:
    """A SQL column, true if the period ended less than three days before the rows' as-of; empty without a period."""
    if not metric.period:
        return ""
    length = LENGTHS.get(metric.period.partition("_")[0], "1 DAY")
    end = f"(\"{metric.period}\" + INTERVAL {length})::TIMESTAMP AT TIME ZONE 'UTC'"
    return f", {through} < {end} + INTERVAL '{PROVISIONAL.days} DAY' AS is_provisional"
