"""The command about another version of tokenshare on an existing home."""

from typing import Annotated

import typer

from flows.cli.options import Json
from flows.cli.output import emit
from flows.cli.setup import load_settings
from flows.cli.tables_log import draw_upgrade
from tokenshare.errors import UsageError

Check = Annotated[bool, typer.Option("--check", help="Only say what would change; the home stays as it is.")]


def upgrade(check: Check = False, json: Json = False) -> None:
    """Say what this version would change in the home: nothing, rebuilt parts, or a refusal because it is newer."""
    from flows.queries.upgrade import foresee

    if not check:
        raise UsageError(
            "the next pass brings a home up to date",
            "run `tokenshare upgrade --check` to see what that changes, then `tokenshare refresh`",
        )
    emit(foresee(load_settings()), json, draw_upgrade)
