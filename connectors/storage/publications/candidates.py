"""dbt's results, read back for the gate: candidate rows, measured evidence, and the fetches selected for each day."""

from collections.abc import Collection, Iterable

from connectors.storage.warehouse import BUILT, Connection, has_relation
from connectors.storage.warehouse.holds import HELD, KEPT
from tokenshare.columns import columns_of
from tokenshare.metrics import METRIC_BY_ID, Group, Metric
from tokenshare.publication import Candidate, Row


def read_candidate(connection: Connection, metric: Metric) -> Candidate | None:
    """dbt's rows of a metric, columns by contract and rows by grain; None if dbt built none."""
    if not has_relation(connection, metric.schema, metric.id):
        return None
    return Candidate(metric, read_rows(connection, metric, metric.relation))


def read_kept(connection: Connection, ids: Iterable[str]) -> dict[str, Candidate]:
    """The candidates kept from before a hold, by metric."""
    kept = [METRIC_BY_ID[id] for id in ids if has_relation(connection, KEPT, id)]
    return {metric.id: Candidate(metric, read_rows(connection, metric, f"{KEPT}.{metric.id}")) for metric in kept}


def read_rows(connection: Connection, metric: Metric, relation: str, where: str = "true") -> tuple[Row, ...]:
    """Rows of a relation with the metric's columns, sorted by its grain; `where` is our SQL, never a reader's."""
    query = f"SELECT {columns_sql(metric)} FROM {relation} WHERE {where} ORDER BY {grain_sql(metric)}"
    return tuple(connection.execute(query).fetchall())


def read_evidence(connection: Connection, group: Group) -> list[tuple[str, str, float]]:
    """dbt's measurements for a coherence group, as (check, key, observed)."""
    if not group.measured_by or not has_relation(connection, BUILT, group.measured_by):
        return []
    query = f"SELECT check_name, key, observed FROM {BUILT}.{group.measured_by} ORDER BY ALL"
    return connection.execute(query).fetchall()


def provenance_sql(group: Group, known: Collection[tuple[str, str]]) -> str:
    """A query for (period_date, fetch_id): the fetches selected for each day of the group, and those held back.

    `known` are the relations of the build database.
    """
    found = [part for part in group.provenance if (BUILT, part.model) in known]
    parts = [f'SELECT "{part.dated}", fetch_id FROM {BUILT}.{part.model}' for part in found]
    models = ", ".join(f"'{part.model}'" for part in group.provenance) or "NULL"
    held = f"SELECT period_date, fetch_id FROM {HELD} WHERE relation IN ({models})"
    return " UNION ".join([held, *parts])


def columns_sql(metric: Metric) -> str:
    """The metric's columns, quoted, in the order of its contract."""
    return ", ".join(f'"{column.name}"' for column in columns_of(metric.row))


def types_sql(metric: Metric) -> str:
    """The metric's columns with their types, in the order of its contract."""
    return ", ".join(f'"{column.name}" {column.sql_type}' for column in columns_of(metric.row))


def grain_sql(metric: Metric) -> str:
    """The metric's grain, quoted."""
    return ", ".join(f'"{name}"' for name in metric.grain)
