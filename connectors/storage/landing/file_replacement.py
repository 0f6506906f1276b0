"""Landed files merged, split or renamed: the new ones are staged, committed with the ledger, the old ones deleted."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

import pyarrow as pa

from connectors.storage import landing as files
from connectors.storage.home.objects import AnyPath
from connectors.storage.warehouse import Connection, show_landed, transaction
from tokenshare.noop import noop
from tokenshare.offsets import Landed, Range


@dataclass(frozen=True)
class NewFile:
    """A file to write once: its range, its rows, which may be read while it is written, and their number.

    `rejected` is the number of rejected records in the range.
    """

    range: Range
    tables: Iterable[pa.Table]
    rows: int
    rejected: int

    @classmethod
    def of(cls, range: Range, table: pa.Table, rejected: int) -> Self:
        return cls(range, [table], table.num_rows, rejected)

    @property
    def landed(self) -> Landed:
        return Landed(self.range, self.rows, self.rejected)


@dataclass(frozen=True)
class Change:
    """The pass and moment of a replacement; `midway` is called between all steps."""

    run_id: str
    at: datetime
    midway: Callable[[], None] = noop


def read_landed(connection: Connection, topic: str, partition: int) -> list[Landed]:
    """The landed ranges of one partition, in order of their offsets."""
    found = connection.execute(
        'SELECT topic, "partition", start_offset, end_offset, rows, rejected FROM ledger.landed '
        'WHERE topic = ? AND "partition" = ? ORDER BY start_offset',
        [topic, partition],
    ).fetchall()
    return [Landed(Range(*row[:4]), row[4], row[5]) for row in found]


def replace_files(
    connection: Connection,
    landing: AnyPath,
    old: Sequence[Range],
    new: Sequence[NewFile],
    change: Change,
    also: Callable[[], None] = noop,
) -> None:
    """Replace the files of `old` by those of `new`, of the same offsets; `also` joins the transaction.

    A file is listed as obsolete while it is not in the ledger, so a kill at any moment leaves no stray file.
    """
    stage(connection, landing, [part for part in new if part.range not in old], change)
    with transaction(connection):
        for part in new:
            if part.range in old:  # the same path: the counts in the ledger tell the two apart
                files.write_tables(landing, part.range, part.tables, part.rejected)
        commit(connection, landing, old, new, change)
        also()
    change.midway()
    delete_obsolete(connection, landing)


def stage(connection: Connection, landing: AnyPath, new: Sequence[NewFile], change: Change) -> None:
    """Write files before they are in the ledger."""
    with transaction(connection):
        _mark(connection, [part.range for part in new])
    for part in new:
        files.write_tables(landing, part.range, part.tables, part.rejected)
        change.midway()


def commit(
    connection: Connection, landing: AnyPath, old: Sequence[Range], new: Sequence[NewFile], change: Change
) -> None:
    """Move the ledger from the old files to the new ones, inside a transaction of the caller."""
    shown = {
        landed.range
        for at in {(range.topic, range.partition) for range in old}
        for landed in read_landed(connection, *at)
        if landed.rows and landed.range in old
    }
    for range in old:
        at = [range.topic, range.partition, range.start]
        for table in ("landed", "intents"):
            connection.execute(
                f'DELETE FROM ledger.{table} WHERE topic = ? AND "partition" = ? AND start_offset = ?', at
            )
    for part in new:
        span = (part.range.topic, part.range.partition, part.range.start, part.range.end)
        values = [*span, part.rows, part.rejected, change.run_id, change.at]
        connection.execute("INSERT INTO ledger.landed VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
        connection.execute("DELETE FROM ledger.obsolete WHERE file_name = ?", [part.range.file_name])
    change.midway()
    _mark(connection, [range for range in old if range not in [part.range for part in new]])
    if shown != {part.range for part in new if part.rows}:  # else the views already name these files
        show_landed(connection, landing)


def delete_obsolete(connection: Connection, landing: AnyPath) -> None:
    """Delete obsolete files, also those of a killed replacement; never one in the ledger."""
    listed = [row[0] for row in connection.execute("SELECT file_name FROM ledger.obsolete").fetchall()]
    if not listed:
        return
    known = connection.execute('SELECT topic, "partition", start_offset, end_offset FROM ledger.landed').fetchall()
    for name in set(listed) - {Range(*row).file_name for row in known}:
        (landing / name).unlink(missing_ok=True)
    connection.execute("DELETE FROM ledger.obsolete")


def _mark(connection: Connection, ranges: Sequence[Range]) -> None:
    for range in ranges:
        connection.execute("INSERT OR IGNORE INTO ledger.obsolete VALUES (?)", [range.file_name])
