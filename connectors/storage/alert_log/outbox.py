"""The outbox: faults on record, messages about them, and the delivery of each message to each channel."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from connectors.storage.warehouse import Connection
from tokenshare.alerting import Alert, AlertPlan, SentNotice, next_try
from tokenshare.alerts import Fault, Notice


@dataclass(frozen=True)
class PendingDelivery:
    """A message not yet accepted by a channel."""

    notice: Notice
    rounds: int
    next_try_at: datetime


def read_open(connection: Connection) -> list[Alert]:
    """Every open fault, the oldest first."""
    rows = connection.execute(
        "SELECT facts, key, opened_at, well_count, is_flapping FROM outbox.faults WHERE resolved_at IS NULL "
        "ORDER BY opened_at, fault_id"
    ).fetchall()
    return [
        Alert(Fault.model_validate_json(facts).model_copy(update={"key": key}), opened_at, well, flaps)
        for facts, key, opened_at, well, flaps in rows
    ]


def read_sent(connection: Connection) -> list[SentNotice]:
    """Every message, in the order of writing."""
    rows = connection.execute(
        "SELECT key, action, reminder, as_of, written_at FROM outbox.notices ORDER BY number"
    ).fetchall()
    return [SentNotice(*row) for row in rows]


def store(connection: Connection, plan: AlertPlan, run_id: str, at: datetime, channels: Sequence[str]) -> None:
    """Record a plan within the caller's transaction: faults, messages, and the deliveries owed."""
    for alert in plan.alerts:
        _store_alert(connection, alert, run_id)
    for alert in plan.resolved:
        connection.execute(
            "UPDATE outbox.faults SET resolved_at = ?, resolved_run = ? WHERE fault_id = ? AND resolved_at IS NULL",
            [at, run_id, alert.fault.id],
        )
    write(connection, plan.notices, channels)


def write(connection: Connection, notices: Iterable[Notice], channels: Sequence[str]) -> None:
    """Write messages, owed to each of the channels; a known message stays as it is."""
    for notice in notices:
        connection.execute(
            "INSERT INTO outbox.notices SELECT ?, nextval('outbox.written'), ?, ?, ?, ?, ?, ?, ? "
            "WHERE NOT EXISTS (FROM outbox.notices WHERE notice_id = ?)",
            [
                notice.id,
                notice.key,
                notice.action,
                notice.reminder,
                notice.as_of,
                notice.at,
                notice.run_id,
                notice.model_dump_json(),
                notice.id,
            ],
        )
        for channel in channels:
            _owe(connection, notice.id, channel, notice.at)


def owe_newcomers(connection: Connection, channels: Sequence[str], at: datetime) -> None:
    """Owe a new channel the newest message of each open fault."""
    newest = connection.execute(
        "SELECT key, arg_max(notice_id, number) FROM outbox.notices WHERE action = 'trigger' "
        "AND key IN (SELECT key FROM outbox.faults WHERE resolved_at IS NULL) GROUP BY key"
    ).fetchall()
    for key, notice_id in newest:
        for channel in channels:
            known = connection.execute(
                "SELECT 1 FROM outbox.deliveries JOIN outbox.notices USING (notice_id) WHERE channel = ? AND key = ? "
                "AND number >= (SELECT max(number) FROM outbox.notices "
                "WHERE key = ? AND action = 'trigger' AND reminder = 0)",
                [channel, key, key],
            ).fetchone()
            if known is None:
                _owe(connection, notice_id, channel, at)


def read_owed(connection: Connection, channel: str) -> list[PendingDelivery]:
    """The messages not yet accepted by a channel, in the order of writing."""
    rows = connection.execute(
        "SELECT body, rounds, next_try_at FROM outbox.deliveries JOIN outbox.notices USING (notice_id) "
        "WHERE channel = ? AND state <> 'delivered' ORDER BY number",
        [channel],
    ).fetchall()
    return [PendingDelivery(Notice.model_validate_json(body), rounds, due) for body, rounds, due in rows]


def record_delivery(connection: Connection, notice_id: str, channel: str, at: datetime) -> None:
    """Record that the channel accepted the message."""
    connection.execute(
        "UPDATE outbox.deliveries SET state = 'delivered', tries = tries + 1, delivered_at = ?, said = '' "
        "WHERE notice_id = ? AND channel = ?",
        [at, notice_id, channel],
    )


def record_failure(
    connection: Connection, owed: PendingDelivery, channel: str, answer: str, tries: int, at: datetime, asked: timedelta
) -> None:
    """Record `tries` failed tries of one round with the channel's `answer`; the next round is due after a while.

    `asked` is the shortest wait the channel asks for.
    """
    connection.execute(
        "UPDATE outbox.deliveries SET state = 'failed', rounds = rounds + 1, tries = tries + ?, next_try_at = ?, "
        "said = ? WHERE notice_id = ? AND channel = ?",
        [tries, next_try(owed.rounds + 1, at, asked), answer, owed.notice.id, channel],
    )


def count(connection: Connection, run_id: str, channels: Sequence[str]) -> dict[str, int]:
    """The numbers of alerts opened and resolved by a pass, and of messages not yet accepted by some channel."""
    counts = dict(
        connection.execute(
            "SELECT action, count(*) FROM outbox.notices WHERE run_id = ? AND reminder = 0 GROUP BY action", [run_id]
        ).fetchall()
    )
    waiting = {owed.notice.id for channel in channels for owed in read_owed(connection, channel)}
    return {"opened": counts.get("trigger", 0), "resolved": counts.get("resolve", 0), "undelivered": len(waiting)}


def _store_alert(connection: Connection, alert: Alert, run_id: str) -> None:
    facts = alert.fault.model_dump_json()
    known = connection.execute(
        "UPDATE outbox.faults SET key = ?, well_count = ?, is_flapping = ?, facts = ? "
        "WHERE fault_id = ? AND resolved_at IS NULL RETURNING 1",
        [alert.key, alert.well_count, alert.is_flapping, facts, alert.fault.id],
    ).fetchone()
    if known is None:
        connection.execute(
            "INSERT INTO outbox.faults VALUES (?, ?, ?, ?, ?, NULL, NULL, ?, ?, ?)",
            [
                alert.fault.id,
                alert.key,
                alert.fault.kind,
                alert.opened_at,
                run_id,
                alert.well_count,
                alert.is_flapping,
                facts,
            ],
        )


def _owe(connection: Connection, notice_id: str, channel: str, at: datetime) -> None:
    connection.execute(
        "INSERT INTO outbox.deliveries VALUES (?, ?, 'owed', 0, 0, ?, NULL, '') ON CONFLICT DO NOTHING",
        [notice_id, channel, at],
    )
