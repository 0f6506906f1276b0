"""The options of every command that lists rows, declared once, and the rows they leave of its document."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from inspect import signature
from typing import Annotated, Any

import typer

from flows.cli.options import Json
from flows.cli.output import emit, open_console
from flows.cli.pipes import unbroken
from flows.cli.screen import Screen
from flows.cli.tables import DRAWN_ROWS
from tokenshare.closest import suggest
from tokenshare.csv_text import csv_text
from tokenshare.errors import UsageError

Rows = list[dict[str, Any]]
Draw = Callable[[Screen, dict[str, Any], Sequence[str]], None]


@dataclass(frozen=True)
class Listing:
    """The form in which a command prints its rows."""

    json: Json = False
    csv: Annotated[bool, typer.Option("--csv", help="Print the rows as CSV, with the values of --json.")] = False
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="At most so many rows; the newest, if dated.")] = (
        None
    )
    columns: Annotated[str, typer.Option("--columns", help="Only these columns of the rows, such as metric,as_of.")] = (
        ""
    )
    wide: Annotated[bool, typer.Option("--wide", help="One line a row, wider than the terminal if need be.")] = False

    def emit(
        self,
        document: dict[str, Any],
        name: str,
        draw: Draw,
        known: Sequence[str] = (),
        *,
        period: str | None = None,
        drawn: int = DRAWN_ROWS,
    ) -> None:
        """Print a document with the rows of that name; `known` are their columns, should there be no row.

        A terminal gets at most `drawn` rows unless asked for more. The last by `period` are kept, else the first.
        Raises UsageError for an unknown column.
        """
        if self.json and self.csv:
            raise UsageError("--json and --csv are two forms of one answer", "give one of them")
        rows: Rows = document[name]
        known = tuple(rows[0]) if rows else known
        chosen = self._choose(known)
        console = open_console()
        is_read = console.is_terminal and not (self.json or self.csv)
        kept = keep(rows, self.limit or (drawn if is_read else None), period)
        if chosen:
            kept = [{column: row[column] for column in chosen} for row in kept]
        if self.csv:
            with unbroken(sys.stdout):
                sys.stdout.write(csv_text(kept, chosen or known))
            return
        emit({**document, name: kept}, self.json, lambda screen, found: draw(screen, found, chosen), is_wide=self.wide)
        if is_read and self.limit is None and len(kept) < len(rows):
            Screen(console).print(f"{len(kept)} of {len(rows)} rows: --limit N gives more, --csv and --json all")

    def _choose(self, known: Sequence[str]) -> tuple[str, ...]:
        """The columns asked for, none for all."""
        chosen = tuple(dict.fromkeys(word.strip() for word in self.columns.split(",") if word.strip()))
        for word in chosen:
            if word not in known:
                fix = suggest(word, known)
                listed = f" the columns are {', '.join(known)}" if fix.endswith("?") else ""
                raise UsageError(f"there is no column {word!r}", f"{fix}{listed}")
        return chosen


def lists(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of a list, behind its own; it takes them as one `listing`."""
    own, group = signature(command, eval_str=True), signature(Listing, eval_str=True).parameters

    def run(**given: Any) -> None:
        listing = Listing(**{name: given.pop(name) for name in group})
        command(**given, listing=listing)

    parameters = [*(own.parameters[name] for name in own.parameters if name != "listing"), *group.values()]
    parameters = [parameter.replace(kind=parameter.KEYWORD_ONLY) for parameter in parameters]
    run.__signature__ = own.replace(parameters=parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    run.__name__, run.__doc__ = command.__name__, command.__doc__
    return run


def keep(rows: Rows, most: int | None, period: str | None) -> Rows:
    """At most so many rows in their order: those of the newest periods, or the first."""
    if most is None or len(rows) <= most:
        return rows
    if period is None:
        return rows[:most]
    newest = sorted(range(len(rows)), key=lambda place: rows[place][period], reverse=True)[:most]
    return [rows[place] for place in sorted(newest)]
