"""Commands about maps: list names that no map knows, and add a row to a map of the user."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.listing import Listing, lists
from flows.cli.options import Json, ListFirst, completes
from flows.cli.output import emit
from flows.cli.parsers import read_day
from flows.cli.setup import find_home, load_settings, reading
from flows.cli.tables import UNMAPPED, draw_added, draw_mappings
from tokenshare.closest import unknown
from tokenshare.errors import UsageError

if TYPE_CHECKING:
    from tokenshare.maps import Kind


def _listed() -> list[str]:
    from tokenshare.maps import LISTED

    return [kind.id for kind in LISTED]


def _kinds() -> Iterable[str]:
    from tokenshare.maps import KIND_BY_ID

    return KIND_BY_ID


KindOption = Annotated[
    str | None,
    typer.Option("--kind", help="Only this kind, such as origin.", autocompletion=completes(_listed)),
]
KindArgument = Annotated[
    str,
    typer.Argument(help="A kind of names, or a map such as vendors.", autocompletion=completes(_kinds)),
]
NameArgument = Annotated[str, typer.Argument(help="The name to map, as listed by `tokenshare mappings`.")]
ColumnArguments = Annotated[
    list[str] | None,
    typer.Argument(metavar="COLUMN=VALUE", help="Columns of the row; the others are those proposed."),
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
@lists
def list_mappings(kind: KindOption = None, *, listing: Listing) -> None:
    """List unmapped names, the heaviest first, each with the row proposed for it."""
    from flows.queries import mappings

    if kind is not None and kind not in _listed():
        raise unknown(f"there is no kind {kind}", kind, _listed())
    settings = load_settings()
    home = find_home(settings)
    with reading(home):
        document = mappings.unmapped(settings, home, kind)
    listing.emit(document, "unmapped", draw_mappings, UNMAPPED)


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
    emit(add(load_settings(), _find_kind(kind), name, _pairs(columns or []), cited), json, draw_added)


def _find_kind(id: str) -> "Kind":
    from tokenshare.maps import KIND_BY_ID

    if id not in KIND_BY_ID:
        raise unknown(f"there is no kind or map {id}", id, KIND_BY_ID)
    return KIND_BY_ID[id]


def _pairs(words: list[str]) -> dict[str, str]:
    pairs = [word.partition("=") for word in words]
    for word, (column, sign, value) in zip(words, pairs, strict=True):
        if not (column and sign and value.strip()):
            raise UsageError(f"{word[:60]!r} is not COLUMN=VALUE", "write it as vendor_id=moonshotai")
    return {column: value.strip() for column, _, value in pairs}
