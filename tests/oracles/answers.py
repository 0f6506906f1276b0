"""Known answers as plain values: one a cell of a published row."""

import json
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

Answer = tuple[str, str, str, str]  # metric, key (a JSON object), column, value
Cells = dict[str, object]
Answers = Iterable[tuple[Cells, Cells]]  # what is added to the period's key, and the values there


def write(metric: str, period: Cells, answers: Answers) -> Iterator[Answer]:
    """The answers about each row of a period."""
    for key, values in answers:
        yield from cells_of(metric, {**period, **key}, values)


def cells_of(metric: str, key: Mapping[str, object], cells: Mapping[str, object]) -> Iterator[Answer]:
    """One answer a column."""
    for column, cell in cells.items():
        yield metric, json.dumps(key), column, text_of(cell)


def text_of(cell: object) -> str:
    """A value as text: exact numbers, truth in small letters, empty for none."""
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    return "" if cell is None else str(cell).lower() if isinstance(cell, bool) else str(cell)
