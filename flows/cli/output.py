"""Output of a command: one JSON document for programs, tables for people, one sentence for an error.

All text leaves here, and text of others is never a template: no markup is read in it, and a character that would steer
the terminal is shown as its escape.
"""

import json
import logging
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from threading import Timer
from typing import Any

from rich.console import Console
from rich.text import Text

from flows.cli.screen import Screen
from flows.cli.tables_log import log_line
from tokenshare.errors import ExitCode, TokenshareError
from tokenshare.text import visible, visible_lines

PATIENCE_SECONDS = 1.0


def emit(
    document: dict[str, Any], is_json: bool, draw: Callable[[Screen, dict[str, Any]], None], *, is_wide: bool = False
) -> None:
    """Print the document as JSON on stdout, or draw it; `is_wide` leaves each row of a table on one line."""
    if is_json:
        print(as_json(document))
    else:
        draw(Screen(open_console(), is_wide=is_wide), show(document))


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
        print(visible_lines(_redact("".join(traceback.format_exception(error)))), end="", file=sys.stderr)
    message = _redact(str(error) if known else f"{type(error).__name__}: {error}")
    if is_json:
        fix = _redact(error.fix) if isinstance(error, TokenshareError) else ""
        print(json.dumps({"status": "failed", "exit_code": int(code), "error": message, "fix": fix}))
    print(f"tokenshare: {visible(message)}", file=sys.stderr)
    return code


@contextmanager
def progress_on_stderr(*, is_plain: bool = False) -> Iterator[Callable[[str], None]]:
    """A progress function for stderr: a spinner on a terminal, plain lines in a log or on demand."""
    console = open_console(stderr=True)
    if is_plain or not console.is_terminal:
        yield lambda text: print(visible(_redact(text)), file=sys.stderr)
        return
    with console.status("starting") as status:
        yield lambda text: status.update(Text(visible(_redact(text))))


@contextmanager
def spinner_on_stderr(text: str) -> Iterator[None]:
    """A spinner on a terminal for a look that takes longer than a second; a log gets nothing."""
    console = open_console(stderr=True)
    status = console.status(Text(text))
    timer = Timer(PATIENCE_SECONDS, status.start)
    timer.daemon = True
    if console.is_terminal:
        timer.start()
    try:
        yield
    finally:
        timer.cancel()
        if console.is_terminal:
            timer.join()
            status.stop()


def echo_on_stderr(line: str) -> None:
    """Print a line of the log of a pass; its progress is printed already."""
    fact = json.loads(line)
    if fact["event"] != "progress":
        print(visible(log_line(fact)), file=sys.stderr)


def silence_libraries() -> None:
    """Disable library logs below critical: our own errors carry the relevant part of theirs."""
    from flows.setup.redaction import redact_logs

    logging.disable(logging.ERROR)
    redact_logs()


def _redact(text: str) -> str:
    from flows.setup.redaction import redact

    return redact(text)


def as_json(value: Any) -> str:
    """A value as JSON in one line, what would steer a terminal as an escape that JSON reads back."""
    return visible(json.dumps(value, default=_to_text, ensure_ascii=False))


def _to_text(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value)
