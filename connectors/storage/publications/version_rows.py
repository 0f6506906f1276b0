"""The rows of all versions of a metric, each row once for each span of versions that have it.

`versions.<metric>` has the columns of the contract, `first_version` and `last_version`, which is null in the rows of
the newest version. Held candidates are versions too, and the numbers of a metric's versions have no gap.
"""

from connectors.storage.publications.candidates import columns_sql, types_sql
from connectors.storage.warehouse import Connection
from tokenshare.columns import columns_of
from tokenshare.metrics import Metric


def store(connection: Connection, metric: Metric, version: int, relation: str) -> None:
    """Store the rows of a relation as the newest version: close the spans of rows it lacks, open those it brings.

    A held candidate may have a row twice. If the number of equal rows changes, all of them begin anew.
    """
    table, columns = f"versions.{metric.id}", columns_sql(metric)
    spans = "first_version BIGINT, last_version BIGINT"
    connection.execute(f"CREATE TABLE IF NOT EXISTS {table} ({types_sql(metric)}, {spans})")
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE moved AS SELECT {columns} FROM (
            SELECT {columns}, 1 AS copies FROM {table} WHERE last_version IS NULL
            UNION ALL SELECT {columns}, -1 FROM {relation}
        ) GROUP BY ALL HAVING sum(copies) <> 0"""
    )
    equal = " AND ".join(
        f'stored."{column.name}" IS NOT DISTINCT FROM moved."{column.name}"' for column in columns_of(metric.row)
    )
    connection.execute(
        f"""UPDATE {table} SET last_version = ? WHERE rowid IN (
            SELECT stored.rowid FROM {table} AS stored JOIN moved ON {equal} WHERE stored.last_version IS NULL
        )""",
        [version - 1],
    )
    connection.execute(
        f"INSERT INTO {table} BY NAME SELECT {columns}, ? AS first_version FROM {relation} AS stored "
        f"SEMI JOIN moved ON {equal}",
        [version],
    )


def query_of(metric: Metric, version: int, schema: str = "versions") -> str:
    """A query for the rows of one version, in the columns of the contract; the vintages have the public ones too."""
    return f"SELECT {columns_sql(metric)} FROM {schema}.{metric.id} WHERE {of_version(version)}"


def of_version(version: int) -> str:
    """The SQL condition for the rows of one version, of a table of spans or of the vintages."""
    return f"first_version <= {int(version)} AND coalesce(last_version >= {int(version)}, true)"
