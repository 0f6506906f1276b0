"""The relations of the published file for BI tools, and a comment on every relation and column."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from connectors.storage.publications.catalog_comments import COLUMNS, TABLES
from connectors.storage.publications.version_files import quoted
from connectors.storage.warehouse import Connection, insert
from tokenshare.bi import RELATION_BY_NAME, RELATIONS, STANDING, VINTAGE, describe_columns, describe_relation
from tokenshare.columns import Column, columns_of
from tokenshare.metrics import Metric

SQL = Path(__file__).with_name("bi.sql")
COLUMNS_OF = """
SELECT schema_name, table_name, list(column_name) FROM duckdb_columns() WHERE database_name = 'reader' GROUP BY ALL
"""
VALUES = "metric VARCHAR, measure VARCHAR, period DATE, entity VARCHAR, value DOUBLE, unit VARCHAR, denominator VARCHAR"


def write(connection: Connection, metrics: Sequence[Metric], citations: Mapping[str, str]) -> None:
    """Create the relations of `tokenshare.bi` in the database attached as `reader`, from the rows it shows."""
    connection.execute(SQL.read_text())
    _write_measures(connection, metrics, citations)
    connection.execute(f"CREATE TABLE reader.marts.fct_metric_values ({VALUES}, status VARCHAR, as_of TIMESTAMPTZ)")
    numbers = " UNION ALL ".join(query for metric in metrics for query in _numbers(metric))
    connection.execute(f"INSERT INTO reader.marts.fct_metric_values FROM ({numbers}) ORDER BY 1, 2, 4, 3")


def comment(connection: Connection, metrics: Sequence[Metric]) -> None:
    """Comment on every relation and column of the database attached as `reader`."""
    comments = dict(_comments(metrics))
    statements = []
    for schema, table, columns in connection.execute(COLUMNS_OF).fetchall():
        about, meanings = comments[f"{schema}.{table}"]
        statements.append(f"COMMENT ON TABLE reader.{schema}.{table} IS '{quoted(about)}'")
        statements += [
            f"COMMENT ON COLUMN reader.{schema}.{table}.\"{column}\" IS '{quoted(meanings[column])}'"
            for column in columns
        ]
    connection.execute("; ".join(statements))


def _comments(metrics: Sequence[Metric]) -> Iterator[tuple[str, tuple[str, Mapping[str, str]]]]:
    """Each relation with its comment and those of its columns."""
    for metric in metrics:
        meanings, of_vintages = describe_columns(metric), describe_relation(metric, "first_version")
        yield metric.relation, (describe_relation(metric), {**meanings, **STANDING})
        yield f"vintages.{metric.id}", (f"Every row ever published of: {of_vintages}", {**meanings, **VINTAGE})
    for table in RELATIONS:
        yield table.relation, (f"{table.description} Key: {', '.join(table.key)}.", table.columns)
    for name, about in TABLES.items():
        yield f"catalog.{name}", (about, COLUMNS)


def _write_measures(connection: Connection, metrics: Sequence[Metric], citations: Mapping[str, str]) -> None:
    names = RELATION_BY_NAME["dim_metric"].columns
    connection.execute(f"CREATE TABLE reader.marts.dim_metric ({', '.join(f'{name} VARCHAR' for name in names)})")
    rows = [
        (
            *(metric.id, column.name, metric.relation, metric.title, column.description, column.unit or metric.unit),
            *(metric.denominator, ", ".join(metric.grain), metric.period, citations.get(metric.id, "")),
        )
        for metric in metrics
        for column in _measures(metric)
    ]
    insert(connection, "reader.marts.dim_metric", rows)


def _measures(metric: Metric) -> list[Column]:
    """The columns with numbers, but for those of its key."""
    return [column for column in columns_of(metric.row) if column.is_number and column.name not in metric.grain]


def _numbers(metric: Metric) -> Iterator[str]:
    """A query for each column with numbers of a dated metric."""
    if metric.schema != "metrics" or not metric.period:
        return
    rest = [f'"{name}"::VARCHAR' for name in metric.grain if name != metric.period]
    entity = f"concat_ws(' ', {', '.join(rest)})" if rest else "''"
    dated, denominator = f'"{metric.period}"::DATE', quoted(metric.denominator)
    for column in _measures(metric):
        words = f"'{metric.id}', '{column.name}', {dated}, {entity}, \"{column.name}\"::DOUBLE"
        unit = quoted(column.unit or metric.unit)
        yield f"SELECT {words}, '{unit}', '{denominator}', status, as_of FROM reader.{metric.relation}"
