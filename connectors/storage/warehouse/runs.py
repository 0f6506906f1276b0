"""Passes on record: begun, finished, or skipped because another owned the lock."""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from connectors.storage.home import atomic_files
from connectors.storage.warehouse import Connection, open_warehouse, transaction


def begin(warehouse: Path, run_id: str, as_of: datetime, at: datetime, skipped: Path) -> datetime | None:
    """Record a beginning pass, unless a known as-of is newer: the caller refuses such a pass.

    The newest as-of of any finished or decided pass, None before the first.
    """
    with open_warehouse(warehouse) as connection:
        found = connection.execute(
            "SELECT max(as_of) FROM ledger.runs "
            "WHERE status = 'finished' OR run_id IN (SELECT run FROM decisions.inputs)"
        ).fetchone()
        newest: datetime | None = found[0] if found else None
        notes = sorted(skipped.glob("[!.]*.*"))  # a later one stays for the next pass
        if newest is None or as_of >= newest:
            with transaction(connection):
                connection.execute("UPDATE ledger.runs SET status = 'crashed' WHERE status = 'running'")
                connection.execute(
                    "INSERT OR REPLACE INTO ledger.runs VALUES (?, ?, ?, NULL, 'running')",
                    [run_id, as_of, at],
                )
                _store_skips(connection, [note for note in notes if note.suffix == ".json"])
            for note in notes:
                note.unlink(missing_ok=True)
        return newest


def finish(warehouse: Path, run_id: str, at: datetime) -> None:
    """Record the end of a pass."""
    with open_warehouse(warehouse) as connection:
        connection.execute("UPDATE ledger.runs SET finished_at = ?, status = 'finished' WHERE run_id = ?", [at, run_id])


def leave_skip(skipped: Path, run_id: str, at: datetime, reason: str) -> None:
    """Leave a note of a skipped pass in a file: the database belongs to the owner of the lock."""
    note = {"run_id": run_id, "at": at.isoformat(), "reason": reason}
    atomic_files.write(skipped / f"{run_id}.json", json.dumps(note).encode())


def mark_alerted(skipped: Path, run_id: str) -> None:
    """Mark in a file, for the same reason, that people were alerted of the stale owner `run_id`."""
    atomic_files.write(skipped / f"{run_id}.told", b"")


def is_alerted(skipped: Path, run_id: str) -> bool:
    """True if people were alerted of that owner."""
    return (skipped / f"{run_id}.told").exists()


def _store_skips(connection: Connection, notes: Sequence[Path]) -> None:
    for path in notes:
        note = json.loads(path.read_text())
        connection.execute(
            "INSERT OR REPLACE INTO ledger.skips VALUES (?, ?, ?)",
            [note["run_id"], note["at"], note["reason"]],
        )
