"""The fencing number of the home's last owner: an earlier owner, stopped and resumed, can write nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from connectors.storage.warehouse import Connection, open_warehouse, transaction
from tokenshare.errors import Busy


def take(connection: Connection, run_id: str) -> int:
    """Give the new owner of the lock its number, and make all smaller ones void."""
    with transaction(connection):
        found = connection.execute("SELECT coalesce(max(number), 0) + 1 FROM ledger.fence").fetchone()
        number = int(found[0]) if found else 1
        connection.execute("DELETE FROM ledger.fence")
        connection.execute("INSERT INTO ledger.fence VALUES (?, ?)", [number, run_id])
    return number


@contextmanager
def open_fenced(path: Path, number: int | None) -> Iterator[Connection]:
    """The build database for a pass of that number, if it has one; no other pass can take the home while it is open.

    Raises Busy if a later pass has taken it.
    """
    with open_warehouse(path) as connection:
        if number is not None:
            _require_current(connection, number)
        yield connection


def _require_current(connection: Connection, number: int) -> None:
    found = connection.execute("SELECT number, run_id FROM ledger.fence").fetchone()
    if found and found[0] != number:
        raise Busy(
            f"pass {found[1]} has taken over this home (fencing number {found[0]}, ours is {number})",
            "let that pass finish, or run again",
        )
