"""Inputs of alerts: skipped passes, and rejected records."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from connectors.storage.warehouse import Connection

NEWEST = 500  # offsets of a partition counted for its share of dead letters


@dataclass(frozen=True)
class Skip:
    """A pass that did not get the home."""

    run_id: str
    at: datetime
    reason: str


def read_skips(connection: Connection) -> list[Skip]:
    """Skipped passes without an alert so far."""
    rows = connection.execute(
        "SELECT run_id, skipped_at, reason FROM ledger.skips "
        "WHERE 'skipped/' || run_id NOT IN (SELECT fault_id FROM outbox.faults) ORDER BY skipped_at, run_id"
    ).fetchall()
    return [Skip(*row) for row in rows]


def read_rejected(connection: Connection) -> dict[str, int]:
    """Records sent to the dead-letter topic since the last deciding pass, by topic.

    Files merely merged, landed again or renamed are not counted: their records are not new.
    """
    rows = connection.execute(
        """WITH passes AS (FROM ledger.runs SELECT *, run_id IN (SELECT run FROM decisions.inputs) AS has_decided)
        SELECT topic, sum(rejected)::BIGINT FROM ledger.landed SEMI JOIN (
            FROM passes WHERE NOT has_decided AND (as_of, started_at) > ALL (
                SELECT (as_of, started_at) FROM passes WHERE has_decided
            )
        ) USING (run_id) WHERE NOT contains(topic, '@') GROUP BY topic ORDER BY topic"""
    ).fetchall()
    return {topic: int(rejected) for topic, rejected in rows}


def read_dead_letter_counts(connection: Connection, topics: Sequence[str]) -> list[tuple[str, int, int]]:
    """Topics with open dead letters in their newest files, as (topic, open dead letters, records).

    The files cover the newest five hundred offsets of each partition; a merged file counts whole.
    """
    return connection.execute(
        f"""WITH files AS (
            SELECT *, max(end_offset) OVER (PARTITION BY topic, "partition") - {NEWEST} AS since FROM ledger.landed
            WHERE list_contains(?, topic)
        ),
        counted AS (
            SELECT topic, rows + rejected AS records, rejected - (
                SELECT count(*) FROM ledger.dead_letters AS settled
                WHERE outcome = 'dropped' AND settled.topic = files.topic AND settled."partition" = files."partition"
                    AND "offset" >= start_offset AND "offset" < end_offset
            ) AS dead_letters
            FROM files WHERE end_offset > since
        )
        SELECT topic, sum(dead_letters)::BIGINT, sum(records)::BIGINT FROM counted
        GROUP BY topic HAVING sum(dead_letters) > 0 ORDER BY topic""",
        [list(topics)],
    ).fetchall()


def read_settled(connection: Connection) -> set[str]:
    """Topics without an open dead letter: each has landed after all, or was dropped by a person."""
    rows = connection.execute(
        """SELECT topic FROM (
            SELECT split_part(topic, '@', 1) AS topic, rejected FROM ledger.landed
            UNION ALL SELECT topic, -1 FROM ledger.dead_letters WHERE outcome = 'dropped'
        ) GROUP BY topic HAVING sum(rejected) <= 0"""
    ).fetchall()
    return {row[0] for row in rows}
