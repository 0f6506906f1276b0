"""The document of `logs`: what one pass did, as its log in the home has it."""

from typing import Any

from connectors.storage.home import Home
from connectors.storage.home.pass_log import list_logs, read_log
from tokenshare.closest import unknown
from tokenshare.errors import UsageError


def read_pass(home: Home, run_id: str | None) -> dict[str, Any]:
    """The log of one pass, the newest by default, and the ids of all passes with a log.

    Raises UsageError if there is none.
    """
    runs = list_logs(home.log)
    if not runs:
        raise UsageError("there is no log of a pass yet", "run `tokenshare refresh` or `tokenshare demo` first")
    if run_id is not None and run_id not in runs:
        raise unknown(f"there is no log of a pass {run_id[:60]!r}", run_id, runs)
    chosen = run_id or runs[0]
    return {"run": chosen, "runs": runs, "lines": read_log(home.log, chosen)}
