"""Edits of the rows of a file; each returns the rows after the fault."""

from collections.abc import Callable
from decimal import Decimal

from tests.faults.world import Row, Rows

Edit = Callable[[Rows], Rows | None]


def each(change: Callable[[Row], Row]) -> Edit:
    return lambda rows: [change(dict(row)) for row in rows]


def lose(column: str) -> Edit:
    """Without a column, header and all."""
    return each(lambda row: {name: cell for name, cell in row.items() if name != column})


def times(*columns: str, factor: int = 100) -> Edit:
    """In another unit."""
    return each(lambda row: row | {name: f"{Decimal(row[name]) * factor:f}" for name in columns if row[name]})


def put(text: str, *columns: str) -> Edit:
    """One text in every cell of some columns."""
    return each(lambda row: row | dict.fromkeys(columns, text))


def swap(column: str, one: str, other: str) -> Edit:
    """Each of two words in the place of the other."""
    words = {one: other, other: one}
    return each(lambda row: row | {column: words.get(row[column], row[column])})


def postpone(*columns: str) -> Edit:
    """Every date two years later."""
    return each(lambda row: row | {name: f"{int(row[name][:4]) + 2}{row[name][4:]}" for name in columns})


def again(where: Row, **given: str) -> Edit:
    """The newest row of a key a second time, saying something else."""

    def edit(rows: Rows) -> Rows:
        found = [row for row in rows if where.items() <= row.items()][-1]
        return [*rows, found | given]

    return edit


def without(**where: str) -> Edit:
    """Leave out the rows with a column beginning with a text."""
    return lambda rows: [row for row in rows if not all(row[name].startswith(text) for name, text in where.items())]


def absent(_: Rows) -> None:
    """No file at all."""
