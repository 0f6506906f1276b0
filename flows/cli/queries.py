"""Read-only commands: the health of a home, its metrics and their history, and what its passes did."""

import sys
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.listing import Listing, lists
from flows.cli.options import AsKnownAt, Json, OptionalMetric
from flows.cli.output import emit, spinner_on_stderr
from flows.cli.parsers import find_metric, read_moment, read_version
from flows.cli.pipes import unbroken
from flows.cli.setup import find_home, load_settings, reading
from flows.cli.tables import RESTATEMENT, draw_facts, draw_metric, draw_metrics, draw_restatements, draw_status
from flows.cli.tables_log import draw_log
from tokenshare.errors import UsageError

if TYPE_CHECKING:
    from flows.settings import Settings

VersionOption = Annotated[
    str | None, typer.Option("--version", help="The rows of this version, as `restatements` numbers them.")
]
ParquetOption = Annotated[
    Path | None, typer.Option("--parquet", help="Write the rows to this Parquet file instead of the terminal.")
]
Browser = Annotated[
    bool, typer.Option("--browser/--no-browser", help="Open a browser, or only print the path of the page.")
]
Watch = Annotated[
    bool, typer.Option("--watch", help="Look again and again: drawn in place, in a pipe a line for each change.")
]
Every = Annotated[float, typer.Option("--every", min=1, max=3600, help="Seconds between two looks of --watch.")]
Prometheus = Annotated[
    bool, typer.Option("--prometheus", help="Print the series of `serve` and `stream`, for a textfile collector.")
]
RunArgument = Annotated[
    str | None,
    typer.Argument(metavar="RUN", help="The id of a pass, as alerts name it; by default the newest."),
]


def status(watch: Watch = False, every: Every = 5.0, prometheus: Prometheus = False, json: Json = False) -> None:
    """Show health and lag: held metrics with reasons, incomplete weeks, unmapped vendors, open alerts."""
    from flows.queries import overview

    settings = load_settings()
    if prometheus:
        _print_series(settings)
        return
    if watch:
        _watch(settings, every, json)
    with reading(find_home(settings)), spinner_on_stderr("asking home and broker"):
        document = overview.status(settings)
    emit(document, json, draw_status)


def _watch(settings: "Settings", every: float, json: bool) -> None:
    from flows.cli.watching import watch
    from flows.queries import overview
    from flows.setup.clock import now

    def look() -> dict[str, Any]:
        with reading(find_home(settings)):
            return overview.status(settings)

    watch(look, now, every, is_json=json)


def _print_series(settings: "Settings") -> None:
    from connectors.prometheus.exposition import text_of
    from flows.queries.observe import Observer

    find_home(settings)
    with unbroken(sys.stdout):
        print(text_of(Observer(settings).samples), end="")


@lists
def metrics(
    metric: OptionalMetric = None,
    as_of: AsKnownAt = None,
    version: VersionOption = None,
    parquet: ParquetOption = None,
    *,
    listing: Listing,
) -> None:
    """List all metrics, or the rows of one: now, as known at a moment, or of a version."""
    from flows.queries import overview

    if metric is None and (as_of or version or parquet):
        raise UsageError("these options are about one metric", "name it: `tokenshare metrics ID`")
    if as_of and version:
        raise UsageError("a version and a moment both name what to show", "give one of them")
    home, wanted = find_home(), find_metric(metric) if metric else None
    moment, number = read_moment(as_of) if as_of else None, read_version(version) if version else None
    with reading(home):
        document = overview.metric(home, wanted, moment, number) if wanted else overview.metrics(home)
    if parquet and wanted:
        from flows.queries.parquet_file import write_rows

        emit(write_rows(parquet, wanted, document), listing.json, draw_facts)
    elif wanted:
        from tokenshare.columns import columns_of

        names = [column.name for column in columns_of(wanted.row)]
        listing.emit(document, "rows", draw_metric, names, period=wanted.period)
    else:
        listing.emit(document, "metrics", draw_metrics)


@lists
def restatements(metric: OptionalMetric = None, *, listing: Listing) -> None:
    """List replaced cells of published metrics: old, new, cause, source offsets."""
    from flows.queries import overview

    home = find_home()
    document = overview.restatements(home, find_metric(metric) if metric else None)
    listing.emit(document, "restatements", draw_restatements, RESTATEMENT, period="new_version")


def logs(run: RunArgument = None, json: Json = False) -> None:
    """Print what a pass did: its stages and seconds, its sources, the checks that failed, its error."""
    from flows.queries.logs import read_pass

    emit(read_pass(find_home(), run), json, draw_log)


def report(json: Json = False) -> None:
    """Write report/index.html, a page of charts and tables, from the published file."""
    emit({"report": str(_write_page(load_settings()))}, json, draw_facts)


def open_page(browser: Browser = True, json: Json = False) -> None:
    """Open the page in a browser; if there is none yet, write it first."""
    settings = load_settings()
    page = find_home(settings).page
    if not page.exists():
        page = _write_page(settings)
    is_opened = browser and webbrowser.open(page.as_uri())
    emit({"report": str(page), "is_opened": is_opened}, json, draw_facts)


def docs(browser: Browser = True, json: Json = False) -> None:
    """Document how each number is made and checked: dbt docs and Great Expectations' Data Docs, beside the page."""
    settings = load_settings()
    home = find_home(settings)
    with spinner_on_stderr("write dbt docs and Data Docs"):
        from flows.operations.docs import write_pages  # dbt and Great Expectations: ten seconds

        write_pages(home, settings.alert_runbooks)
    is_opened = browser and webbrowser.open(home.models_page.as_uri())
    emit({"models": str(home.models_page), "checks": str(home.checks_page), "is_opened": is_opened}, json, draw_facts)


def _write_page(settings: "Settings") -> Path:
    with spinner_on_stderr("draw the page"):
        from flows.report import write  # imports for three seconds

        return write(find_home(settings), settings.alert_runbooks)
