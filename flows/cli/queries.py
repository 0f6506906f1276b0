"""Read-only commands: the health of a home, its metrics and their history, and what its passes did."""

from pathlib import Path
from typing import Annotated

import typer

from flows import settings as environment
from flows.cli.options import AsKnownAt, Json, OptionalMetric
from flows.cli.output import emit
from flows.cli.parsers import find_metric, read_moment, read_version
from flows.cli.tables import draw_facts, draw_metric, draw_metrics, draw_restatements, draw_status
from flows.cli.tables_log import draw_log
from flows.queries import overview
from flows.queries.logs import read_pass
from flows.queries.parquet_file import write_rows
from tokenshare.errors import UsageError

VersionOption = Annotated[
    str | None, typer.Option("--version", help="The rows of this version, as `restatements` numbers them.")
]
ParquetOption = Annotated[
    Path | None, typer.Option("--parquet", help="Write the rows to this Parquet file instead of the terminal.")
]
RunArgument = Annotated[
    str | None,
    typer.Argument(metavar="[RUN]", help="The id of a pass, as alerts name it; by default the newest."),
]


def status(json: Json = False) -> None:
    """Show health and lag: held metrics with reasons, incomplete weeks, unmapped vendors, open alerts."""
    emit(overview.status(environment.load()), json, draw_status)


def metrics(
    metric: OptionalMetric = None,
    as_of: AsKnownAt = None,
    version: VersionOption = None,
    parquet: ParquetOption = None,
    json: Json = False,
) -> None:
    """List all metrics, or the rows of one: now, as known at a moment, or of a version."""
    if metric is None and (as_of or version or parquet):
        raise UsageError("these options are about one metric", "name it: `tokenshare metrics ID`")
    if as_of and version:
        raise UsageError("a version and a moment both name what to show", "give one of them")
    home = overview.find_home(environment.load())
    if metric is None:
        emit(overview.metrics(home), json, draw_metrics)
        return
    moment, number = read_moment(as_of) if as_of else None, read_version(version) if version else None
    found = overview.metric(home, find_metric(metric), moment, number)
    if parquet is None:
        emit(found, json, draw_metric)
    else:
        emit(write_rows(parquet, find_metric(metric), found), json, draw_facts)


def restatements(metric: OptionalMetric = None, json: Json = False) -> None:
    """List replaced cells of published metrics: old, new, cause, source offsets."""
    home = overview.find_home(environment.load())
    emit(overview.restatements(home, find_metric(metric) if metric else None), json, draw_restatements)


def logs(run: RunArgument = None, json: Json = False) -> None:
    """Print what a pass did: its stages and seconds, its sources, the checks that failed, its error."""
    emit(read_pass(overview.find_home(environment.load()), run), json, draw_log)


def report(json: Json = False) -> None:
    """Write report/index.html, a page of charts and tables, from the published file."""
    from flows.report import write as write_page  # imports for three seconds

    emit({"report": str(write_page(overview.find_home(environment.load())))}, json, draw_facts)
