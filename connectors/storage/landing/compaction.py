"""Landed files of one partition merged: years of passes would leave thousands of small ones."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

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

    The newest files of a partition may be few yet: one that is larger than all that follow it waits until they are as
    large, so a record is written few times however often files are merged.
    A kill leaves each group as it was or merged; the next owner of the home removes left-over files.
    """
    made = []
    for group in _groups(connection, records):
        part = _merged(landing, group)
        file_replacement.replace_files(connection, landing, [landed.range for landed in group], [part], change)
        made.append(Merged(part.range, len(group), part.rows))
    return made


def _merged(landing: AnyPath, group: Sequence[Landed]) -> NewFile:
    first, last = group[0].range, group[-1].range
    topic = TOPIC_BY_NAME[first.topic.partition(RETIRED)[0]]

    def tables() -> Iterator[pa.Table]:
        yield files.schema_of(topic).empty_table()
        for landed in group:
            yield from files.read_tables(landing, landed.range, topic)

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
    """The files of a group that still grows, from the first on that is no larger than all that follow it."""
    sizes = [landed.range.end - landed.range.start for landed in growing]
    first = next((at for at, size in enumerate(sizes) if size <= sum(sizes[at + 1 :])), len(sizes))
    return list(growing[first:])


def _fits(group: Sequence[Landed], landed: Landed, records: int) -> bool:
    is_next = group[-1].range.end == landed.range.start
    return is_next and landed.range.end - group[0].range.start <= records
