"""The command line: run a command, print its answer or its error, and end with its exit code."""

import sys
from typing import Any

from flows.cli import interrupts
from flows.cli.pipes import unbroken
from tokenshare.errors import ExitCode, UsageError


def main() -> None:
    """Run the console script. Every outcome has its exit code; a user's error prints no traceback."""
    with interrupts.ended_soon() as watch:
        sys.exit(_run(watch))


def _run(watch: interrupts.Watch) -> int:
    """Run the command, and return its exit code. Slow imports are in here, as Ctrl-C may come meanwhile."""
    try:
        from flows.cli.commands import app

        code: Any = app(prog_name="tokenshare", standalone_mode=False)
    except KeyboardInterrupt:
        code = ExitCode.INTERRUPTED
    except Exception as error:  # noqa: BLE001  # the outermost handler: it reports every error left
        code = ExitCode.INTERRUPTED if watch.has_come else _report(error)
    if code == ExitCode.INTERRUPTED:  # the option parser, too, returns only the code of an interrupt
        watch.report()
    for stream in (sys.stdout, sys.stderr):
        with unbroken(stream):
            pass
    return code if isinstance(code, int) else 0


def _report(error: Exception) -> int:
    """Report an error, of the option parser as a UsageError; return its exit code."""
    from flows.cli.output import report_error

    message = getattr(error, "format_message", None)
    if message is not None:
        context = getattr(error, "ctx", None)
        path = context.command_path if context else "tokenshare"
        error = UsageError(message().rstrip(".?") or "a command is missing", f"see `{path} --help`")
    return int(report_error(error, "--json" in sys.argv))
