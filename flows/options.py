"""Options that several commands take."""

from pathlib import Path
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="The moment to speak for, such as 2026-08-03T06:00:00Z.")]
World = Annotated[Path | None, typer.Option("--world", help="A directory of CSV files served instead of the internet.")]
Sources = Annotated[list[str] | None, typer.Option("--source", help="Only this source; may be given again.")]
