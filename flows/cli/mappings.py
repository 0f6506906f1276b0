"""Commands about maps: list names that no map knows, and add a row to a map of the user."""

from typing import Annotated

import typer

from flows import settings as environment
from flows.cli.options import Json, ListFirst, completes
from flows.cli.output import emit
from flows.cli.parsers import read_day
from flows.cli.tables import draw_added, draw_mappings
from flows.queries import mappings, overview
from tokenshare.errors import UsageError
from tokenshare.maps import KIND_BY_ID, LISTED, Kind

KIND_IDS = [kind.id for kind in LISTED]
KindOption = Annotated[
    str | None,
    typer.Option("--kind", help=f"Only this kind: {', '.join(KIND_IDS)}.", autocompletion=completes(KIND_IDS)),
]
KindArgument = Annotated[
    str,
    typer.Argument(help="A kind of names, or a map such as vendors.", autocompletion=completes(KIND_BY_ID)),
]
NameArgument = Annotated[str, typer.Argument(help="The name to map, as listed by `tokenshare mappings`.")]
ColumnArguments = Annotated[
    list[str] | None,
    typer.Argument(metavar="[COLUMN=VALUE]...", help="Columns of the row; the others are those proposed."),
]
Citation = Annotated[str, typer.Option("--citation", help="Where a reader can look it up; required.")]
KnownFrom = Annotated[
    str | None, typer.Option("--known-from", help="The day it became known, such as 2026-06-29; today if left out.")
]

app = typer.Typer(
    name="mappings",
    cls=ListFirst,
    help="List names that no map knows, by the mass they carry, or add a row; `mappings` is `mappings list`.",
)


@app.command("list")
def list_mappings(kind: KindOption = None, json: Json = False) -> None:
    """List unmapped names, the heaviest first, each with the row proposed for it."""
    if kind is not None and kind not in KIND_IDS:
        raise UsageError(f"there is no kind {kind}", f"choose among {', '.join(KIND_IDS)}")
    settings = environment.load()
    emit(mappings.unmapped(settings, overview.find_home(settings), kind), json, draw_mappings)


@app.command("add")
def add_mapping(
    kind: KindArgument,
    name: NameArgument,
    columns: ColumnArguments = None,
    citation: Citation = "",
    known_from: KnownFrom = None,
    json: Json = False,
) -> None:
    """Add a row about a name to your maps, in the folder TOKENSHARE_CURATED."""
    from flows.operations.mappings import add
    from flows.setup.clock import now

    if not citation.strip():
        raise UsageError("a row needs a citation", "add --citation TEXT, where a reader can look it up")
    day = read_day(known_from) if known_from else now().date()
    cited = {"known_from": day.isoformat(), "citation": citation.strip()}
    emit(add(environment.load(), _find_kind(kind), name, _pairs(columns or []), cited), json, draw_added)


def _find_kind(id: str) -> Kind:
    if id not in KIND_BY_ID:
        raise UsageError(f"there is no kind or map {id}", f"choose among {', '.join(KIND_BY_ID)}")
    return KIND_BY_ID[id]


def _pairs(words: list[str]) -> dict[str, str]:
    pairs = [word.partition("=") for word in words]
    for word, (column, sign, value) in zip(words, pairs, strict=True):
        if not (column and sign and value.strip()):
            raise UsageError(f"{word[:60]!r} is not COLUMN=VALUE", "write it as vendor_id=moonshotai")
    return {column: value.strip() for column, _, value in pairs}
