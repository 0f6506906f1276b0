"""What dbt built, read back for judging: candidate rows, measured evidence, and which fetch speaks for which day."""

from connectors.storage.warehouse import Connection
from tokenshare.columns import columns_of
from tokenshare.metrics import Group, Metric
from tokenshare.publication import Candidate, Row

BUILT = "intermediate"


def read_candidate(connection: Connection, metric: Metric) -> Candidate | None:
    """The rows dbt computed for a metric, in the order of its contract and grain; None where it built none."""
    if not has_relation(connection, metric.schema, metric.id):
        return None
    return Candidate(metric, read_rows(connection, metric, metric.relation))


def read_rows(connection: Connection, metric: Metric, relation: str, where: str = "true") -> tuple[Row, ...]:
    """Rows of a relation that has the metric's columns, sorted by its grain; `where` is ours, never a reader's."""
    query = f"SELECT {columns_sql(metric)} FROM {relation} WHERE {where} ORDER BY {grain_sql(metric)}"
    return tuple(connection.execute(query).fetchall())


def read_evidence(connection: Connection, group: Group) -> list[tuple[str, str, float]]:
    """(check, key, observed) as dbt measured it for a coherence group."""
    if not group.measured_by or not has_relation(connection, BUILT, group.measured_by):
        return []
    query = f"SELECT check_name, key, observed FROM {BUILT}.{group.measured_by} ORDER BY ALL"
    return connection.execute(query).fetchall()


def provenance_sql(connection: Connection, group: Group) -> str:
    """A query giving (period_date, fetch_id): the fetches that speak for each day of the group."""
    found = [part for part in group.provenance if has_relation(connection, BUILT, part.model)]
    parts = [f'SELECT "{part.dated}", fetch_id FROM {BUILT}.{part.model}' for part in found]
    empty = "SELECT NULL::DATE AS period_date, NULL::VARCHAR AS fetch_id WHERE false"
    return " UNION ".join([empty, *parts])


def columns_sql(metric: Metric) -> str:
    """The metric's columns, quoted, in the order of its contract."""
    return ", ".join(f'"{column.name}"' for column in columns_of(metric.row))


def grain_sql(metric: Metric) -> str:
    """The metric's grain, quoted."""
    return ", ".join(f'"{name}"' for name in metric.grain)


def has_relation(connection: Connection, schema: str, table: str, database: str | None = None) -> bool:
    """Whether a table or view exists in the build database, or in another that is attached."""
    query = """SELECT 1 FROM information_schema.tables
        WHERE table_catalog = coalesce(?, current_database()) AND table_schema = ? AND table_name = ?"""
    return connection.execute(query, [database, schema, table]).fetchone() is not None
