"""How an answer leaves the process: one JSON document for programs, tables for people, one sentence for an error."""

import json
import logging
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from rich.console import Console

from flows.redaction import redact, redact_logs
from tokenshare.errors import ExitCode, TokenshareError


def give(document: dict[str, Any], is_json: bool, draw: Callable[[Console, dict[str, Any]], None]) -> None:
    """Prints the document as JSON on stdout, or draws it."""
    if is_json:
        print(json.dumps(document, default=_plain, ensure_ascii=False))
    else:
        draw(Console(highlight=False), document)


def fail(error: BaseException, is_json: bool) -> ExitCode:
    """Says what went wrong and what to do next; a bug also shows where, on stderr."""
    known = isinstance(error, TokenshareError)
    code = error.exit_code if isinstance(error, TokenshareError) else ExitCode.BUG
    if not known:
        print(redact("".join(traceback.format_exception(error))), end="", file=sys.stderr)
    said = redact(str(error) if known else f"{type(error).__name__}: {error}")
    if is_json:
        fix = redact(error.fix) if isinstance(error, TokenshareError) else ""
        print(json.dumps({"status": "failed", "exit_code": int(code), "error": said, "fix": fix}))
    print(f"tokenshare: {said}", file=sys.stderr)
    return code


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """A way to tell of progress on stderr: a spinner for a person, plain lines for a log."""
    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        yield lambda text: print(redact(text), file=sys.stderr)
        return
    with console.status("starting") as status:
        yield lambda text: status.update(redact(text))


def quieten() -> None:
    """Libraries speak only of what is critical: what matters of their troubles is in our own errors."""
    logging.disable(logging.ERROR)
    redact_logs()


def _plain(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value)
