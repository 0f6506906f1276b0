"""One pass with its surroundings: own the home, open its connections, report to Prefect if it answers."""

import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

from connectors import lock
from connectors.lock import Owner
from connectors.storage import home
from connectors.storage.home import Home, HomeOrigin, Kind, modes, relocation
from connectors.storage.home.objects import AnyPath
from connectors.storage.home.pass_log import Log, open_log
from connectors.storage.landing import file_replacement
from connectors.storage.warehouse import WarehouseLocked, fencing, open_warehouse, reaching, runs, snapshot
from connectors.storage.warehouse.landed_columns import our_version
from flows.orchestration.prefect_flows import RunLabel, answers, follow
from flows.orchestration.refresh import Report, refresh
from flows.settings import Settings
from flows.setup import Count, Progress
from flows.setup.clock import new_run_id, now
from flows.setup.context import DEFAULT_OPTIONS, PassContext, RunOptions, open_pass
from flows.setup.redaction import redact
from flows.setup.upstreams import origin_of
from flows.stages.alert_rules import is_alarming
from flows.stages.notify import alert_failure, alert_stale_lock, beat
from flows.stages.publish import republish
from tokenshare.errors import Busy, TokenshareError
from tokenshare.noop import noop


def run_once(
    settings: Settings,
    as_of: datetime | None,
    world: Path | None,
    sources: Sequence[str],
    progress: Progress,
    *,
    origin: HomeOrigin | None = None,
    take_over: bool = False,
    patience_seconds: float = 0.0,
    planned_holds: frozenset[str] = frozenset(),
    options: RunOptions = DEFAULT_OPTIONS,
    echo: Callable[[str], None] = noop,
) -> Report:
    """Run a pass with its surroundings. It shows in Prefect if a server answers, and is the same without one.

    It waits up to `patience_seconds` for another owner of the home. Without `as_of` it describes the moment
    that its world states, else the moment it begins. `echo` takes each line of its log.
    """
    stated = origin_of(world)
    if as_of is None and stated.as_of:
        as_of = stated.as_of
        progress(f"as of {as_of:%Y-%m-%d %H:%M UTC}, the moment that {world} states")
    home.initialise(Home(settings.home), origin or stated.kind, has_lost_secret=take_over)
    if take_over:
        lock.take_over(Home(settings.home).lock)
    run_id, options = new_run_id(now()), replace(options, takes_topics=take_over)
    alert_stale = partial(alert_stale_lock, settings, run_id)
    with (
        exclusive_pass(Home(settings.home), run_id, now(), patience_seconds, alert_stale, is_settled=False) as fence,
        log_pass(Home(settings.home), run_id, echo) as log,
        alert_on_failure(settings, run_id, as_of or now(), progress, fence),
        settled(Home(settings.home), settings.folders, take_over=take_over),
        open_pass(settings, now(), run_id, as_of, world, sources, _both(progress, log), options, fence, log) as run,
    ):
        modes.restrict(run.home.root, run.home.published, settings.published_readers)
        log("begin", {"run_id": run_id, "as_of": run.as_of, "version": our_version(), "sources": run.sources})
        route, server = partial(refresh, run, planned_holds=planned_holds), settings.prefect_api_url
        report = follow(route, server, progress, _label(run)) if server and answers(server) else route()
        if not report.alerts["undelivered"]:
            beat(settings, progress)
        log("end", {name: report.document()[name] for name in ("status", "exit_code", "seconds")})
        return report


def _label(run: PassContext) -> RunLabel:
    return RunLabel(f"as of {run.as_of:%Y-%m-%d %H:%M} UTC", ("tokenshare", run.origin.kind))


@contextmanager
def log_pass(mine: Home, run_id: str, echo: Callable[[str], None]) -> Iterator[Log]:
    """The log of a pass in its home; an error that ends the pass is its last line, and is raised on."""
    with open_log(mine.log, run_id, now, redact, echo) as log:
        try:
            yield log
        except BaseException as error:
            known = isinstance(error, TokenshareError)
            trace = {} if known else {"traceback": "".join(traceback.format_exception(error)).splitlines()}
            log("error", {"type": type(error).__name__, "error": str(error), **trace})
            raise


def _both(progress: Progress, log: Log) -> Progress:
    """A progress function that logs each line too, but what counts within a stage."""

    def report(text: str) -> None:
        progress(text)
        if not isinstance(text, Count):
            log("progress", {"text": text})

    return report


@contextmanager
def settled(mine: Home, folders: Mapping[Kind, AnyPath], *, take_over: bool = False) -> Iterator[None]:
    """Landed files and archive in the wanted folders, see `relocation`, and within reach of DuckDB inside the block."""
    relocation.settle(mine, folders, take_over=take_over)
    with open_warehouse(mine.warehouse) as connection, reaching(connection, mine.landing):
        yield


@contextmanager
def alert_on_failure(
    settings: Settings, run_id: str, as_of: datetime, progress: Progress, fence: int
) -> Iterator[None]:
    """Alert people if the pass inside fails; the error is raised on."""
    try:
        yield
    except Exception as error:
        if is_alarming(error):
            try:
                alert_failure(settings, run_id, as_of, error, fence)
            except Exception as another:  # noqa: BLE001  # it must not hide the first error
                progress(f"the alert about this failure could not be sent: {type(another).__name__}")
        raise


@contextmanager
def exclusive_pass(
    mine: Home,
    run_id: str,
    at: datetime,
    patience_seconds: float = 0.0,
    alert_stale: Callable[[Owner], None] = noop,
    *,
    is_settled: bool = True,
) -> Iterator[int]:
    """Own the home for one pass. First repair the remains of a killed one: delete drafts, publish its decisions.

    Yields the fencing number of the pass. `alert_stale` is called with an owner that sends no heartbeat. Without
    `is_settled` the caller sees to the folders outside by `settled`.

    Raises Busy if another pass owns the home and WarehouseLocked if another program has its database open; both leave
    a note, for a later pass to record. Raises UsageError if the home is incomplete or not writable.
    """
    home.check_whole(mine)
    home.check_rights(mine)
    try:
        with lock.acquire(mine.lock, run_id, now, patience_seconds, alert_stale):
            if is_settled:
                relocation.require_own(mine)
            home.sweep(mine)
            snapshot.back_up_older(mine)
            # Held: each of fifty later ones joins it, and reads landed files as it does.
            with open_warehouse(mine.warehouse) as connection, reaching(connection, mine.landing):
                number = fencing.take(connection, run_id)
                file_replacement.delete_obsolete(connection, mine.landing)
                home.adopt_layout(mine)
                republish(mine)
                yield number
    except (Busy, WarehouseLocked) as busy:
        runs.leave_skip(mine.skipped, run_id, at, busy.message)
        raise
