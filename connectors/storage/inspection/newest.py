"""The rows behind the numbers, compared with the newest answer of their source."""

from collections.abc import Iterator, Sequence

from connectors.storage.warehouse import BUILT, Connection, has_relation
from tokenshare.inspected import Outdated, Statement
from tokenshare.topics import (
    FX_OBSERVED,
    QUOTE_OBSERVED,
    SHARE_COUNT_OBSERVED,
    TOPIC_BY_NAME,
    USAGE_CATEGORY_OBSERVED,
    USAGE_OBSERVED,
)

# The rows chosen among the fetches of a dated topic, and their days.
CHOSEN = {
    USAGE_OBSERVED.name: ("int_usage_selected", "usage_date"),
    USAGE_CATEGORY_OBSERVED.name: ("int_category_selected", "week_start_date"),
    QUOTE_OBSERVED.name: ("int_quotes_selected", "session_date"),
    SHARE_COUNT_OBSERVED.name: ("int_shares_selected", "count_date"),
    FX_OBSERVED.name: ("int_fx_selected", "rate_date"),
}


def read_outdated(connection: Connection, statement: Statement) -> Iterator[Outdated]:
    """The chosen rows missing in the newest answer of their source, and the rows of that answer that never landed.

    Days with a finding of the newest pass, or with a released one, are left out: their numbers are held, or let out by
    a person. Rows of a fetch newer than the answer are its successors.
    """
    relation, day = CHOSEN.get(statement.topic, ("", ""))
    if not has_relation(connection, BUILT, relation):
        return
    answered = [list(column) for column in zip(*statement.rows, strict=True)] or [[], []]
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE answered AS SELECT unnest(?) AS day, unnest(?) AS event_id", answered
    )
    chosen = f"SELECT {day} AS day, event_id FROM {BUILT}.{relation} WHERE source_id = ? AND observed_at <= ?"
    landed = f"SELECT event_id FROM raw.{TOPIC_BY_NAME[statement.topic].table} WHERE source_id = ?"
    first, last, moment = statement.start, statement.end, statement.observed_at
    gone = f"SELECT day, count(*) FROM ({chosen}) ANTI JOIN answered USING (event_id) WHERE day BETWEEN ? AND ?"
    lost = f"SELECT day, count(*) FROM answered ANTI JOIN ({landed}) USING (event_id)"
    yield from _outdated(connection, gone, [statement.source_id, moment, first, last], "is not in it")
    yield from _outdated(connection, lost, [statement.source_id], "of it never landed")


def _outdated(connection: Connection, query: str, values: Sequence[object], problem: str) -> Iterator[Outdated]:
    """The days of a query without findings."""
    rows = connection.execute(
        rf"""WITH found AS ({query} GROUP BY day),
        keys AS (
            SELECT key FROM decisions.breaches
            WHERE run IN (SELECT max(run) FROM decisions.gate_results GROUP BY metric)
            UNION ALL SELECT key FROM decisions.releases
        ),
        judged AS (SELECT unnest(regexp_extract_all(key, '\d{{4}}-\d{{2}}-\d{{2}}'))::DATE AS day FROM keys)
        SELECT found.* FROM found ANTI JOIN judged USING (day) ORDER BY ALL""",
        list(values),
    ).fetchall()
    yield from (Outdated(day, rows, problem) for day, rows in rows)
