"""The alert status, open alerts and waiting deliveries in one file, for readers without the build database."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from connectors.storage.alert_log.outbox import read_open
from connectors.storage.home import Home, atomic_files
from connectors.storage.warehouse import Connection
from tokenshare.runbooks import link_of

MOST = 50  # faults that are over, and delivered messages
OVER = (
    "SELECT fault_id AS fault, key, opened_at, resolved_at FROM outbox.faults WHERE resolved_at IS NOT NULL "
    f"ORDER BY resolved_at DESC, fault_id LIMIT {MOST}"
)
STATES = (
    "SELECT channel, count(*) FILTER (state <> 'delivered') AS waiting_count, max(delivered_at) AS last_delivered_at, "
    "coalesce(arg_max(said, next_try_at) FILTER (state = 'failed'), '') AS said FROM outbox.deliveries GROUP BY channel"
)
UNUSED = {"waiting_count": 0, "last_delivered_at": None, "said": ""}
AlertStatus = dict[str, Any]
NOTHING: AlertStatus = {"at": None, "open": [], "over": [], "messages": [], "channels": [], "undelivered": 0}


def write(connection: Connection, home: Home, at: datetime, channels: Sequence[str]) -> AlertStatus:
    """Write the status file anew; return its content."""
    messages = _messages(connection, channels)
    waiting = {message["notice_id"] for message in messages if message["state"] != "delivered"}
    states = {row["channel"]: row for row in _rows(connection, STATES)}
    status = {
        "at": at,
        "open": _open(connection),
        "over": _rows(connection, OVER),
        "messages": messages,
        "channels": [states.get(name, {"channel": name, **UNUSED}) for name in channels],
        "undelivered": len(waiting),
    }
    atomic_files.write(home.alerts, json.dumps(status, default=_iso, ensure_ascii=False).encode())
    return status


def read(home: Home) -> AlertStatus:
    """The last written status; an empty one before the first."""
    return dict(json.loads(home.alerts.read_text())) if home.alerts.exists() else dict(NOTHING)


def _open(connection: Connection) -> list[dict[str, Any]]:
    return [
        {
            "fault": alert.fault.id,
            "key": alert.key,
            "kind": alert.fault.kind,
            "subject": alert.fault.subject,
            "since": alert.fault.since,
            "opened_at": alert.opened_at,
            "is_flapping": alert.is_flapping,
            "reason": alert.fault.reason,
            "runbook": link_of(alert.fault.runbook),
        }
        for alert in read_open(connection)
    ]


def _messages(connection: Connection, channels: Sequence[str]) -> list[dict[str, Any]]:
    """The deliveries to the configured channels: all waiting ones, and the newest delivered ones."""
    query = f"""SELECT * EXCLUDE (place, number) FROM (
        SELECT key, action, reminder, channel, state, tries, next_try_at, delivered_at, said, notice_id, number,
            row_number() OVER (PARTITION BY state = 'delivered' ORDER BY number DESC) AS place
        FROM outbox.deliveries JOIN outbox.notices USING (notice_id) WHERE list_contains(?, channel)
    ) WHERE state <> 'delivered' OR place <= {MOST} ORDER BY number, channel"""
    return _rows(connection, query, [list(channels)])


def _rows(connection: Connection, query: str, values: Sequence[Any] = ()) -> list[dict[str, Any]]:
    found = connection.execute(query, list(values))
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _iso(value: datetime) -> str:
    return value.isoformat()
