"""Text and tables for a terminal of any width, and for a pipe: no word, date or number is ever cut.

On a terminal text wraps at blanks. A table too wide for it wraps its prose; if a word still does not fit, its rows are
drawn as blocks, a field a line. Elsewhere each row is one line.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

GAP, INDENT = "  ", "  "
STYLES = {
    **dict.fromkeys(("ok", "published", "current", "fetched", "passed", "True", "kept", "reproduced"), "green"),
    **dict.fromkeys(("held", "failed", "refused", "broken", "not_reproduced"), "red"),
    **dict.fromkeys(("absent", "incomplete", "released", "reproduced_by_another_method"), "yellow"),
    **dict.fromkeys(("inactive", "skipped", "no_data"), "dim"),
    "unchanged": "cyan",
}
_WORD = re.compile(r"\S+\s*")
_NUMBER = re.compile(r"[-+]?\d[\d,.]*(e[-+]?\d+)?[%xBT]?")
Line = list[tuple[str, str]]  # pieces, each with its style


@dataclass(frozen=True)
class Table:
    """Headings, and rows of as many cells each, below a title."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]


class Screen:
    """Where a document is drawn. `width` is that of a terminal, None if a line may have any."""

    def __init__(self, console: Console, *, is_wide: bool = False) -> None:
        self._console = console
        self.is_terminal = console.is_terminal
        self.width = console.width if console.is_terminal and not is_wide else None

    def print(self, drawn: str | Table = "", style: str = "", *, is_unbroken: bool = False) -> None:
        """Print a table, or a paragraph wrapped at blanks, on one line of any width if it is to stay unbroken."""
        if isinstance(drawn, Table):
            lines = table_lines(drawn, self.width)
        else:
            lines = paragraph(drawn, style, None if is_unbroken else self.width)
        for line in lines:
            if self.is_terminal:
                self._console.print(Text.assemble(*line), soft_wrap=True)
            else:
                print("".join(text for text, _ in line), file=self._console.file)


def paragraph(text: str, style: str, width: int | None) -> Iterator[Line]:
    """The lines of a text, each with the indent of the first."""
    return ([(line, style)] for part in text.split("\n") for line in wrap(part, width))


def table_lines(table: Table, width: int | None) -> Iterator[Line]:
    """The lines of a table on a terminal of that width, on any if it is None."""
    if table.title:
        yield from paragraph(table.title, "", width)
    if not table.rows:
        yield from paragraph(GAP.join(table.headings), "", width)
        return
    columns = list(zip(table.headings, *table.rows, strict=True))
    widths = _fit([(max(map(_longest, cells)), max(map(_length, cells))) for cells in columns], width)
    if widths is None:
        yield from _blocks(table, width or 0)
        return
    is_right = [any(map(_NUMBER.fullmatch, cells)) and _are_numbers(cells[1:]) for cells in columns]
    for row in (table.headings, *table.rows):
        yield from _row(row, widths, is_right)


def wrap(text: str, width: int | None) -> list[str]:
    """The text in lines broken at blanks alone; a word longer than the width has a line of its own."""
    if width is None or _length(text) <= width:
        return [text]
    words = text.lstrip(" ")
    indent = " " * (len(text) - len(words))
    lines, line = [], indent
    for found in _WORD.finditer(words):
        if line != indent and _length(line) + _length(found[0].rstrip()) > width:
            lines.append(line.rstrip())
            line = indent
        line += found[0]
    return [*lines, line]


def _length(text: str) -> int:
    return len(text) if text.isascii() else cell_len(text)


def _longest(text: str) -> int:
    return max(map(_length, text.split()), default=0)


def _are_numbers(cells: Sequence[str]) -> bool:
    return all(cell in ("", "-") or _NUMBER.fullmatch(cell) for cell in cells)


def _fit(sizes: Sequence[tuple[int, int]], width: int | None) -> list[int] | None:
    """The widths of columns of these (longest word, longest text), the widest narrowed first; None if none fit."""
    widths = [most for _, most in sizes]
    if width is None:
        return widths
    room = width - len(GAP) * (len(sizes) - 1)
    if sum(least for least, _ in sizes) > room:
        return None
    while sum(widths) > room:
        able = [place for place, (least, _) in enumerate(sizes) if widths[place] > least]
        widths[max(able, key=widths.__getitem__)] -= 1
    return widths


def _row(row: Sequence[str], widths: Sequence[int], is_right: Sequence[bool]) -> Iterator[Line]:
    """The lines of one row, each cell wrapped in its column."""
    cells = [wrap(cell, width) for cell, width in zip(row, widths, strict=True)]
    for number in range(max(map(len, cells), default=0)):
        line: Line = []
        for whole, cell, width, right in zip(row, cells, widths, is_right, strict=True):
            part = cell[number] if number < len(cell) else ""
            blanks = " " * (width - _length(part))
            line += [
                (blanks if right else "", ""),
                (part, STYLES.get(whole, "")),
                ("" if right else blanks, ""),
                (GAP, ""),
            ]
        while line and not line[-1][0].strip():
            line.pop()
        yield line


def _blocks(table: Table, width: int) -> Iterator[Line]:
    """Each row as a block of its own, a field a line; a value beside its heading, if its words fit there."""
    margin = max(map(_length, table.headings)) + len(GAP)
    for number, row in enumerate(table.rows, 1):
        yield [(f"-[ {number} ]-", "dim")]
        for heading, cell in zip(table.headings, row, strict=True):
            is_beside = _longest(cell) <= width - margin
            indent = margin if is_beside else len(INDENT)
            lines = wrap(cell, max(width - indent, 1))
            yield [(heading.ljust(margin), ""), (lines.pop(0) if is_beside else "", STYLES.get(cell, ""))]
            yield from ([(" " * indent + line, STYLES.get(cell, ""))] for line in lines)
