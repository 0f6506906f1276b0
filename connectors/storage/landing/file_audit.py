"""A landed file held against what Kafka still says of its range."""

from collections.abc import Collection
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from connectors.storage import landing as files
from connectors.storage.landing import file_replacement
from connectors.storage.landing.file_replacement import NewFile
from connectors.storage.warehouse import Connection
from tokenshare.errors import UsageError
from tokenshare.offsets import Landed, Range
from tokenshare.topics import TOPIC_BY_NAME


def overlapping(connection: Connection, wanted: Range) -> list[Landed]:
    """The landed ranges that hold these offsets; raises UsageError where they have not landed, or not all of them."""
    found = file_replacement.read_landed(connection, wanted.topic, wanted.partition)
    chosen = [landed for landed in found if landed.range.start < wanted.end and landed.range.end > wanted.start]
    held = sum(min(l.range.end, wanted.end) - max(l.range.start, wanted.start) for l in chosen)  # noqa: E741
    if held < wanted.end - wanted.start:
        end = max((landed.range.end for landed in found), default=0)
        raise UsageError(
            f"offsets {wanted.start} to {wanted.end - 1} of {wanted.topic} partition {wanted.partition} have not all "
            f"landed (the ledger stands at {end})",
            "name a range that `tokenshare status` knows, or run `tokenshare refresh`",
        )
    return chosen


def differing(landing: Path, draft: Path, landed: Landed, dropped: Collection[int]) -> NewFile | None:
    """What is to be put in the place of a file; None where it holds exactly what its range says again in `draft`.

    `dropped` are offsets that a person keeps out.
    """
    topic = TOPIC_BY_NAME[landed.range.topic]
    said = files.read_table(draft, landed.range, topic)
    kept = said.filter(pc.invert(pc.is_in(said["offset"], pa.array(sorted(dropped), pa.int64()))))
    rejected = files.read_manifest(draft, landed.range).rejected + said.num_rows - kept.num_rows
    part = NewFile(landed.range, kept, rejected)
    return None if part.landed == landed and _says(landing, part) else part


def _says(landing: Path, part: NewFile) -> bool:
    """Whether the file holds those rows; one that is missing or damaged does not."""
    try:
        found = files.read_table(landing, part.range, TOPIC_BY_NAME[part.range.topic])
    except (OSError, pa.ArrowException):
        return False
    return bool(found.combine_chunks().equals(part.table.combine_chunks()))
