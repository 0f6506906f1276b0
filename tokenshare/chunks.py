"""Some records of a range, decoded, on their way into its landed file."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from tokenshare.events import Event
from tokenshare.offsets import UnprovenRun

Cells = tuple[Any, ...]  # the values of an event's fields in their order, or of one field of many events


class Chunk(NamedTuple):
    """Columns with the offsets and times of their records, how many others were rejected, and the unproven runs."""

    columns: Any  # a table of Arrow, which this vocabulary does not know
    offsets: Sequence[int]
    timestamps: Sequence[int]
    rejected: int
    unproven: Sequence[UnprovenRun] = ()


def cells_of(event: Event) -> Cells:
    """The values of an event's fields, in their order."""
    return tuple(getattr(event, name) for name in type(event).model_fields)
