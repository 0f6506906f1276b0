"""The outcomes of dead letters: landed after all, or dropped by a person for a reason."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from connectors.storage import landing as files
from connectors.storage.home.objects import AnyPath
from connectors.storage.landing import file_replacement
from connectors.storage.landing.file_replacement import Change, NewFile
from connectors.storage.warehouse import Connection
from tokenshare.events import Event
from tokenshare.offsets import Landed, Range, Record, RecordId
from tokenshare.topics import TOPIC_BY_NAME


@dataclass(frozen=True)
class DeadLetterOutcome:
    """A person's decision about one dead letter; `outcome` is redriven or dropped."""

    outcome: str
    by: str
    reason: str
    at: datetime


def read_outcomes(connection: Connection) -> dict[RecordId, DeadLetterOutcome]:
    """All decisions, by the coordinates of the records."""
    rows = connection.execute(
        'SELECT topic, "partition", "offset", outcome, decided_by, reason, decided_at FROM ledger.dead_letters'
    ).fetchall()
    return {RecordId(*row[:3]): DeadLetterOutcome(*row[3:]) for row in rows}


def record(connection: Connection, id: RecordId, outcome: DeadLetterOutcome) -> None:
    """Record a decision."""
    values = [*id, outcome.outcome, outcome.by, outcome.reason, outcome.at]
    connection.execute("INSERT INTO ledger.dead_letters VALUES (?, ?, ?, ?, ?, ?, ?)", values)


def containing(connection: Connection, id: RecordId) -> Landed | None:
    """The landed range that contains a record; None if it has not landed."""
    found = file_replacement.read_landed(connection, id.topic, id.partition)
    return next((landed for landed in found if landed.range.start <= id.offset < landed.range.end), None)


def is_landed(landing: AnyPath, whole: Landed, id: RecordId) -> bool:
    """True if the landed range has a row of that record already."""
    if not whole.rows:
        return False
    offsets = files.read_table(landing, whole.range, TOPIC_BY_NAME[id.topic])["offset"]
    return bool(pc.any(pc.equal(offsets, id.offset)).as_py())


def land(
    connection: Connection,
    landing: AnyPath,
    whole: Landed,
    row: tuple[Record, Event],
    change: Change,
    also: Callable[[], None],
) -> None:
    """Land one record of a landed range under its own coordinates: split the range at its offset.

    `also` joins the transaction. Landed files are never changed; `compact` merges the parts again.
    """
    topic, at = TOPIC_BY_NAME[whole.range.topic], row[0].offset
    table = files.read_table(landing, whole.range, topic)
    before, after = _sides(whole, table, at)
    single = NewFile.of(_within(whole.range, at, at + 1), files.table_of(topic, [row]), 0)
    new = [part for part in (before, single, after) if part.range.start < part.range.end]
    file_replacement.replace_files(connection, landing, [whole.range], new, change, also)


def _sides(whole: Landed, table: pa.Table, at: int) -> tuple[NewFile, NewFile]:
    """The parts before and after an offset; as many of the rejected records as fit are counted before it."""
    before = table.filter(pc.less(table["offset"], at))
    after = table.filter(pc.greater(table["offset"], at))
    left = _within(whole.range, whole.range.start, at)
    rejected = min(whole.rejected - 1, left.end - left.start - before.num_rows)
    rest = whole.rejected - 1 - rejected
    right = _within(whole.range, at + 1, whole.range.end)
    return NewFile.of(left, before, rejected), NewFile.of(right, after, rest)


def _within(range: Range, start: int, end: int) -> Range:
    return Range(range.topic, range.partition, start, end)
