"""Some records of a range, decoded, on their way into its landed file."""

from collections.abc import Sequence
from typing import NamedTuple

from tokenshare.events import Event
from tokenshare.offsets import Record, UnprovenRun

Rows = Sequence[tuple[Record, Event]]


class Chunk(NamedTuple):
    """The rows, how many other records were rejected, and the runs of those that have no proof."""

    rows: Rows
    rejected: int
    unproven: Sequence[UnprovenRun] = ()
