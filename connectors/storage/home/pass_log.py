"""The log of a pass: a line of JSON for each fact, in a file of its own; the newest hundred files are kept."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO

from connectors.storage.home import atomic_files, pass_totals
from tokenshare.noop import noop

KEPT = 100
SUFFIX = ".jsonl"
Log = Callable[[str, Mapping[str, Any]], None]  # takes the name of an event and its facts
Fact = dict[str, Any]


@contextmanager
def open_log(
    folder: Path,
    run_id: str,
    clock: Callable[[], datetime],
    redact: Callable[[str], str],
    echo: Callable[[str], None] = noop,
) -> Iterator[Log]:
    """A log for one pass. Every line is redacted, then written and echoed; one that cannot be written stops no pass."""
    with ExitStack() as stack:
        file: BinaryIO | None = None
        with suppress(OSError):
            atomic_files.make_folder(folder)
            file = stack.enter_context((folder / f"{run_id}{SUFFIX}").open("ab", buffering=0))
            _rotate(folder)

        def log(event: str, facts: Mapping[str, Any]) -> None:
            line = redact(json.dumps({"at": clock(), "event": event, **facts}, default=_plain))
            echo(line)
            if file is not None:
                with suppress(OSError):
                    file.write(f"{line}\n".encode())

        yield log


def list_logs(folder: Path) -> list[str]:
    """The ids of the passes with a log, the newest first."""
    return sorted((path.stem for path in folder.glob(f"*{SUFFIX}")), reverse=True)


def read_log(folder: Path, run_id: str) -> list[Fact]:
    """The facts of one pass, in order; a line torn by a kill is left out."""
    facts = []
    for line in (folder / f"{run_id}{SUFFIX}").read_text().splitlines():
        with suppress(ValueError):
            facts.append(json.loads(line))
    return facts


def _rotate(folder: Path) -> None:
    """Remove the oldest logs; what they count stays in the totals."""
    old = list_logs(folder)[KEPT:]
    if old:
        pass_totals.fold(folder, old)
    for run_id in old:
        (folder / f"{run_id}{SUFFIX}").unlink(missing_ok=True)


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
