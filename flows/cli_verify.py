"""The command that recomputes every promise."""

from typing import Annotated

import typer

from flows import answer, looks, show_verify
from flows import settings as environment
from flows.options import Json
from tokenshare.errors import ExitCode

All = Annotated[bool, typer.Option("--all", help="Every version there ever was, and every raw payload.")]


def verify(all: All = False, json: Json = False) -> None:
    """Every promise on the home as it stands: what is broken, where, and the command that mends it."""
    from flows.verify import verify as examine

    with answer.progress() as progress:
        document = examine(looks.find_home(environment.load()), progress, is_all=all)
    answer.give(document, json, show_verify.draw_verify)
    raise typer.Exit(int(ExitCode.BUG if document["breaches"] else ExitCode.OK))
