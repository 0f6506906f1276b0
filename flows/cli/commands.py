"""Every command, in its panel of the help."""

from collections.abc import Callable, Mapping
from typing import Annotated

import typer

from flows.cli import (
    alerts,
    dead_letters,
    first_run,
    gates,
    imports,
    local_services,
    mappings,
    own_rows,
    passes,
    provenance,
    queries,
    schemas,
    upgrades,
)
from flows.cli.output import silence_libraries

PRODUCT = (
    "Measure market shares of AI models: usage, downloads, prices and market values, each judged by gates and "
    "published with its denominator, its version and its evidence."
)
# Commands in the order of use; within a panel the groups come last.
PANELS: Mapping[str, tuple[Callable[..., None] | typer.Typer, ...]] = {
    "First run": (first_run.demo, first_run.init, first_run.doctor, imports.app),
    "Passes": (
        *(passes.refresh, passes.backfill, passes.land, passes.compact),
        *(passes.mirror, passes.serve, passes.stream),
        local_services.gateway,
    ),
    "Look": (
        *(queries.status, queries.metrics, queries.restatements, queries.report, queries.open_page, queries.docs),
        queries.logs,
        *(provenance.trace, provenance.check, provenance.cite, provenance.verify, gates.app),
        *(mappings.app, own_rows.claims, own_rows.disclosures),
    ),
    "Operate": (
        *(local_services.upstream, upgrades.upgrade, local_services.broker, dead_letters.app, alerts.app),
        schemas.app,
    ),
}

NAMED = {queries.open_page: "open"}  # the function's own name is that of a builtin

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
            app.command(NAMED.get(command), rich_help_panel=panel)(command)


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
