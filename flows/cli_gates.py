"""The command about gates: what is held and why, and letting a held candidate through."""

from typing import Annotated

import typer

from connectors.storage.home import Home
from flows import answer, looks, show
from flows import settings as environment
from flows.keys import find_metric
from flows.options import Json
from tokenshare.errors import Busy, ExitCode, UsageError

MOST_DIGITS = 18  # of a version, which is a BIGINT
By = Annotated[str, typer.Option("--by", help="Who lets it through.")]
Reason = Annotated[str, typer.Option("--reason", help="Why.")]


def gates(
    words: Annotated[list[str] | None, typer.Argument(help="A metric; or: release METRIC VERSION.")] = None,
    by: By = "",
    reason: Reason = "",
    json: Json = False,
) -> None:
    """What is held and why; `gates release METRIC VERSION --by NAME --reason TEXT` lets a candidate through."""
    match words or []:
        case ["release", metric, version]:
            _release(metric, version, by, reason, json)
        case [metric]:
            answer.give(looks.gates(_home(), find_metric(metric)), json, show.draw_gates)
        case []:
            answer.give(looks.gates(_home(), None), json, show.draw_gates)
        case _:
            raise UsageError("gates takes a metric, or release METRIC VERSION", "see `tokenshare gates --help`")


def _release(metric: str, version: str, by: str, reason: str, json: bool) -> None:
    from flows.channels import open_channels
    from flows.notify import deliver_now
    from flows.release import Permit, release
    from flows.surroundings import new_run_id, now

    if not version.isdecimal() or len(version) > MOST_DIGITS:
        raise UsageError(f"{version[:40]!r} is no version", "give the number that `tokenshare gates` shows")
    if not (by.strip() and reason.strip()):
        raise UsageError("a release names who and why", "add --by NAME --reason TEXT after METRIC VERSION")
    at = now()
    settings = environment.load()
    names = tuple(channel.name for channel in open_channels(settings))
    permit = Permit(find_metric(metric), int(version), by.strip(), reason.strip(), at, new_run_id(at), names)
    made = release(_home(), permit)
    try:
        alerts = deliver_now(settings)
    except Busy:  # a pass has begun since: it delivers
        alerts = {"undelivered": 0}
    released = [{"metric": d.metric.id, "version": d.verdict.version} for d in made]
    answer.give(
        {"released": released, "by": permit.by, "reason": permit.reason, "alerts": alerts}, json, show.draw_facts
    )
    raise typer.Exit(int(ExitCode.UNDELIVERED if alerts["undelivered"] else ExitCode.OK))


def _home() -> Home:
    return looks.find_home(environment.load())
