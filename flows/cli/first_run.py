"""The commands of a first run: a synthetic set-up that needs nothing, and what a real one lacks."""

from dataclasses import asdict

import typer

from flows import settings as environment
from flows.cli.options import Json
from flows.cli.output import emit, progress_on_stderr
from flows.cli.tables import draw_findings
from flows.cli.tables_demo import draw_demo
from tokenshare.errors import ExitCode


def demo(json: Json = False) -> None:
    """Run everything once on a synthetic world: local broker, gates, shares; all of it stays queryable."""
    from flows.operations.demo import demonstrate

    with progress_on_stderr() as progress:
        document = demonstrate(environment.load(), progress)
    emit(document, json, draw_demo)
    raise typer.Exit(document["refresh"]["exit_code"])


def doctor(json: Json = False) -> None:
    """Name what is missing for a pass, and the command that mends it."""
    from flows.queries.doctor import examine

    findings = examine(environment.load(), environment.ENVIRON)
    emit({"findings": [asdict(finding) for finding in findings]}, json, draw_findings)
    raise typer.Exit(int(ExitCode.OK if all(finding.is_well for finding in findings) else ExitCode.USAGE))
