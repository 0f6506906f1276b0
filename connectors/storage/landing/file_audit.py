"""A landed file compared with Kafka's records of its range."""

from collections.abc import Collection
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from connectors.storage import landing as files
from connectors.storage.home.objects import AnyPath
from connectors.storage.landing import file_replacement
from connectors.storage.landing.file_replacement import NewFile
from connectors.storage.warehouse import Connection
from tokenshare.errors import UsageError
from tokenshare.offsets import Landed, Range
from tokenshare.topics import TOPIC_BY_NAME


def overlapping(connection: Connection, wanted: Range) -> list[Landed]:
    """The landed ranges of these offsets; raises UsageError if any of them has not landed."""
    found = file_replacement.read_landed(connection, wanted.topic, wanted.partition)
    chosen = [landed for landed in found if landed.range.start < wanted.end and landed.range.end > wanted.start]
    covered = sum(min(l.range.end, wanted.end) - max(l.range.start, wanted.start) for l in chosen)  # noqa: E741
    if covered < wanted.end - wanted.start:
        end = max((landed.range.end for landed in found), default=0)
        raise UsageError(
            f"offsets {wanted.start} to {wanted.end - 1} of {wanted.topic} partition {wanted.partition} have not all "
            f"landed (the ledger stands at {end})",
            "name a range that `tokenshare status` knows, or run `tokenshare refresh`",
        )
    return chosen


def differing(landing: AnyPath, draft: Path, landed: Landed, dropped: Collection[int]) -> NewFile | None:
    """The replacement of a landed file; None if it contains exactly the rows read again into `draft`.

    `dropped` are the offsets of records dropped by a person.
    """
    topic = TOPIC_BY_NAME[landed.range.topic]
    again = files.read_table(draft, landed.range, topic)
    kept = again.filter(pc.invert(pc.is_in(again["offset"], pa.array(sorted(dropped), pa.int64()))))
    rejected = files.read_manifest(draft, landed.range).rejected + again.num_rows - kept.num_rows
    part = NewFile.of(landed.range, kept, rejected)
    return None if part.landed == landed and _has_rows(landing, part.range, kept) else part


def _has_rows(landing: AnyPath, range: Range, rows: pa.Table) -> bool:
    """True if the file contains exactly those rows; False if it is missing or damaged."""
    try:
        found = files.read_table(landing, range, TOPIC_BY_NAME[range.topic])
    except (OSError, pa.ArrowException):
        return False
    return bool(found.combine_chunks().equals(rows.combine_chunks()))
