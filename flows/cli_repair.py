"""The commands that repair: days asked again, ranges landed again, dead letters, and files put together."""

from datetime import date
from typing import Annotated

import typer

from flows import answer, looks, show, show_repair
from flows import settings as environment
from flows.keys import read_day, read_moment, read_place, read_range
from flows.options import AsOf, Json, Sources, World
from flows.settings import Settings
from tokenshare.errors import UsageError

First = Annotated[str, typer.Option("--from", help="The first day, such as 2026-07-01.")]
Last = Annotated[str, typer.Option("--to", help="The last day; it is asked too.")]


def backfill(
    first: First, last: Last, source: Sources = None, as_of: AsOf = None, world: World = None, json: Json = False
) -> None:
    """Ask sources for days again, and run a whole pass over what they say: repairs a day."""
    from flows.backfill import backfill as ask_again
    from flows.report import write as write_page  # three seconds

    settings = environment.load()
    home = looks.find_home(settings)
    moment = read_moment(as_of) if as_of else None
    days: tuple[date, date] = (read_day(first), read_day(last))
    with answer.progress() as progress:
        report = ask_again(settings, days, moment, world, source or [], progress)
        progress("report")
        write_page(home)
    answer.give(report.document(), json, show.draw_refresh)
    raise typer.Exit(int(report.exit_code))


def land(
    range: Annotated[str, typer.Option("--range", help="TOPIC:PARTITION:START-END, the end not included.")],
    json: Json = False,
) -> None:
    """Land a range again: verify the files that hold it, replace what is damaged or missing."""
    from flows.reland import reland

    settings = environment.load()
    looks.find_home(settings)
    wanted = read_range(range)
    with answer.progress() as progress:
        document = reland(settings, wanted, progress)
    answer.give(document, json, show_repair.draw_files)


def compact(json: Json = False) -> None:
    """Put small landed files together, and prune versions as the policy says."""
    from flows.compaction import compact as put_together

    settings = environment.load()
    looks.find_home(settings)
    answer.give(put_together(settings), json, show_repair.draw_compacted)


letters = typer.Typer(no_args_is_help=True, help="Dead letters: records that broke the contract of their topic.")
Record = Annotated[str, typer.Argument(help="TOPIC:PARTITION:OFFSET, as `dlq list` shows it.")]
Records = Annotated[list[str] | None, typer.Argument(help="TOPIC:PARTITION:OFFSET, as `dlq list` shows it.")]
By = Annotated[str, typer.Option("--by", help="Who decides it.")]
Reason = Annotated[str, typer.Option("--reason", help="Why.")]


@letters.command("list")
def list_letters(
    with_closed: Annotated[bool, typer.Option("--all", help="Also those that were redriven or dropped.")] = False,
    json: Json = False,
) -> None:
    """The open dead letters: where each record comes from, and what is wrong with it."""
    from flows.dead_letters import listed

    with answer.progress() as progress:
        document = listed(_settings(), progress, with_closed)
    answer.give(document, json, show_repair.draw_letters)


@letters.command("show")
def show_letter(record: Record, json: Json = False) -> None:
    """One dead letter whole, as it was sent."""
    from flows.dead_letters import shown

    place = read_place(record)
    with answer.progress() as progress:
        document = shown(_settings(), place, progress)
    answer.give(document, json, show_repair.draw_letter)


@letters.command("redrive")
def redrive_letters(records: Records = None, by: By = "", reason: Reason = "", json: Json = False) -> None:
    """Land what obeys its contract by now: these, or all open ones; each once, under its own coordinates."""
    from flows.dead_letters import DeadLetterAction, redrive
    from flows.surroundings import whoever

    action = DeadLetterAction(tuple(map(read_place, records or [])), by.strip() or whoever(), reason.strip())
    with answer.progress() as progress:
        document = redrive(_settings(), action, progress)
    answer.give(document, json, show_repair.draw_letters)


@letters.command("drop")
def drop_letters(records: Records = None, by: By = "", reason: Reason = "", json: Json = False) -> None:
    """Give dead letters up, on record: they are no longer open, and do not land."""
    from flows.dead_letters import DeadLetterAction, drop

    if not (records and by.strip() and reason.strip()):
        raise UsageError("a drop names records, who and why", "give TOPIC:PARTITION:OFFSET --by NAME --reason TEXT")
    action = DeadLetterAction(tuple(map(read_place, records)), by.strip(), reason.strip())
    with answer.progress() as progress:
        document = drop(_settings(), action, progress)
    answer.give(document, json, show.draw_facts)


def _settings() -> Settings:
    settings = environment.load()
    looks.find_home(settings)
    return settings
