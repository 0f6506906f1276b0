"""Output of a command: one JSON document for programs, tables for people, one sentence for an error."""

import json
import logging
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from rich.console import Console

from flows.cli.redaction import redact, redact_logs
from tokenshare.errors import ExitCode, TokenshareError


def emit(document: dict[str, Any], is_json: bool, draw: Callable[[Console, dict[str, Any]], None]) -> None:
    """Print the document as JSON on stdout, or draw it."""
    if is_json:
        print(json.dumps(document, default=_to_text, ensure_ascii=False))
    else:
        draw(Console(highlight=False), document)


def report_error(error: BaseException, is_json: bool) -> ExitCode:
    """Print an error and its fix on stderr, with `is_json` also as a document on stdout; return its exit code.

    An error of no known kind is a bug, and prints its traceback too.
    """
    known = isinstance(error, TokenshareError)
    code = error.exit_code if isinstance(error, TokenshareError) else ExitCode.BUG
    if not known:
        print(redact("".join(traceback.format_exception(error))), end="", file=sys.stderr)
    message = redact(str(error) if known else f"{type(error).__name__}: {error}")
    if is_json:
        fix = redact(error.fix) if isinstance(error, TokenshareError) else ""
        print(json.dumps({"status": "failed", "exit_code": int(code), "error": message, "fix": fix}))
    print(f"tokenshare: {message}", file=sys.stderr)
    return code


@contextmanager
def progress_on_stderr() -> Iterator[Callable[[str], None]]:
    """A progress function for stderr: a spinner on a terminal, plain lines in a log."""
    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        yield lambda text: print(redact(text), file=sys.stderr)
        return
    with console.status("starting") as status:
        yield lambda text: status.update(redact(text))


def silence_libraries() -> None:
    """Disable library logs below critical: our own errors carry the relevant part of theirs."""
    logging.disable(logging.ERROR)
    redact_logs()


def _to_text(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value)
