"""What dbt built, read back for judging: candidate rows, measured evidence, and which fetch speaks for which day."""

from connectors.storage.warehouse import Connection
from tokenshare.columns import columns_of
from tokenshare.metrics import Metric
from tokenshare.publication import Candidate, Row

EVIDENCE = {
    "router": "intermediate.int_usage_evidence",
    "list_price_daily": "intermediate.int_price_evidence",
}
USAGE_FETCHES = "SELECT usage_date, fetch_id FROM intermediate.int_usage_provenance"
PRICE_FETCHES = "SELECT DISTINCT price_date, fetch_id FROM intermediate.int_price_selected"
PROVENANCE = {
    "router": USAGE_FETCHES,
    "list_price_daily": PRICE_FETCHES,
    "dim_models": f"{USAGE_FETCHES} UNION ALL {PRICE_FETCHES}",
}


def read_candidate(connection: Connection, metric: Metric) -> Candidate | None:
    """The rows dbt computed for a metric, in the order of its contract and grain; None where it built none."""
    if not has_relation(connection, metric.schema, metric.id):
        return None
    return Candidate(metric, read_rows(connection, metric, metric.relation))


def read_rows(connection: Connection, metric: Metric, relation: str, where: str = "true") -> tuple[Row, ...]:
    """Rows of a relation that has the metric's columns, sorted by its grain; `where` is ours, never a reader's."""
    query = f"SELECT {columns_sql(metric)} FROM {relation} WHERE {where} ORDER BY {grain_sql(metric)}"
    return tuple(connection.execute(query).fetchall())


def read_evidence(connection: Connection, group: str) -> list[tuple[str, str, float]]:
    """(check, key, observed) as dbt measured it for a coherence group."""
    if group not in EVIDENCE:
        return []
    schema, _, table = EVIDENCE[group].partition(".")
    if not has_relation(connection, schema, table):
        return []
    return connection.execute(f"SELECT check_name, key, observed FROM {EVIDENCE[group]} ORDER BY ALL").fetchall()


def provenance_sql(group: str) -> str:
    """A query giving (period_date, fetch_id): the fetch that speaks for each day of the group."""
    parts = [PROVENANCE[group]] if group in PROVENANCE else []
    empty = "SELECT NULL::DATE AS period_date, NULL::VARCHAR AS fetch_id WHERE false"
    return " UNION ALL ".join([empty, *parts])


def columns_sql(metric: Metric) -> str:
    """The metric's columns, quoted, in the order of its contract."""
    return ", ".join(f'"{column.name}"' for column in columns_of(metric.row))


def grain_sql(metric: Metric) -> str:
    """The metric's grain, quoted."""
    return ", ".join(f'"{name}"' for name in metric.grain)


def has_relation(connection: Connection, schema: str, table: str) -> bool:
    """Whether a table or view exists in the build database."""
    query = "SELECT count(*) FROM information_schema.tables WHERE table_schema = ? AND table_name = ?"
    return bool(connection.execute(query, [schema, table]).fetchone()[0])  # type: ignore[index]
