"""The pass in Prefect: its flows and decisions. A failure of Prefect never stops a pass."""

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, fields
from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from connectors.kafka.producer import Sender
from flows.orchestration.prefect_events import announce
from flows.orchestration.refresh import Report, Stages, findings_of
from flows.setup import Progress
from flows.setup.context import PassContext
from flows.setup.redaction import redact
from flows.stages.ingest import SourceOutcome, ingest_one
from tokenshare.sources import Source
from tokenshare.text import visible

RunAs = Callable[["OnceOnly"], None]
ANSWER_SECONDS = 2.0  # before a pass
PATIENCE_SECONDS = 30.0  # within a pass: the server was there, and may be busy
ENDING_SECONDS = 5.0
# By default Prefect waits a minute a call for a lost server.
BRIEF = {"client.max_retries": 3, "api.request_timeout": PATIENCE_SECONDS}


@dataclass(frozen=True)
class RunLabel:
    """The name and the tags of a run, as Prefect lists it."""

    name: str
    tags: tuple[str, ...]


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


def follow(route: Callable[..., Report], api_url: str, progress: Progress, label: RunLabel) -> Report:
    """Run the route as the flow `refresh` with a task for each stage, and within `ingest` one for each source.

    They take no parameters: Prefect shows everything it stores.
    """
    prefect = Orchestrator(api_url, progress)
    plain = Stages()
    tasks = {field.name: prefect.wrap(as_task(field.name), getattr(plain, field.name)) for field in fields(Stages)}

    def fetch_one(run: PassContext, source: Source, sender: Sender) -> Any:
        return prefect.wrap(as_task(source.id), ingest_one)(run, source, sender)

    def announced() -> Report:
        report = route(stages=Stages(**tasks | {"ingest": partial(tasks["ingest"], fetch_one=fetch_one)}))
        prefect.ask(partial(announce, report))
        return report

    try:
        report: Report = prefect.wrap(as_flow("refresh", label), announced)()
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

    def wrap(self, run_as: RunAs, function: Callable[..., Any]) -> Callable[..., Any]:
        """`function` run as a flow or a task; its arguments, secrets among them, stay in this process."""

        def call(*arguments: Any, **named: Any) -> Any:
            work = OnceOnly(partial(function, *arguments, **named))
            self.ask(partial(run_as, work))
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


def as_flow(name: str, label: RunLabel) -> RunAs:
    """A way to run work as a flow of that name; the run has the label's name and tags."""

    def run(work: OnceOnly) -> None:
        from prefect import Flow, tags  # two seconds

        with tags(*label.tags):
            options: dict[str, Any] = {"persist_result": False, "validate_parameters": False}
            Flow(lambda: _do(work), name=name, flow_run_name=label.name, **options)(return_state=True)

    return run


def as_task(name: str) -> RunAs:
    """A way to run work as a task of that name, within a flow."""

    def run(work: OnceOnly) -> None:
        from prefect import Task
        from prefect.cache_policies import NO_CACHE

        options: dict[str, Any] = {"task_run_name": name, "persist_result": False, "cache_policy": NO_CACHE}
        Task(lambda: _do(work), name=name, **options)(return_state=True)

    return run


def _do(work: OnceOnly) -> Any:
    """Do the work, and return how Prefect shows it: a log line and a state, without a traceback."""
    from prefect.states import Completed, Failed

    try:
        result = work.do()
    except Exception as error:  # noqa: BLE001  # `work` keeps it, and the pass raises it
        return Failed(message=_safe_line(error))
    name, message = _summary(result)
    if message:
        _log_to_prefect(message)
    return Completed(name=name or "Completed", message=message or None)


def _log_to_prefect(message: str) -> None:
    """Log a line to the server alone, as of this run: a logger of Prefect's would write to stderr too."""
    from prefect.logging.handlers import APILogHandler

    APILogHandler().handle(logging.LogRecord("tokenshare", logging.INFO, __file__, 0, message, None, None))


def _summary(result: Any) -> tuple[str, str]:
    """The name and message of the state of a pass, or of one source; both empty for a stage."""
    if isinstance(result, Report):
        return result.status.capitalize(), _safe_line("; ".join(findings_of(result.document())) or "all well")
    if isinstance(result, SourceOutcome):
        notes = [f"{result.events} events" if result.events else "", result.reason]
        return result.status.capitalize(), _safe_line(": ".join([result.status, *filter(None, notes)]))
    return "", ""


def _safe_line(text: object) -> str:
    return visible(redact(str(text)))


def _end_threads() -> None:
    """End the threads of Prefect; the next pass starts new ones.

    If they live on to the end of the process, DuckDB's modules are not freed, and its binding reports each on stderr.
    """
    with suppress(Exception):  # internals of Prefect: without them there is noise, and nothing else
        from prefect._internal.concurrency import threads
        from prefect.events.worker import EventsWorker
        from prefect.logging.handlers import APILogWorker

        for worker in (EventsWorker, APILogWorker):
            worker.drain_all(timeout=ENDING_SECONDS)
        for loop in (threads.get_run_sync_loop(), threads.get_global_loop()):
            loop.shutdown()
            loop.thread.join(ENDING_SECONDS)


def _briefly(api_url: str, request: Callable[[], Any]) -> None:
    from prefect.settings import temporary_settings

    with temporary_settings({**BRIEF, "api.url": api_url}):
        request()
