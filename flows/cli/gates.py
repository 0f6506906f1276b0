"""The commands about gates: what is held and why, and letting a held candidate through."""

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from flows import settings as environment
from flows.cli.options import METRIC_HELP, By, Json, MetricId, Reason, completes
from flows.cli.output import emit
from flows.cli.parsers import find_metric, read_version
from flows.cli.tables import draw_facts, draw_gates
from flows.queries import overview
from tokenshare.errors import Busy, ExitCode, UsageError
from tokenshare.metrics import METRIC_BY_ID


class Gates(TyperGroup):
    """`gates [METRIC]` is short for `gates list [METRIC]`, and options may stand before a subcommand."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Move the subcommand to the front."""
        if args == ["--help"]:
            return super().parse_args(ctx, args)
        name = "release" if "release" in args else "list"
        if name in args:
            args.remove(name)
        return super().parse_args(ctx, [name, *args])


# A shell asks this argument, too, what may follow `gates`.
Listed = Annotated[str | None, typer.Argument(help=METRIC_HELP, autocompletion=completes(["release", *METRIC_BY_ID]))]
VersionArgument = Annotated[str, typer.Argument(help="The version of its candidate, as `tokenshare gates` shows it.")]

app = typer.Typer(
    name="gates", cls=Gates, help="Show what is held and why, or release it; `gates [METRIC]` is `gates list [METRIC]`."
)


@app.command("list")
def list_gates(metric: Listed = None, json: Json = False) -> None:
    """Show what is held and why, and the newest checks of one metric."""
    emit(
        overview.gates(overview.find_home(environment.load()), find_metric(metric) if metric else None),
        json,
        draw_gates,
    )


@app.command("release")
def release_candidate(
    metric: MetricId, version: VersionArgument, by: By = "", reason: Reason = "", json: Json = False
) -> None:
    """Let a held candidate through, on record; --by and --reason are required."""
    from flows.operations.release import ReleaseRequest, release
    from flows.setup.channels import open_channels
    from flows.setup.clock import new_run_id, now
    from flows.stages.notify import deliver_now

    number = read_version(version)
    if not (by.strip() and reason.strip()):
        raise UsageError("a release must say who decides it and why", "add --by NAME --reason TEXT")
    at = now()
    settings = environment.load()
    names = tuple(channel.name for channel in open_channels(settings))
    permit = ReleaseRequest(find_metric(metric), number, by.strip(), reason.strip(), at, new_run_id(at), names)
    made = release(overview.find_home(settings), permit)
    try:
        alerts = deliver_now(settings)
    except Busy:  # a pass has begun since: it delivers
        alerts = {"undelivered": 0}
    released = [{"metric": d.metric.id, "version": d.verdict.version} for d in made]
    emit({"released": released, "by": permit.by, "reason": permit.reason, "alerts": alerts}, json, draw_facts)
    raise typer.Exit(int(ExitCode.UNDELIVERED if alerts["undelivered"] else ExitCode.OK))
