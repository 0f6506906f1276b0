"""dbt's results, read back for the gate: candidate rows, measured evidence, and the fetches selected for each day."""

from collections.abc import Iterable

from connectors.storage.warehouse import BUILT, Connection, Relations, relations_of
from connectors.storage.warehouse.holds import HELD, KEPT
from tokenshare.columns import columns_of
from tokenshare.metrics import METRIC_BY_ID, Group, Metric
from tokenshare.publication import Candidate, Row


def read_candidates(connection: Connection, metrics: Iterable[Metric]) -> dict[str, Candidate]:
    """dbt's rows of each metric that it has built, columns by contract and rows by grain."""
    known = relations_of(connection)
    built = (metric for metric in metrics if (metric.schema, metric.id) in known)
    return {metric.id: Candidate(metric, read_rows(connection, metric, metric.relation)) for metric in built}


def read_kept(connection: Connection, ids: Iterable[str]) -> dict[str, Candidate]:
    """The candidates kept from before a hold, by metric."""
    known = relations_of(connection)
    kept = [METRIC_BY_ID[id] for id in ids if (KEPT, id) in known]
    return {metric.id: Candidate(metric, read_rows(connection, metric, f"{KEPT}.{metric.id}")) for metric in kept}


def read_rows(connection: Connection, metric: Metric, relation: str, where: str = "true") -> tuple[Row, ...]:
    """Rows of a relation with the metric's columns, sorted by its grain; `where` is our SQL, never a reader's."""
    query = f"SELECT {columns_sql(metric)} FROM {relation} WHERE {where} ORDER BY {grain_sql(metric)}"
    return tuple(connection.execute(query).fetchall())


def read_evidence(connection: Connection, group: Group, known: Relations) -> list[tuple[str, str, float]]:
    """dbt's measurements for a coherence group, as (check, key, observed)."""
    if (BUILT, group.measured_by) not in known:
        return []
    query = f"SELECT check_name, key, observed FROM {BUILT}.{group.measured_by} ORDER BY ALL"
    return connection.execute(query).fetchall()


def provenance_sql(group: Group, known: Relations) -> str:
    """A query for (period_date, fetch_id): the fetches selected for each day of the group, and those held back."""
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
