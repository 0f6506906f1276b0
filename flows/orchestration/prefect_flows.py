"""The pass in Prefect: its flows and decisions. A failure of Prefect never stops a pass."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, fields
from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from flows.orchestration.prefect_events import announce
from flows.orchestration.refresh import Report, Stages
from flows.setup import Progress

ANSWER_SECONDS = 2.0  # before a pass
PATIENCE_SECONDS = 30.0  # within a pass: the server was there, and may be busy
ENDING_SECONDS = 5.0
# By default Prefect waits a minute a call for a lost server.
BRIEF = {"client.max_retries": 3, "api.request_timeout": PATIENCE_SECONDS}


def answers(api_url: str | None, seconds: float = ANSWER_SECONDS) -> bool:
    """True if a Prefect server answers in time. Without one Prefect would start its own, in 11 to 18 seconds."""
    if not api_url or not api_url.startswith(("http://", "https://")):
        return False
    try:
        with urlopen(f"{api_url.rstrip('/')}/health", timeout=seconds) as response:  # noqa: S310  # checked above
            return bool(response.status == 200)
    except (URLError, OSError, ValueError):
        return False


def is_open(api_url: str, seconds: float = ANSWER_SECONDS) -> bool:
    """True unless the Prefect API refuses a caller without a login: any other answer proves no login."""
    place = f"{api_url.rstrip('/')}/deployments/filter"
    try:
        question = Request(place, b'{"limit": 1}', {"Content-Type": "application/json"})  # noqa: S310
        with urlopen(question, timeout=seconds):  # noqa: S310  # an address that `answers`
            return True
    except HTTPError as error:
        return error.code not in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)


def follow(route: Callable[..., Report], api_url: str, progress: Progress) -> Report:
    """Run the route as the flow `refresh` with a flow a stage.

    The flows take no parameters: Prefect shows everything it stores.
    """
    prefect = Orchestrator(api_url, progress)
    plain = Stages()
    shown = Stages(**{field.name: prefect.flow(field.name, getattr(plain, field.name)) for field in fields(Stages)})

    def announced() -> Report:
        report = route(stages=shown)
        prefect.ask(partial(announce, report))
        return report

    try:
        report: Report = prefect.flow("refresh", announced)()
    finally:
        _end_threads()
    return report


class OnceOnly:
    """A function to run exactly once, even if its orchestrator fails."""

    def __init__(self, function: Callable[[], Any]) -> None:
        self._function = function
        self._is_done = False
        self._result: Any = None
        self._error: BaseException | None = None

    def do(self) -> Any:
        """Run it and keep its result or error."""
        self._is_done = True
        try:
            self._result = self._function()
        except BaseException as error:
            self._error = error
            raise
        return self._result

    def outcome(self) -> Any:
        """Return its result or raise its error; run it now if it has not run yet."""
        if not self._is_done:
            return self.do()
        if self._error:
            raise self._error
        return self._result


@dataclass
class Orchestrator:
    """Prefect for one pass; after its first failure it gets no more requests."""

    api_url: str
    progress: Progress
    is_lost: bool = False

    def flow(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """`function` wrapped in a flow run of that name; arguments, secrets among them, stay in this process."""

        def call(*arguments: Any) -> Any:
            work = OnceOnly(partial(function, *arguments))
            self.ask(lambda: _run_as_flow(name, work))
            return work.outcome()

        return call

    def ask(self, request: Callable[[], Any]) -> None:
        """Send Prefect a request. If Prefect is gone or fails, report it as progress and go on."""
        if self.is_lost:
            return
        if not answers(self.api_url, PATIENCE_SECONDS):
            self._lose("does not answer")
            return
        try:
            _briefly(self.api_url, request)
        except Exception as error:  # noqa: BLE001  # an orchestrator is not in the data path; `OnceOnly` keeps our own errors
            self._lose(f"failed with {type(error).__name__}")

    def _lose(self, how: str) -> None:
        if not self.is_lost:
            self.progress(f"Prefect {how}: the pass goes on without it")
        self.is_lost = True


def _run_as_flow(name: str, work: OnceOnly) -> None:
    from prefect import Flow  # two seconds

    Flow(work.do, name=name, persist_result=False, validate_parameters=False)()


def _end_threads() -> None:
    """End the threads of Prefect; the next pass starts new ones.

    If they live on to the end of the process, DuckDB's modules are not freed, and its binding reports each on stderr.
    """
    with suppress(Exception):  # internals of Prefect: without them there is noise, and nothing else
        from prefect._internal.concurrency import threads
        from prefect.events.worker import EventsWorker

        EventsWorker.drain_all(timeout=ENDING_SECONDS)
        for loop in (threads.get_run_sync_loop(), threads.get_global_loop()):
            loop.shutdown()
            loop.thread.join(ENDING_SECONDS)


def _briefly(api_url: str, request: Callable[[], Any]) -> None:
    from prefect.settings import temporary_settings

    with temporary_settings({**BRIEF, "api.url": api_url}):
        request()
