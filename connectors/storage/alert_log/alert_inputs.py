"""Inputs of alerts: skipped passes, and rejected records."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from connectors.storage.warehouse import Connection

NEWEST = 500  # records of a partition counted for its share of dead letters


class Rejected(NamedTuple):
    """The records sent to the dead letter; `unproven` of them do not prove that this home wrote them."""

    records: int
    unproven: int


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


def read_rejected(connection: Connection) -> dict[str, Rejected]:
    """Records sent to the dead-letter topic since the last deciding pass, by topic.

    Files merely merged, landed again or renamed are not counted: their records are not new.
    """
    rows = connection.execute(
        """WITH passes AS (FROM ledger.runs SELECT *, run_id IN (SELECT run FROM decisions.inputs) AS has_decided)
        SELECT topic, sum(rejected)::BIGINT, sum((
            SELECT coalesce(sum(records), 0) FROM ledger.strangers AS runs
            WHERE runs.topic = landed.topic AND runs."partition" = landed."partition"
                AND runs.start_offset >= landed.start_offset AND runs.start_offset < landed.end_offset
        ))::BIGINT FROM ledger.landed AS landed SEMI JOIN (
            FROM passes WHERE NOT has_decided AND (as_of, started_at) > ALL (
                SELECT (as_of, started_at) FROM passes WHERE has_decided
            )
        ) USING (run_id) WHERE NOT contains(topic, '@') GROUP BY topic ORDER BY topic"""
    ).fetchall()
    return {topic: Rejected(records, unproven) for topic, records, unproven in rows}


def read_dead_letter_counts(connection: Connection) -> list[tuple[str, int, int]]:
    """Topics with open dead letters in their newest files, as (topic, open dead letters, records).

    Unproven records do not count, neither as dead letters nor as records, nor do they make others older: what this home
    did not write says nothing of its numbers. The files hold the newest five hundred of the other records of each
    partition; a merged file counts whole.
    """
    return connection.execute(
        f"""WITH files AS (
            SELECT
                landed.topic, landed."partition", end_offset,
                rejected - coalesce(sum(left_out.letters), 0) AS dead_letters,
                rows + rejected - coalesce(sum(left_out.records), 0) AS records
            FROM ledger.landed AS landed
            LEFT JOIN ledger.left_out AS left_out
                ON left_out.topic = landed.topic AND left_out."partition" = landed."partition"
                AND "offset" >= start_offset AND "offset" < end_offset
            GROUP BY landed.topic, landed."partition", end_offset, rows, rejected
        ),
        newest AS (
            SELECT *, sum(records) OVER (PARTITION BY topic, "partition" ORDER BY end_offset DESC) - records AS younger
            FROM files
        )
        SELECT topic, sum(dead_letters)::BIGINT, sum(records)::BIGINT FROM newest WHERE younger < {NEWEST}
        GROUP BY topic HAVING sum(dead_letters) > 0 ORDER BY topic""",
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
