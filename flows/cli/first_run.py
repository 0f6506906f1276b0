"""Commands of a first run: a synthetic set-up without prerequisites, and a check of a real one."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.options import Json
from flows.cli.output import emit, progress_on_stderr
from flows.cli.setup import load_settings
from flows.cli.tables import draw_findings, draw_init
from flows.cli.tables_demo import draw_demo
from tokenshare.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from flows.operations.init import Wanted

EnvFile = Annotated[Path, typer.Option("--file", help="The file to write; a value that is there stays.")]
Yes = Annotated[bool, typer.Option("--yes", help="Ask nothing; take the options and the keys of the environment.")]
HomeOption = Annotated[str, typer.Option("--home", help="Directory of all data of this set-up.")]
Contact = Annotated[str, typer.Option("--edgar-contact", help="Your e-mail address, required by the SEC.")]
Quotes = Annotated[str, typer.Option("--quotes", help="Folder of your closes and share counts.")]
Curated = Annotated[str, typer.Option("--curated", help="Folder of your claims, figures and maps; made if missing.")]


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


def init(
    file: EnvFile = Path(".env"),
    home: HomeOption = "",
    edgar_contact: Contact = "",
    quotes: Quotes = "",
    curated: Curated = "",
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Set a live set-up up: ask for the optional keys, write them to a file for you alone, and check the rest.

    Keys are no options, as those stand in the shell's history and in the list of processes.
    """
    from flows.operations.init import WANTED, initialise
    from flows.settings import ENVIRON

    if not yes and not sys.stdin.isatty():
        keys = ", ".join(one.name for one in WANTED if one.is_secret)
        raise UsageError(
            "there is no terminal to ask at",
            f"add --yes, with --home, --edgar-contact, --quotes, --curated; keys are taken from {keys}",
        )
    options = {"home": home, "edgar_contact": edgar_contact, "quotes": quotes, "curated": curated}
    given = {one.field: options.get(one.field) or ENVIRON.get(one.name, "") for one in WANTED}
    ask, may = ((lambda _: ""), (lambda _: False)) if yes else (_ask, _may)
    try:
        document = initialise(file, given, ENVIRON, ask, may)
    except (EOFError, typer.Abort) as ended:
        raise UsageError("a question was not answered", "nothing was written; run it again") from ended
    emit(document, json, draw_init)
    is_well = all(finding["is_well"] for finding in document["findings"])
    raise typer.Exit(int(ExitCode.OK if is_well else ExitCode.USAGE))


def _ask(wanted: "Wanted") -> str:
    """An answer typed at the terminal, unseen if it is a secret; empty to go without."""
    typer.echo(f"\n{wanted.description}\nWithout it, {wanted.without}.", err=True)
    if wanted.is_secret:
        from getpass import getpass

        return getpass(f"{wanted.name}: ")  # typer's prompt asks before it hides what is typed
    return str(typer.prompt(wanted.name, default="", show_default=False, err=True))


def _may(name: str) -> bool:
    return typer.confirm(f"{name} has another value in the file. Replace it?", default=False, err=True)
