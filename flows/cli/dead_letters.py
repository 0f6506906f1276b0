"""Commands about dead letters: records rejected by the contract of their topic."""

from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.listing import Listing, lists
from flows.cli.options import By, Json, Reason
from flows.cli.output import emit, progress_on_stderr
from flows.cli.parsers import read_record_id
from flows.cli.setup import find_home, load_settings
from flows.cli.tables import LETTER, draw_facts, draw_letters
from tokenshare.errors import UsageError

if TYPE_CHECKING:
    from flows.settings import Settings

RECORD_HELP = "TOPIC:PARTITION:OFFSET, as listed by `tokenshare dlq list`."
RecordArgument = Annotated[str, typer.Argument(help=RECORD_HELP)]
Records = Annotated[list[str] | None, typer.Argument(help=RECORD_HELP)]
WithClosed = Annotated[bool, typer.Option("--all", help="Include records already redriven or dropped.")]

app = typer.Typer(
    name="dlq",
    no_args_is_help=True,
    help="List, show, redrive or drop dead letters: records rejected by the contract of their topic.",
)


@app.command("list")
@lists
def list_letters(with_closed: WithClosed = False, *, listing: Listing) -> None:
    """List the open dead letters, each with its origin and its error."""
    from flows.operations.dead_letters import listed

    with progress_on_stderr() as progress:
        document = listed(_settings(), progress, with_closed)
    listing.emit(document, "letters", draw_letters, LETTER)


@app.command("show")
def show_letter(record: RecordArgument, json: Json = False) -> None:
    """Show one dead letter in full: its error, and key, value and headers as sent."""
    from flows.operations.dead_letters import shown

    record_id = read_record_id(record)
    with progress_on_stderr() as progress:
        document = shown(_settings(), record_id, progress)
    emit(document, json, draw_facts)


@app.command("redrive")
def redrive_letters(records: Records = None, by: By = "", reason: Reason = "", json: Json = False) -> None:
    """Land these records, or all open ones, if they obey their contract by now; each lands once."""
    from flows.operations.dead_letters import DeadLetterAction, redrive
    from flows.setup.clock import current_user

    action = DeadLetterAction(tuple(map(read_record_id, records or [])), by.strip() or current_user(), reason.strip())
    with progress_on_stderr() as progress:
        document = redrive(_settings(), action, progress)
    emit(document, json, draw_letters)


@app.command("drop")
def drop_letters(records: Records = None, by: By = "", reason: Reason = "", json: Json = False) -> None:
    """Drop records for good: they never land. The decision goes on record; --by and --reason are required."""
    from flows.operations.dead_letters import DeadLetterAction, drop

    if not (records and by.strip() and reason.strip()):
        raise UsageError(
            "a drop needs its records, a name and a reason",
            "add TOPIC:PARTITION:OFFSET --by NAME --reason TEXT",
        )
    action = DeadLetterAction(tuple(map(read_record_id, records)), by.strip(), reason.strip())
    with progress_on_stderr() as progress:
        document = drop(_settings(), action, progress)
    emit(document, json, draw_facts)


def _settings() -> "Settings":
    settings = load_settings()
    find_home(settings)
    return settings
