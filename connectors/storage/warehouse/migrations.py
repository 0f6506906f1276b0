"""Tables of earlier versions of tokenshare, brought to the form of this one."""

import duckdb

Connection = duckdb.DuckDBPyConnection

# A copy of every row for each version becomes one row for each span of successive versions with it. `nth` numbers
# equal rows of a version: a held candidate may have some.
SPANS = """CREATE TABLE versions.migrated AS
WITH numbered AS (
    SELECT *, row_number() OVER (PARTITION BY {columns}, version) AS nth FROM versions.{name}
),
islands AS (
    SELECT *, version - row_number() OVER (PARTITION BY {columns}, nth ORDER BY version) AS island FROM numbered
)
SELECT {columns}, min(version) AS first_version,
    nullif(max(version), (SELECT max(version) FROM decisions.publications WHERE metric = '{name}')) AS last_version
FROM islands GROUP BY {columns}, nth, island ORDER BY first_version, {columns}"""


# The fetches of each run and group become spans of runs; a span ends before the next run that decided the group.
NUMBERS = """UPDATE decisions.inputs SET number = place
FROM (SELECT run, row_number() OVER (ORDER BY run) AS place FROM decisions.inputs) AS numbered
WHERE inputs.run = numbered.run AND number IS NULL"""
PROVENANCE = """CREATE TABLE decisions.migrated AS
WITH selected AS (
    SELECT DISTINCT coherence_group, period_date, fetch_id, number FROM decisions.provenance
    JOIN decisions.inputs USING (run)
),
decided AS (
    SELECT coherence_group, number, row_number() OVER runs AS place, lead(number) OVER runs - 1 AS through
    FROM (SELECT DISTINCT coherence_group, number FROM selected)
    WINDOW runs AS (PARTITION BY coherence_group ORDER BY number)
),
islands AS (
    SELECT *, place - row_number() OVER (
        PARTITION BY coherence_group, period_date, fetch_id ORDER BY place
    ) AS island
    FROM selected JOIN decided USING (coherence_group, number)
)
SELECT coherence_group, period_date, fetch_id, min(number) AS first_number,
    if(bool_or(through IS NULL), NULL, max(through)) AS last_number
FROM islands GROUP BY coherence_group, period_date, fetch_id, island"""


def migrate(connection: Connection) -> None:
    """Bring tables of an earlier version to the form of this one, before its schema runs; does nothing twice."""
    for name, columns in _copied(connection):
        quoted = ", ".join(f'"{column}"' for column in columns)
        connection.execute(SPANS.format(name=name, columns=quoted))
        connection.execute(f"DROP TABLE versions.{name}; ALTER TABLE versions.migrated RENAME TO {name}")
    if "run" in _columns(connection, "provenance"):
        connection.execute("ALTER TABLE decisions.inputs ADD COLUMN IF NOT EXISTS number BIGINT")
        connection.execute(f"{NUMBERS}; {PROVENANCE}; DROP TABLE decisions.provenance")
        connection.execute("ALTER TABLE decisions.migrated RENAME TO provenance")


def _copied(connection: Connection) -> list[tuple[str, list[str]]]:
    """The tables with a copy of each row for each version, and their other columns."""
    return connection.execute(
        """SELECT table_name, list(column_name ORDER BY column_index) FILTER (column_name <> 'version')
        FROM duckdb_columns() WHERE database_name = current_database() AND schema_name = 'versions'
        GROUP BY ALL HAVING bool_or(column_name = 'version') ORDER BY ALL"""
    ).fetchall()


def _columns(connection: Connection, table: str) -> set[str]:
    query = """SELECT column_name FROM duckdb_columns()
        WHERE database_name = current_database() AND schema_name = 'decisions' AND table_name = ?"""
    return {name for (name,) in connection.execute(query, [table]).fetchall()}
