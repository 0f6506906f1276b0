"""Answers of the curated facts as lines of truth.csv."""

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal

from demo.files import Answer


def cells_of(metric: str, key: Mapping[str, object], cells: Mapping[str, object]) -> Iterator[Answer]:
    """One line a column."""
    for column, cell in cells.items():
        yield metric, json.dumps(key), column, text_of(cell)


def text_of(cell: object) -> str:
    """Numbers without an exponent, truth in small letters, nothing where there is no value."""
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    return "" if cell is None else str(cell).lower() if isinstance(cell, bool) else str(cell)
