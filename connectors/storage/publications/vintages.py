"""Every row ever published of a metric, with the two moments of its span: known from, and known until.

Pruned versions are left out, as if they had never been.
"""

from collections.abc import Iterable
from hashlib import sha256

from connectors.storage.publications.candidates import columns_sql, grain_sql, types_sql
from connectors.storage.warehouse import Connection
from tokenshare.columns import columns_of
from tokenshare.metrics import Metric

# One line for each row and each span of public versions with the row unchanged.
#
# - public: the published versions, by sequence. `place` numbers them without a gap, pruned ones left out:
#   neighbouring places are successive versions. A version was known from its as_of until the next one's.
# - kept: the stored spans, from the place of their first public version to that of their last; spans of held candidates
#   alone have none. A row that only such a candidate lacked has two spans with neighbouring places.
# - spans: those joined. Both lists are in order and equally long, so the two `unnest` pair each beginning with its end.
# - The span opens with the as_of of its first version and closes with that of the version that replaced its last one;
#   known_until and last_version are null while the row stands.
SPANS = """WITH public AS (
    SELECT version, as_of, row_number() OVER versions AS place, lead(as_of) OVER versions AS replaced_at
    FROM decisions.publications ANTI JOIN decisions.pruned USING (metric, version)
    WHERE metric = '{id}' AND published_at IS NOT NULL WINDOW versions AS (ORDER BY version)
),
kept AS (
    SELECT {stored}, list(opening.place ORDER BY opening.place) AS firsts,
        list(closing.place ORDER BY opening.place) AS lasts
    FROM (SELECT *, coalesce(last_version, first_version + {most}) AS through FROM versions.{id}) AS stored
    ASOF JOIN public AS opening ON stored.first_version <= opening.version
    ASOF JOIN public AS closing ON stored.through >= closing.version
    WHERE opening.place <= closing.place GROUP BY ALL
),
spans AS (
    SELECT {columns},
        unnest(list_filter(firsts, lambda place, nth: nth = 1 OR place > lasts[nth - 1] + 1)) AS first_place,
        unnest(list_filter(lasts, lambda place, nth: nth = len(lasts) OR firsts[nth + 1] > place + 1)) AS last_place
    FROM kept
)
SELECT {columns}, opening.as_of AS known_from, closing.replaced_at AS known_until, opening.version AS first_version,
    CASE WHEN closing.replaced_at IS NOT NULL THEN closing.version END AS last_version
FROM spans
JOIN public AS opening ON opening.place = first_place
JOIN public AS closing ON closing.place = last_place
ORDER BY {grain}, opening.version"""
MOST = 2**32  # more than the versions of any metric


# What the vintages of a metric follow from: its versions, which never change, and which of them are public.
BASES = """SELECT metric, string_agg(concat_ws(' ', version, as_of, digest, published_at IS NOT NULL,
    pruned_at IS NOT NULL), chr(10) ORDER BY version)
FROM decisions.publications LEFT JOIN decisions.pruned USING (metric, version) GROUP BY metric"""


def types_of(metric: Metric) -> str:
    """The columns of `vintages.<metric>` with their types."""
    spans = "known_from TIMESTAMPTZ, known_until TIMESTAMPTZ, first_version BIGINT, last_version BIGINT"
    return f"{types_sql(metric)}, {spans}"


def digests_of(connection: Connection, metrics: Iterable[Metric]) -> dict[str, str]:
    """The digest of what the vintages of each metric with a version follow from, columns included."""
    found = dict(connection.execute(BASES).fetchall())
    return {
        metric.id: sha256(f"{types_of(metric)} {found[metric.id]}".encode()).hexdigest()
        for metric in metrics
        if metric.id in found
    }


def query_of(metric: Metric) -> str:
    """The query for the vintages of a metric over its stored versions."""
    stored = ", ".join(f'stored."{column.name}"' for column in columns_of(metric.row))
    columns, grain = columns_sql(metric), grain_sql(metric)
    return SPANS.format(id=metric.id, columns=columns, stored=stored, grain=grain, most=MOST)
