"""The pass as Prefect sees it: flows, and what was decided; a Prefect that fails never stops a pass."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import partial
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from flows.orchestration.prefect_events import announce
from flows.orchestration.refresh import Report, Stages
from flows.setup import Progress

ANSWER_SECONDS = 2.0  # before a pass
PATIENCE_SECONDS = 10.0  # in the middle of one, of a server that was there and may be busy
# Prefect's own patience with a server that has gone is a minute a call.
BRIEF = {"client.max_retries": 1, "api.request_timeout": PATIENCE_SECONDS}


def answers(api_url: str | None, seconds: float = ANSWER_SECONDS) -> bool:
    """Whether a Prefect server answers within so many seconds. Without one Prefect would start its own, in 11 to 18."""
    if not api_url or not api_url.startswith(("http://", "https://")):
        return False
    try:
        with urlopen(f"{api_url.rstrip('/')}/health", timeout=seconds) as response:  # noqa: S310  # checked above
            return bool(response.status == 200)
    except (URLError, OSError, ValueError):
        return False


def follow(route: Callable[..., Report], api_url: str, progress: Progress) -> Report:
    """The route as the flow `refresh` with a flow a stage. They take no parameters: what Prefect stores, it shows."""
    prefect = Orchestrator(api_url, progress)
    plain = Stages()
    shown = Stages(**{field.name: prefect.flow(field.name, getattr(plain, field.name)) for field in fields(Stages)})

    def told() -> Report:
        report = route(stages=shown)
        prefect.ask(partial(announce, report))
        return report

    report: Report = prefect.flow("refresh", told)()
    return report


class OnceOnly:
    """A function that runs once, whatever becomes of the orchestrator that was to run it."""

    def __init__(self, function: Callable[[], Any]) -> None:
        self._function = function
        self._is_done = False
        self._said: Any = None
        self._error: BaseException | None = None

    def do(self) -> Any:
        """Runs it, and remembers how that ended."""
        self._is_done = True
        try:
            self._said = self._function()
        except BaseException as error:
            self._error = error
            raise
        return self._said

    def outcome(self) -> Any:
        """What it gave or raised; it runs now where nobody has run it."""
        if not self._is_done:
            return self.do()
        if self._error:
            raise self._error
        return self._said


@dataclass
class Orchestrator:
    """Prefect for the length of one pass; once it has failed it is asked no more."""

    api_url: str
    progress: Progress
    is_lost: bool = False

    def flow(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Calls `function` inside a flow run of that name; arguments stay in this process, secrets among them."""

        def call(*arguments: Any) -> Any:
            work = OnceOnly(partial(function, *arguments))
            self.ask(lambda: _run_as_flow(name, work))
            return work.outcome()

        return call

    def ask(self, request: Callable[[], Any]) -> None:
        """Asks Prefect for something. That it is not there, or fails, is told to the person and stops nothing."""
        if self.is_lost:
            return
        if not answers(self.api_url, PATIENCE_SECONDS):
            self._lose("does not answer")
            return
        try:
            _briefly(self.api_url, request)
        except Exception as error:  # noqa: BLE001  # an orchestrator is not in the data path; our own errors are in `Work`
            self._lose(f"failed with {type(error).__name__}")

    def _lose(self, how: str) -> None:
        if not self.is_lost:
            self.progress(f"Prefect {how}: the pass goes on without it")
        self.is_lost = True


def _run_as_flow(name: str, work: OnceOnly) -> None:
    from prefect import Flow  # two seconds

    Flow(work.do, name=name, persist_result=False, validate_parameters=False)()


def _briefly(api_url: str, request: Callable[[], Any]) -> None:
    from prefect.settings import temporary_settings

    with temporary_settings({**BRIEF, "api.url": api_url}):
        request()
