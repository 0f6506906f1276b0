"""Every row ever published of a metric, with the two moments of its span: known from, and known until.

Pruned versions are left out, as if they had never been.
"""

from connectors.storage.publications.candidates import columns_sql, grain_sql
from connectors.storage.warehouse import Connection, has_relation
from tokenshare.columns import columns_of
from tokenshare.metrics import Metric

# One line for each row and each span of versions with the row unchanged.
#
# - public: the published versions, by sequence. `place` numbers them without a gap, pruned ones left out:
#   neighbouring places are successive versions. A version was known from its as_of until the next one's.
# - kept: the distinct rows, each with the places of all its versions.
# - spans: those places cut into runs of neighbours. A row whose count of places equals the length from its first place
#   to its last has one run; nearly every row does, so that case skips the search. Any other row went and came back: a
#   run begins at each place whose predecessor the row lacks, and ends at each whose successor it lacks. Both lists are
#   in order and equally long, so the two `unnest` pair each beginning with its end.
# - The span opens with the as_of of its first version and closes with that of the version that replaced its last one;
#   known_until and last_version are null while the row stands, so that the next version need not touch it.
SPANS = """WITH public AS (
    SELECT version, as_of, row_number() OVER versions AS place, lead(as_of) OVER versions AS replaced_at
    FROM decisions.publications ANTI JOIN decisions.pruned USING (metric, version)
    WHERE metric = '{id}' AND published_at IS NOT NULL WINDOW versions AS (ORDER BY version)
),
kept AS (
    SELECT {columns}, list(place ORDER BY place) AS places
    FROM versions.{id} JOIN public USING (version) GROUP BY ALL
),
spans AS (
    SELECT {columns},
        unnest(CASE WHEN len(places) > places[-1] - places[1] THEN places[:1]
            ELSE list_filter(places, lambda place: NOT list_contains(places, place - 1)) END) AS first_place,
        unnest(CASE WHEN len(places) > places[-1] - places[1] THEN places[-1:]
            ELSE list_filter(places, lambda place: NOT list_contains(places, place + 1)) END) AS last_place
    FROM kept
)
SELECT {columns}, opening.as_of, closing.replaced_at, opening.version,
    CASE WHEN closing.replaced_at IS NOT NULL THEN closing.version END
FROM spans
JOIN public AS opening ON opening.place = first_place
JOIN public AS closing ON closing.place = last_place
ORDER BY {grain}, opening.version"""


def write(connection: Connection, metric: Metric) -> None:
    """Create `vintages.<metric>` in the database attached as `reader`."""
    types = ", ".join(f'"{column.name}" {column.sql_type}' for column in columns_of(metric.row))
    relation = f"reader.vintages.{metric.id}"
    connection.execute(
        f"CREATE TABLE {relation} ({types}, known_from TIMESTAMPTZ, known_until TIMESTAMPTZ, "
        "first_version BIGINT, last_version BIGINT)"
    )
    if has_relation(connection, "versions", metric.id):
        query = SPANS.format(id=metric.id, columns=columns_sql(metric), grain=grain_sql(metric))
        connection.execute(f"INSERT INTO {relation} {query}")


def of_version(metric: Metric, version: int, schema: str = "vintages") -> str:
    """A query for the rows of one public version, in the columns of the contract."""
    return (
        f"SELECT {columns_sql(metric)} FROM {schema}.{metric.id} "
        f"WHERE first_version <= {int(version)} AND coalesce(last_version >= {int(version)}, true)"
    )
