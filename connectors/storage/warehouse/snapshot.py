"""A copy of the build database: for a reader, who then needs no lock and blocks no pass, and before an upgrade."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from connectors import lock
from connectors.storage.home import Home, atomic_files, relocation
from connectors.storage.warehouse import Connection, has_form, open_warehouse, opened, reaching
from tokenshare.errors import Busy, UsageError

AGAIN = "run it again when that pass has ended"


@contextmanager
def take(home: Home, folder: Path) -> Iterator[Connection]:
    """A connection to a copy made in `folder`, with the tables of this version.

    Raises Busy if a pass owns the home, or begins before the block ends; UsageError if the build database is missing
    or not readable, or a folder outside is not this home's; StoreUnavailable if a store does not answer.
    """
    with copied(home, folder) as copy:
        relocation.require_own(home)
        try:
            with open_warehouse(copy) as connection, reaching(connection, home.landing):
                yield connection
        except duckdb.ProgrammingError:  # a wrong query does not make the file unreadable
            raise
        except duckdb.Error as error:
            raise UsageError(f"{home.warehouse} is not readable", "restore build from a backup") from error


@contextmanager
def copied(home: Home, folder: Path) -> Iterator[Path]:
    """The path of a copy made in `folder`, as it is; raises Busy and UsageError as `take` does."""
    if not home.warehouse.exists():
        raise UsageError(f"there is no {home.warehouse}", "restore build from a backup, or run `tokenshare refresh`")
    before = _signature(home)
    _check_pass(home)
    for path in _files(home):
        shutil.copyfile(path, folder / path.name)
    _check_change(home, before)
    yield folder / home.warehouse.name
    _check_change(home, before)


def back_up_older(home: Home) -> None:
    """Keep the build database of an earlier version as it is; this version changes its tables. The newest is kept.

    The home must be owned.
    """
    if not home.warehouse.exists():
        return
    with opened(home.warehouse) as connection:
        if has_form(connection):
            return
    atomic_files.copy(home.warehouse, home.backup)


def _files(home: Home) -> list[Path]:
    """The database, and the log of a killed writer beside it."""
    found = (home.warehouse, home.warehouse.with_name(f"{home.warehouse.name}.wal"))
    return [path for path in found if path.exists()]


def _signature(home: Home) -> list[tuple[str, int, int]]:
    return [(path.name, path.stat().st_mtime_ns, path.stat().st_size) for path in _files(home)]


def _check_pass(home: Home) -> None:
    if lock.is_held(home.lock):
        process = lock.owner(home.lock)
        raise Busy(f"a refresh is running (pid {process.pid if process else 'unknown'})", AGAIN)


def _check_change(home: Home, before: list[tuple[str, int, int]]) -> None:
    _check_pass(home)
    if _signature(home) != before:
        raise Busy("a pass changed the home meanwhile", AGAIN)
