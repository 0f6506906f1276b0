"""Commands about gates: list held metrics, and release a held candidate."""

from typing import Annotated

import typer

from flows.cli.listing import Listing, lists
from flows.cli.options import METRIC_HELP, By, Json, ListFirst, MetricId, Reason, completes, metric_ids
from flows.cli.output import emit
from flows.cli.parsers import find_metric, read_version
from flows.cli.setup import find_home, load_settings, reading
from flows.cli.tables import CHECK, draw_facts, draw_gates
from tokenshare.errors import Busy, ExitCode, UsageError

# A shell completes `gates` from this argument, so it offers the subcommand beside the metrics.
Listed = Annotated[
    str | None, typer.Argument(help=METRIC_HELP, autocompletion=completes(lambda: ["release", *metric_ids()]))
]
VersionArgument = Annotated[
    str, typer.Argument(help="The version of the held candidate, as listed by `tokenshare gates`.")
]

app = typer.Typer(
    name="gates",
    cls=ListFirst,
    help="List held metrics, or release a held candidate; `gates [METRIC]` is `gates list [METRIC]`.",
)


@app.command("list")
@lists
def list_gates(metric: Listed = None, *, listing: Listing) -> None:
    """List held metrics with their reasons and failing checks, or all newest checks of one metric."""
    from flows.queries import overview

    home, wanted = find_home(), find_metric(metric) if metric else None
    with reading(home):
        document = overview.gates(home, wanted)
    listing.emit(document, "checks", draw_gates, CHECK)


@app.command("release")
def release_candidate(
    metric: MetricId, version: VersionArgument, by: By = "", reason: Reason = "", json: Json = False
) -> None:
    """Release a held candidate to readers. The decision goes on record; --by and --reason are required."""
    from flows.operations.release import ReleaseRequest, release
    from flows.setup.channels import open_channels
    from flows.setup.clock import new_run_id, now
    from flows.stages.notify import deliver_now

    number = read_version(version)
    if not (by.strip() and reason.strip()):
        raise UsageError("a release needs a name and a reason", "add --by NAME --reason TEXT")
    at = now()
    settings = load_settings()
    names = tuple(channel.name for channel in open_channels(settings))
    request = ReleaseRequest(find_metric(metric), number, by.strip(), reason.strip(), at, new_run_id(at), names)
    decisions = release(find_home(settings), request)
    try:
        alerts = deliver_now(settings)
    except Busy:  # a pass has started since, and delivers
        alerts = {"undelivered": 0}
    released = [{"metric": d.metric.id, "version": d.outcome.version} for d in decisions]
    emit({"released": released, "by": request.by, "reason": request.reason, "alerts": alerts}, json, draw_facts)
    raise typer.Exit(int(ExitCode.UNDELIVERED if alerts["undelivered"] else ExitCode.OK))
