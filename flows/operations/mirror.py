"""The command `mirror`: bring every mirror up to the published file now, without a pass."""

from dataclasses import asdict
from typing import Any

from connectors import lock
from connectors.storage.home import Home
from flows.orchestration.mirrors import copy_published
from flows.settings import Settings, name_of
from flows.setup.clock import new_run_id, now
from flows.setup.mirrors import mirrors_of
from tokenshare.errors import ExitCode, UsageError


def mirror(settings: Settings) -> dict[str, Any]:
    """Copy what has moved to every mirror. Raises UsageError if none is set up, Busy if a pass owns the home."""
    if not mirrors_of(settings):
        raise UsageError("no mirror is set up", f"set {name_of('mirror_dsn')} or {name_of('publish_to')}")
    with lock.acquire(Home(settings.home).lock, new_run_id(now()), now):
        outcomes = copy_published(settings, now)
    has_failed = any(found.status == "failed" for found in outcomes)
    code = ExitCode.BROKER if has_failed else ExitCode.OK
    return {"mirrors": [asdict(found) for found in outcomes], "exit_code": int(code)}
