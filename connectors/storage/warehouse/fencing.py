"""The fencing number: who took the home last, so that one who was stopped and goes on later writes nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from connectors.storage.warehouse import Connection, open_warehouse, transaction
from tokenshare.errors import Busy


def take(connection: Connection, run_id: str) -> int:
    """The number of a pass that has just got the lock; all smaller ones are void from now on."""
    with transaction(connection):
        found = connection.execute("SELECT coalesce(max(number), 0) + 1 FROM ledger.fence").fetchone()
        number = int(found[0]) if found else 1
        connection.execute("DELETE FROM ledger.fence")
        connection.execute("INSERT INTO ledger.fence VALUES (?, ?)", [number, run_id])
    return number


@contextmanager
def open_fenced(path: Path, number: int | None) -> Iterator[Connection]:
    """The build database for a pass of that number, if it has one; while it is open nobody else can take the home.

    Raises Busy where a later pass has taken it.
    """
    with open_warehouse(path) as connection:
        if number is not None:
            _mind(connection, number)
        yield connection


def _mind(connection: Connection, number: int) -> None:
    found = connection.execute("SELECT number, run_id FROM ledger.fence").fetchone()
    if found and found[0] != number:
        raise Busy(
            f"pass {found[1]} has taken this home over (fencing number {found[0]}, ours is {number})",
            "leave it to that one, or run again",
        )
