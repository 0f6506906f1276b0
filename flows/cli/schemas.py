"""The contracts of the topics for other programs."""

import typer

from flows.cli.options import Json
from flows.cli.output import emit, progress_on_stderr
from flows.cli.setup import load_settings
from flows.cli.tables import draw_subjects

app = typer.Typer(
    name="schemas", no_args_is_help=True, help="Hand the JSON Schemas of the topics to a schema registry."
)


@app.callback()
def _group() -> None:
    """Keep the word `register`: a group of one command would lose it."""


@app.command("register")
def register(json: Json = False) -> None:
    """Register the schema of each topic under TOPIC-value; again, it changes nothing."""
    from flows.operations.schemas import register_schemas

    with progress_on_stderr() as progress:
        document = register_schemas(load_settings(), progress)
    emit(document, json, draw_subjects)
