"""Output of a command: one JSON document for programs, tables for people, one sentence for an error.

All text leaves here, and text of others is never a template: no markup is read in it, and a character that would steer
the terminal is shown as its escape.
"""

import json
import logging
import select
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from io import StringIO
from threading import Timer
from time import monotonic
from typing import Any

import typer
from rich.console import Console
from rich.live import Live
from rich.text import Text

from flows.cli.pipes import unbroken
from flows.cli.screen import Screen
from flows.cli.tables_log import log_line
from flows.setup import Count, Progress
from tokenshare.errors import ExitCode, TokenshareError
from tokenshare.noop import noop
from tokenshare.text import as_json, visible, visible_lines

PATIENCE_SECONDS, LOG_SECONDS = 1.0, 10.0


def emit(
    document: dict[str, Any], is_json: bool, draw: Callable[[Screen, dict[str, Any]], None], *, is_wide: bool = False
) -> None:
    """Print the document as JSON on stdout, or draw it; `is_wide` leaves each row of a table on one line."""
    with unbroken(sys.stdout):
        if is_json:
            print(as_json(document))
        else:
            draw(Screen(open_console(), is_wide=is_wide), show(document))


def is_terminal() -> bool:
    """True if stdout is a terminal."""
    return open_console().is_terminal


@contextmanager
def redrawn() -> Iterator[Callable[[dict[str, Any], Callable[[Screen, dict[str, Any]], None]], None]]:
    """A function that draws a document on the terminal, in place of the one before; what does not fit is left out."""
    console = open_console()
    with Live(console=console, auto_refresh=False, redirect_stdout=False, redirect_stderr=False) as live:

        def redraw(document: dict[str, Any], draw: Callable[[Screen, dict[str, Any]], None]) -> None:
            drawn = StringIO()
            draw(Screen(open_console(file=drawn, force_terminal=True, width=console.width)), show(document))
            live.update(Text.from_ansi(drawn.getvalue()), refresh=True)

        yield redraw


def print_line(line: str) -> None:
    """Print a line on stdout at once, its text made visible."""
    with unbroken(sys.stdout):
        print(visible(line), flush=True)


def wait(seconds: float) -> None:
    """Wait, and end the process well if nobody reads stdout any more: a command that says little would not notice."""
    reader = select.poll()
    reader.register(sys.stdout.fileno(), 0)  # of no event but the end
    if reader.poll(seconds * 1000):
        raise typer.Exit


def open_console(**options: Any) -> Console:
    """A console that takes no text for markup."""
    return Console(highlight=False, markup=False, emoji=False, **options)


def show(value: Any) -> Any:
    """A document with all of its text made visible."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, Mapping):
        return {name: show(found) for name, found in value.items()}
    return [show(found) for found in value] if isinstance(value, list | tuple) else value


def report_error(error: BaseException, is_json: bool) -> ExitCode:
    """Print an error and its fix on stderr, with `is_json` also as a document on stdout; return its exit code.

    An error of no known kind is a bug, and prints its traceback too.
    """
    known = isinstance(error, TokenshareError)
    code = error.exit_code if isinstance(error, TokenshareError) else ExitCode.BUG
    if not known:
        _print_on_stderr(visible_lines(_redact("".join(traceback.format_exception(error)).rstrip("\n"))))
    message = _redact(str(error) if known else f"{type(error).__name__}: {error}")
    if is_json:
        fix = _redact(error.fix) if isinstance(error, TokenshareError) else ""
        with unbroken(sys.stdout):
            print(json.dumps({"status": "failed", "exit_code": int(code), "error": message, "fix": fix}))
    _print_on_stderr(f"tokenshare: {visible(message)}")
    return code


@contextmanager
def progress_on_stderr(*, is_plain: bool = False) -> Iterator[Progress]:
    """A progress function for stderr: a spinner on a terminal, plain lines in a log or on demand."""
    if is_plain or not open_console(stderr=True).is_terminal:
        yield log_progress()
        return
    with spinner_on_stderr("start") as progress:
        yield progress


def log_progress() -> Progress:
    """A progress function for a log: each stage, and every ten seconds what counts within one."""
    since = printed = monotonic()

    def report(text: str) -> None:
        nonlocal since, printed
        now, is_count = monotonic(), isinstance(text, Count)
        if is_count and now < printed + LOG_SECONDS:
            return
        since, printed = since if is_count else now, now
        _print_on_stderr(visible(_redact(f"{text}, {now - since:.0f} s" if is_count else text)))

    return report


@contextmanager
def spinner_on_stderr(text: str) -> Iterator[Progress]:
    """A progress function for a terminal, with a spinner from the second second on; a log gets nothing."""
    console = open_console(stderr=True)
    if not console.is_terminal:
        yield noop
        return
    line = _Line(text)
    status = console.status(line)
    timer = Timer(PATIENCE_SECONDS, status.start)
    timer.daemon = True
    timer.start()
    try:
        yield line.show
    finally:
        timer.cancel()
        timer.join()
        status.stop()


class _Line:
    """The line of a spinner: the newest text, and the seconds since its stage began."""

    def __init__(self, text: str) -> None:
        self.text, self.since = text, monotonic()

    def show(self, text: str) -> None:
        """Take a new text; one that counts is of the same stage."""
        if not isinstance(text, Count):
            self.since = monotonic()
        self.text = visible(_redact(text))

    def __rich__(self) -> Text:
        seconds = int(monotonic() - self.since)
        return Text(f"{self.text}, {seconds} s" if seconds else self.text)


def echo_on_stderr(line: str) -> None:
    """Print a line of the log of a pass; its progress is printed already."""
    fact = json.loads(line)
    if fact["event"] != "progress":
        _print_on_stderr(visible(log_line(fact)))


def _print_on_stderr(line: str) -> None:
    with unbroken(sys.stderr):
        print(line, file=sys.stderr)


def silence_libraries() -> None:
    """Disable library logs below critical: our own errors carry the relevant part of theirs."""
    from flows.setup.redaction import redact_logs

    logging.disable(logging.ERROR)
    sys.warnoptions.append("ignore:resource_tracker")  # of a process ended by Ctrl-C, by its helper that outlives it
    redact_logs()


def _redact(text: str) -> str:
    from flows.setup.redaction import redact

    return redact(text)
