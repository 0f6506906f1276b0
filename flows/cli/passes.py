"""Commands for whole passes and for repeated parts of one: fetch, land, build, compact, serve."""

import sys
from datetime import date
from typing import Annotated

import typer

from flows.cli.options import AsOf, Json, Sources, World
from flows.cli.output import echo_on_stderr, emit, progress_on_stderr
from flows.cli.parsers import read_day, read_moment, read_range, read_sources, read_world
from flows.cli.setup import find_home, load_settings
from flows.cli.tables import draw_compacted, draw_files, draw_mirrors, draw_refresh, draw_turn
from tokenshare.noop import noop

Wait = Annotated[bool, typer.Option("--wait", help="Wait for another pass to end, an hour at most.")]
TakeOver = Annotated[
    bool, typer.Option("--take-over", help="End the pass owning the home; take topics over from another home.")
]
AcceptGap = Annotated[
    bool, typer.Option("--accept-gap", help="Go on without lost records; the loss is accepted in your name, on record.")
]
FullRefresh = Annotated[
    bool, typer.Option("--full-refresh", help="Build every model from the beginning, not only what has moved.")
]
Verbose = Annotated[
    bool, typer.Option("--verbose", help="Print the log of the pass on stderr; `tokenshare logs` shows it later.")
]
First = Annotated[str, typer.Option("--from", help="The first day, such as 2026-07-01.")]
Last = Annotated[str, typer.Option("--to", help="The last day, inclusive.")]
RangeText = Annotated[str, typer.Option("--range", help="TOPIC:PARTITION:START-END, the end exclusive.")]
Runner = Annotated[str, typer.Option(help="local or flink; by default as the settings say.")]
MetricsPort = Annotated[
    str, typer.Option(metavar="PORT", help="Serve metrics for Prometheus there; 0 takes a free port.")
]
Master = Annotated[str, typer.Option(help="HOST:PORT of the REST API of a Flink cluster.")]

PATIENCE_SECONDS = 3600.0  # with --wait, for scripts and schedulers


def refresh(
    source: Sources = None,
    as_of: AsOf = None,
    world: World = None,
    take_over: TakeOver = False,
    wait: Wait = False,
    accept_gap: AcceptGap = False,
    full_refresh: FullRefresh = False,
    verbose: Verbose = False,
    json: Json = False,
) -> None:
    """Run one whole pass: fetch, land, build, judge, publish."""
    settings, sources, world = load_settings(), read_sources(source), read_world(world)
    moment = read_moment(as_of) if as_of else None
    # These import for seconds, and a wrong option is answered before.
    from connectors.storage.home import Home
    from flows.orchestration.runner import run_once
    from flows.report import write as write_page
    from flows.setup.clock import current_user
    from flows.setup.context import RunOptions

    options = RunOptions(accepts_gaps_by=current_user() if accept_gap else "", full_refresh=full_refresh)
    with progress_on_stderr(is_plain=verbose) as progress:
        report = run_once(
            settings,
            moment,
            world,
            sources,
            progress,
            take_over=take_over,
            patience_seconds=PATIENCE_SECONDS if wait else 0.0,
            options=options,
            echo=echo_on_stderr if verbose else noop,
        )
        progress("report")
        page = write_page(Home(settings.home), settings.alert_runbooks)
    emit({**report.document(), "report": str(page)}, json, draw_refresh)
    raise typer.Exit(int(report.exit_code))


def backfill(
    first: First,
    last: Last,
    source: Sources = None,
    as_of: AsOf = None,
    world: World = None,
    wait: Wait = False,
    json: Json = False,
) -> None:
    """Fetch past days again, and run a whole pass over the answers."""
    settings, sources, world = load_settings(), read_sources(source), read_world(world)
    moment = read_moment(as_of) if as_of else None
    days: tuple[date, date] = (read_day(first), read_day(last))
    home = find_home(settings)
    from flows.operations.backfill import backfill as fetch_again
    from flows.report import write as write_page

    with progress_on_stderr() as progress:
        patience = PATIENCE_SECONDS if wait else 0.0
        report = fetch_again(settings, days, moment, world, sources, progress, patience)
        progress("report")
        page = write_page(home, settings.alert_runbooks)
    emit({**report.document(), "report": str(page)}, json, draw_refresh)
    raise typer.Exit(int(report.exit_code))


def land(range: RangeText = "", runner: Runner = "", flink_master: Master = "", json: Json = False) -> None:
    """Land what is new, here or on Flink; or a range again: verify its files, and replace damaged or missing ones."""
    settings = load_settings(runner=runner, flink_master=flink_master)
    find_home(settings)
    wanted = read_range(range) if range else None
    from flows.operations.land_new import land_new
    from flows.operations.reland import reland

    with progress_on_stderr() as progress:
        document = reland(settings, wanted, progress) if wanted else land_new(settings, progress)
    emit(document, json, draw_files)


def compact(json: Json = False) -> None:
    """Merge small landed files, and prune old versions by the retention setting."""
    from flows.operations.compact import compact as merge

    settings = load_settings()
    find_home(settings)
    emit(merge(settings), json, draw_compacted)


def mirror(json: Json = False) -> None:
    """Copy what is published to the mirrors now, in PostgreSQL or in a folder; every pass does it too."""
    from flows.operations.mirror import mirror as copy

    settings = load_settings()
    find_home(settings)
    with progress_on_stderr() as progress:
        progress("mirror")
        document = copy(settings)
    emit(document, json, draw_mirrors)
    raise typer.Exit(document["exit_code"])


def stream(
    every: Annotated[
        float, typer.Option(min=1, max=3600, help="Seconds from the beginning of one turn to the next.")
    ] = 15.0,
    world: World = None,
    metrics_port: MetricsPort = "",
    json: Json = False,
) -> None:
    """Turn new records into published numbers every few seconds, in one warm process, until stopped."""
    from flows.operations.stream import stream as keep_refreshing

    settings = load_settings(metrics_port=metrics_port)
    from flows.operations.metrics import serving_metrics

    with progress_on_stderr(is_plain=True) as progress, serving_metrics(settings, progress):
        for turn in keep_refreshing(settings, every, world, progress):
            emit(turn.document(), json, draw_turn)
            sys.stdout.flush()


def serve(metrics_port: MetricsPort = "") -> None:
    """Serve the Prefect deployments with their schedules, one pass at a time, until stopped."""
    from flows.operations.metrics import serving_metrics
    from flows.orchestration.serve import serve_deployments

    settings = load_settings(metrics_port=metrics_port)
    with progress_on_stderr() as progress, serving_metrics(settings, progress):
        serve_deployments(settings, progress)
