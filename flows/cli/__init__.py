"""The command line: parse the arguments, run the command, print its answer."""

import sys
from collections.abc import Callable, Mapping
from typing import Annotated, Any

import typer

from flows.cli import (
    alerts,
    dead_letters,
    first_run,
    gates,
    imports,
    local_services,
    mappings,
    passes,
    provenance,
    queries,
    upgrades,
)
from flows.cli.output import report_error, silence_libraries
from tokenshare.errors import ExitCode, Interrupted, UsageError

PRODUCT = (
    "Measure market shares of AI models: usage, downloads, prices and market values, each judged by gates and "
    "published with its denominator, its version and its evidence."
)
# Commands in the order of use; within a panel the groups come last.
PANELS: Mapping[str, tuple[Callable[..., None] | typer.Typer, ...]] = {
    "First run": (first_run.demo, first_run.doctor, imports.app),
    "Passes": (
        *(passes.refresh, passes.backfill, passes.land, passes.compact),
        *(passes.serve, passes.stream),
        local_services.gateway,
    ),
    "Look": (
        *(queries.status, queries.metrics, queries.restatements, queries.report, queries.logs),
        *(provenance.trace, provenance.check, provenance.cite, provenance.verify, gates.app, mappings.app),
    ),
    "Operate": (local_services.upstream, upgrades.upgrade, local_services.broker, dead_letters.app, alerts.app),
}

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help=PRODUCT,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for panel, commands in PANELS.items():
    for command in commands:
        if isinstance(command, typer.Typer):
            app.add_typer(command, rich_help_panel=panel)
        else:
            app.command(rich_help_panel=panel)(command)


def _print_version(is_wanted: bool) -> None:
    if is_wanted:
        from importlib.metadata import version

        print(f"tokenshare {version('tokenshare')}")
        raise typer.Exit


VersionFlag = Annotated[
    bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
]


@app.callback()
def _root(version: VersionFlag = False) -> None:  # noqa: ARG001  # its callback has acted
    """Take the options given before a command, and make this process fit to run one.

    Help, version and completion come before: they read no setting.
    """
    from flows.settings import isolate_process

    isolate_process()
    silence_libraries()


def main() -> None:
    """Run the console script. Every outcome has its exit code; a user's error prints no traceback."""
    is_json = "--json" in sys.argv
    try:
        code: Any = app(prog_name="tokenshare", standalone_mode=False)
    except (typer.Abort, KeyboardInterrupt):
        code = int(ExitCode.INTERRUPTED)
    except Exception as error:  # noqa: BLE001  # the outermost handler: it reports every error left
        code = int(report_error(_as_usage(error), is_json))
    if code == ExitCode.INTERRUPTED:  # the option parser, too, returns only the code of an interrupt
        report_error(Interrupted("interrupted", "run it again; finished work stays"), is_json)
    sys.exit(code if isinstance(code, int) else 0)


def _as_usage(error: Exception) -> Exception:
    """An error of the option parser as a UsageError; any other error unchanged."""
    message = getattr(error, "format_message", None)
    if message is None:
        return error
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "tokenshare"
    return UsageError(message().rstrip(".?") or "a command is missing", f"see `{path} --help`")
