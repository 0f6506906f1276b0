"""The relations of the published file for BI tools, and a comment on every relation and column."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from connectors.storage.publications.catalog_comments import COLUMNS, TABLES
from connectors.storage.publications.outline import columns_of_query, queries_of, quoted
from connectors.storage.warehouse import Connection, insert
from tokenshare.bi import RELATION_BY_NAME, RELATIONS, STANDING, VINTAGE, describe_columns, describe_relation
from tokenshare.columns import Column, columns_of
from tokenshare.metrics import Metric

MADE = queries_of(Path(__file__).with_name("bi.sql"))
VALUES = "metric VARCHAR, measure VARCHAR, period DATE, entity VARCHAR, value DOUBLE, unit VARCHAR, denominator VARCHAR"


def tables() -> dict[str, str]:
    """The relations of `tokenshare.bi` with their definitions; some have the columns of relations of metrics."""
    texts = ", ".join(f"{name} VARCHAR" for name in RELATION_BY_NAME["dim_metric"].columns)
    return {
        **{relation: columns_of_query(query) for relation, query in MADE.items()},
        "marts.dim_metric": f"({texts})",
        "marts.fct_metric_values": f"({VALUES}, status VARCHAR, as_of TIMESTAMPTZ)",
    }


def write(connection: Connection, metrics: Sequence[Metric], citations: Mapping[str, str]) -> None:
    """Fill these relations of the database attached as `reader` from the rows it shows."""
    for relation, query in MADE.items():
        connection.execute(f"INSERT INTO reader.{relation} {query}")
    insert(connection, "reader.marts.dim_metric", _measured(metrics, citations))
    numbers = " UNION ALL ".join(query for metric in metrics for query in _numbers(metric))
    connection.execute(f"INSERT INTO reader.marts.fct_metric_values FROM ({numbers}) ORDER BY 1, 2, 4, 3")


def comments(metrics: Sequence[Metric]) -> Iterator[tuple[str, tuple[str, Mapping[str, str]]]]:
    """Each relation of the published file with its comment and those of its columns."""
    for metric in metrics:
        meanings, of_vintages = describe_columns(metric), describe_relation(metric, "first_version")
        yield metric.relation, (describe_relation(metric), {**meanings, **STANDING})
        yield f"vintages.{metric.id}", (f"Every row ever published of: {of_vintages}", {**meanings, **VINTAGE})
    for table in RELATIONS:
        yield table.relation, (f"{table.description} Key: {', '.join(table.key)}.", table.columns)
    for name, about in TABLES.items():
        yield f"catalog.{name}", (about, COLUMNS)


def _measured(metrics: Sequence[Metric], citations: Mapping[str, str]) -> list[tuple[str | None, ...]]:
    """The rows of `dim_metric`: one for each column with numbers."""
    return [
        (
            *(metric.id, column.name, metric.relation, metric.title, column.description, column.unit or metric.unit),
            *(metric.denominator, ", ".join(metric.grain), metric.period, citations.get(metric.id, "")),
        )
        for metric in metrics
        for column in _measures(metric)
    ]


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
