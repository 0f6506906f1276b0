"""Commands of a first run: a synthetic set-up without prerequisites, and a check of a real one."""

from dataclasses import asdict

import typer

from flows.cli.options import Json
from flows.cli.output import emit, progress_on_stderr
from flows.cli.setup import load_settings
from flows.cli.tables import draw_findings
from flows.cli.tables_demo import draw_demo
from tokenshare.errors import ExitCode


def demo(json: Json = False) -> None:
    """Run the whole pipeline on a synthetic world: local broker, gates, shares. The results stay queryable."""
    from flows.operations.demo import demonstrate

    with progress_on_stderr() as progress:
        document = demonstrate(load_settings(), progress)
    emit(document, json, draw_demo)
    raise typer.Exit(document["refresh"]["exit_code"])


def doctor(json: Json = False) -> None:
    """Check the prerequisites of a pass, and name the fix for each missing one."""
    from flows.queries.doctor import examine
    from flows.settings import ENVIRON

    findings = examine(load_settings(), ENVIRON)
    emit({"findings": [asdict(finding) for finding in findings]}, json, draw_findings)
    raise typer.Exit(int(ExitCode.OK if all(finding.is_well for finding in findings) else ExitCode.USAGE))
