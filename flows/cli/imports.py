"""Commands that bring in files people have."""

from pathlib import Path
from typing import Annotated

import typer

from flows.cli.options import AsOf, Json, completes
from flows.cli.output import emit
from flows.cli.parsers import read_moment
from flows.cli.setup import load_settings
from flows.cli.tables import draw_import
from tokenshare.errors import UsageError

FileArgument = Annotated[Path, typer.Argument(help="The exported file, such as NVDA.csv.")]
Symbol = Annotated[str, typer.Option("--symbol", help="The ticker, if neither the file nor its name says it.")]
Currency = Annotated[str, typer.Option("--currency", help="The currency, if it is not that of the listed line.")]
DateFormat = Annotated[
    str, typer.Option("--date-format", help="The order of its dates, DMY or MDY; needed if they fit both.")
]
DecimalSign = Annotated[
    str,
    typer.Option(
        "--decimal",
        help="Its decimal sign, a point or a comma; needed if it may be a comma.",
        autocompletion=completes(lambda: (".", ",")),
    ),
]
Replace = Annotated[bool, typer.Option("--replace", help="Change closes that stand otherwise in quotes.csv.")]

app = typer.Typer(name="import", no_args_is_help=True, help="Bring in files you have, such as exported closes.")


@app.callback()
def _group() -> None:
    """Keep `quotes` a word of its own: a group with one command would swallow it."""


@app.command()
def quotes(
    file: FileArgument,
    symbol: Symbol = "",
    currency: Currency = "",
    date_format: DateFormat = "",
    decimal: DecimalSign = "",
    replace: Replace = False,
    as_of: AsOf = None,
    json: Json = False,
) -> None:
    """Add the closes of a file from Yahoo, Nasdaq, Stooq or Google Sheets to your quotes.csv."""
    from connectors.sources.regional import DECIMALS, read_order
    from flows.operations.import_quotes import ImportRequest, import_quotes
    from flows.setup.clock import now

    if decimal and decimal not in DECIMALS:
        raise UsageError(f"--decimal {decimal!r} is not a decimal sign", "write --decimal . or --decimal ,")
    request = ImportRequest(
        file,
        read_moment(as_of) if as_of else now(),
        symbol,
        currency,
        read_order(date_format) if date_format else None,
        decimal or None,
        replace,
    )
    emit(import_quotes(load_settings(), request), json, draw_import)
