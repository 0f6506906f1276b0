"""Read-only commands: the health of a home, its metrics and their history, and what its passes did."""

from typing import Annotated

import typer

from flows.cli.options import AsKnownAt, Json, OptionalMetric
from flows.cli.output import emit, spinner_on_stderr
from flows.cli.parsers import find_metric, read_moment
from flows.cli.setup import find_home, load_settings, reading
from flows.cli.tables import draw_facts, draw_metric, draw_metrics, draw_restatements, draw_status
from flows.cli.tables_log import draw_log

RunArgument = Annotated[
    str | None,
    typer.Argument(metavar="[RUN]", help="The id of a pass, as alerts name it; by default the newest."),
]


def status(json: Json = False) -> None:
    """Show health and lag: held metrics with reasons, incomplete weeks, unmapped vendors, open alerts."""
    from flows.queries import overview

    settings = load_settings()
    with reading(find_home(settings)), spinner_on_stderr("asking home and broker"):
        document = overview.status(settings)
    emit(document, json, draw_status)


def metrics(metric: OptionalMetric = None, as_of: AsKnownAt = None, json: Json = False) -> None:
    """List all metrics, or the rows of one, now or as known at a moment."""
    from flows.queries import overview

    home = find_home()
    wanted = find_metric(metric) if metric else None
    moment = read_moment(as_of) if as_of else None
    with reading(home):
        document = overview.metric(home, wanted, moment) if wanted else overview.metrics(home)
    emit(document, json, draw_metric if wanted else draw_metrics)


def restatements(metric: OptionalMetric = None, json: Json = False) -> None:
    """List replaced cells of published metrics: old, new, cause, source offsets."""
    from flows.queries import overview

    home = find_home()
    emit(overview.restatements(home, find_metric(metric) if metric else None), json, draw_restatements)


def logs(run: RunArgument = None, json: Json = False) -> None:
    """Print what a pass did: its stages and seconds, its sources, the checks that failed, its error."""
    from flows.queries.logs import read_pass

    emit(read_pass(find_home(), run), json, draw_log)


def report(json: Json = False) -> None:
    """Write report/index.html, a page of charts and tables, from the published file."""
    home = find_home()
    with spinner_on_stderr("drawing the page"):
        from flows.report import write as write_page  # imports for three seconds

        page = write_page(home)
    emit({"report": str(page)}, json, draw_facts)
