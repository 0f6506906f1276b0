"""Landed files of one partition merged: years of passes would leave thousands of small ones."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

import pyarrow as pa

from connectors.storage import landing as files
from connectors.storage.home.objects import AnyPath
from connectors.storage.landing import file_replacement
from connectors.storage.landing.file_replacement import Change, NewFile
from connectors.storage.warehouse import Connection
from tokenshare.offsets import RETIRED, Landed, Range
from tokenshare.topics import TOPIC_BY_NAME


@dataclass(frozen=True)
class Merged:
    """One merged file, and the number of files before."""

    range: Range
    files: int
    rows: int


def compact(connection: Connection, landing: AnyPath, records: int, change: Change) -> list[Merged]:
    """Merge neighbouring files into ones of at most `records` offsets; rows, coordinates and views stay the same.

    If more files may still join a group, a file larger than all after it waits until they are as large: a record is
    written once for each doubling, however often files are merged. A kill leaves each group as it was or merged; the
    next owner of the home removes left-over files.
    """
    made = []
    for group in _groups(connection, records):
        part = _merged(landing, group)
        file_replacement.replace_files(connection, landing, [landed.range for landed in group], [part], change)
        made.append(Merged(part.range, len(group), part.rows))
    pa.default_memory_pool().release_unused()  # a `stream` would hold it until it ends
    return made


def _merged(landing: AnyPath, group: Sequence[Landed]) -> NewFile:
    first, last = group[0].range, group[-1].range
    topic = TOPIC_BY_NAME[first.topic.partition(RETIRED)[0]]
    tables = (table for landed in group for table in files.read_tables(landing, landed.range, topic))
    whole = Range(first.topic, first.partition, first.start, last.end)
    return NewFile(whole, tables, sum(landed.rows for landed in group), sum(landed.rejected for landed in group))


def _groups(connection: Connection, records: int) -> Iterator[list[Landed]]:
    """Runs of two or more neighbours without a gap between them."""
    for topic, partition in connection.execute(
        'SELECT DISTINCT topic, "partition" FROM ledger.landed ORDER BY ALL'
    ).fetchall():
        group: list[Landed] = []
        for landed in file_replacement.read_landed(connection, topic, partition):
            if group and _fits(group, landed, records):
                group.append(landed)
                continue
            if len(group) > 1:
                yield group
            group = [landed]
        if due := _due(group):
            yield due


def _due(growing: Sequence[Landed]) -> list[Landed]:
    """The files of a growing group, from the first one that is no larger than all after it; none if all are larger."""
    end = growing[-1].range.end if growing else 0
    sizes = ((landed.range.end - landed.range.start, end - landed.range.end) for landed in growing)
    waiting = sum(1 for _ in takewhile(lambda at: at[0] > at[1], sizes))
    return list(growing[waiting:])


def _fits(group: Sequence[Landed], landed: Landed, records: int) -> bool:
    is_next = group[-1].range.end == landed.range.start
    return is_next and landed.range.end - group[0].range.start <= records
