"""The command line: reads what a person typed, calls the route, and answers."""

import sys
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from connectors.storage.home import Home
from flows import answer, cli_alerts, cli_broker, cli_claims, cli_gates, cli_repair, cli_verify, looks, show, show_demo
from flows import settings as environment
from flows.keys import find_metric, read_moment
from flows.options import AsOf, Json, Sources, World
from tokenshare.errors import ExitCode, Interrupted, UsageError

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
app.add_typer(cli_broker.app, name="broker")
app.add_typer(cli_alerts.app, name="alerts")
app.add_typer(cli_repair.letters, name="dlq")
for repair in (cli_repair.backfill, cli_repair.land, cli_repair.compact):
    app.command()(repair)
app.command()(cli_claims.check)
app.command()(cli_claims.cite)
app.command()(cli_gates.gates)
app.command()(cli_verify.verify)

Wait = Annotated[bool, typer.Option("--wait", help="Wait for a pass that holds the home, an hour at most.")]
TakeOver = Annotated[
    bool, typer.Option("--take-over", help="End the pass that holds the home first; take topics over from another.")
]
AcceptGap = Annotated[bool, typer.Option("--accept-gap", help="Go on without records that are lost, on record.")]
MetricId = Annotated[str | None, typer.Argument(help="A metric, such as china_share_origin_weekly.")]

PATIENCE_SECONDS = 3600.0  # of a pass that a schedule started


@app.command()
def demo(json: Json = False) -> None:
    """First run: local broker, synthetic world, gates, and the shares; everything stays queryable."""
    from flows.demonstrate import demonstrate

    with answer.progress() as progress:
        document = demonstrate(environment.load(), progress)
    answer.give(document, json, show_demo.draw_demo)
    raise typer.Exit(document["refresh"]["exit_code"])


@app.command()
def refresh(
    source: Sources = None,
    as_of: AsOf = None,
    world: World = None,
    take_over: TakeOver = False,
    wait: Wait = False,
    accept_gap: AcceptGap = False,
    json: Json = False,
) -> None:
    """One whole pass: fetch, land, build, judge, publish."""
    from flows.deployments import run_once
    from flows.report import write as write_page  # three seconds
    from flows.run import Order
    from flows.surroundings import whoever

    settings = environment.load()
    moment = read_moment(as_of) if as_of else None
    order = Order(accepts_gaps_by=whoever() if accept_gap else "")
    with answer.progress() as progress:
        report = run_once(
            settings, moment, world, source or [], progress,
            take_over=take_over, patience_seconds=PATIENCE_SECONDS if wait else 0.0, order=order,
        )  # fmt: skip
        progress("report")
        write_page(Home(settings.home))
    answer.give(report.document(), json, show.draw_refresh)
    raise typer.Exit(int(report.exit_code))


@app.command()
def serve() -> None:
    """Prefect deployments with their schedules, one pass at a time, until stopped."""
    from flows.scheduled import serve_deployments

    with answer.progress() as progress:
        serve_deployments(environment.load(), progress)


@app.command()
def status(json: Json = False) -> None:
    """Health and lag: what is held and why, which weeks lack a day, whom nobody mapped."""
    answer.give(looks.status(environment.load()), json, show.draw_status)


@app.command()
def metrics(metric: MetricId = None, as_of: AsOf = None, json: Json = False) -> None:
    """All metrics, or the rows of one, now or as known then."""
    if metric is None:
        answer.give(looks.metrics(_home()), json, show.draw_metrics)
    else:
        moment = read_moment(as_of) if as_of else None
        answer.give(looks.metric(_home(), find_metric(metric), moment), json, show.draw_metric)


@app.command()
def restatements(metric: MetricId = None, json: Json = False) -> None:
    """Published cells that were replaced: old, new, cause, source offsets."""
    answer.give(looks.restatements(_home(), find_metric(metric) if metric else None), json, show.draw_restatements)


@app.command()
def trace(metric: str, key: list[str], json: Json = False) -> None:
    """A published number down to its topics, partitions and offsets, computed again from them."""
    from flows.trace import trace as follow

    found = follow(_home(), find_metric(metric), key)
    answer.give(found.document(), json, show.draw_trace)
    raise typer.Exit(int(ExitCode.OK if found.is_equal or found.changed_since else ExitCode.BUG))


@app.command()
def report(json: Json = False) -> None:
    """Write the page people look at, report/index.html, from what is published."""
    from flows.report import write as write_page  # three seconds

    answer.give({"report": str(write_page(_home()))}, json, show.draw_facts)


@app.command()
def doctor(json: Json = False) -> None:
    """What is missing for a pass, and the command that mends it."""
    from flows.doctor import examine

    findings = examine(environment.load(), environment.ENVIRON)
    answer.give({"findings": [asdict(finding) for finding in findings]}, json, show.draw_findings)
    raise typer.Exit(int(ExitCode.OK if all(finding.is_well for finding in findings) else ExitCode.USAGE))


@app.command()
def upstream(
    world: Annotated[Path, typer.Argument(help="A directory of CSV files.")],
    as_of: AsOf = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 0,
    json: Json = False,
) -> None:
    """Serve a world as its upstreams would, on loopback, until stopped."""
    from flows.surroundings import now, serve_world

    served = serve_world(world, read_moment(as_of) if as_of else now(), port)
    answer.give({"url": served.url, "key": served.key}, json, show.draw_facts)
    sys.stdout.flush()
    with suppress(KeyboardInterrupt):
        served.serve_forever()


def main() -> None:
    """The console script: every outcome has its exit code, no error of a user's making shows a traceback."""
    answer.quieten()
    is_json = "--json" in sys.argv
    try:
        code = app(standalone_mode=False)
    except (typer.Abort, KeyboardInterrupt):
        code = int(ExitCode.INTERRUPTED)
    except Exception as error:  # noqa: BLE001  # the last door: what passes here has been said
        code = int(answer.fail(_as_usage(error), is_json))
    if code == ExitCode.INTERRUPTED:  # the option parser, too, tells of it by the code alone
        answer.fail(Interrupted("interrupted", "run it again; what was done stays"), is_json)
    sys.exit(code if isinstance(code, int) else 0)


def _as_usage(error: Exception) -> Exception:
    """What the option parser says, as our own kind of error."""
    message = getattr(error, "format_message", None)
    return UsageError(message().rstrip("."), "see `tokenshare --help`") if message else error


def _home() -> Home:
    return looks.find_home(environment.load())
