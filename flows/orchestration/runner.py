"""One pass with everything around it: the home held, its surroundings opened, Prefect told where it answers."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

from connectors import lock
from connectors.lock import Owner
from connectors.storage import home
from connectors.storage.home import Home, HomeOrigin, atomic_files
from connectors.storage.landing import file_replacement
from connectors.storage.warehouse import WarehouseLocked, fencing, open_warehouse, runs
from flows.orchestration.prefect_flows import answers, follow
from flows.orchestration.refresh import Report, refresh
from flows.settings import Settings
from flows.setup import Progress
from flows.setup.clock import new_run_id, now
from flows.setup.context import DEFAULT_OPTIONS, RunOptions, open_pass
from flows.stages.alert_rules import is_alarming
from flows.stages.notify import alert_failure, alert_stale_lock, beat
from flows.stages.publish import republish
from tokenshare.errors import Busy
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
    order: RunOptions = DEFAULT_OPTIONS,
) -> Report:
    """A pass with everything around it; it shows in Prefect where a server answers, and is the same without one.

    `patience_seconds` is how long it waits for a pass that holds the home; it speaks for the moment it begins.
    """
    numbers_of = origin or ("world" if world else "live")
    home.initialise(Home(settings.home), numbers_of)
    if take_over:
        lock.take_over(Home(settings.home).lock)
    run_id, ordered = new_run_id(now()), replace(order, takes_topics=take_over)
    tell = partial(alert_stale_lock, settings, run_id)
    with (
        exclusive_pass(Home(settings.home), run_id, now(), patience_seconds, tell) as fence,
        alert_on_failure(settings, run_id, as_of or now(), progress, fence),
        open_pass(settings, now(), run_id, as_of, world, sources, progress, ordered, fence) as run,
    ):
        route, server = partial(refresh, run, planned_holds=planned_holds), settings.prefect_api_url
        report = follow(route, server, progress) if server and answers(server) else route()
        if not report.alerts["undelivered"]:
            beat(settings, progress)
        return report


@contextmanager
def alert_on_failure(
    settings: Settings, run_id: str, as_of: datetime, progress: Progress, fence: int
) -> Iterator[None]:
    """Sees to it that people hear of a pass that does not get through; what went wrong is raised on."""
    try:
        yield
    except Exception as error:
        if is_alarming(error):
            try:
                alert_failure(settings, run_id, as_of, error, fence)
            except Exception as another:  # noqa: BLE001  # it must not hide what went wrong first
                progress(f"nobody could be told of it: {type(another).__name__}")
        raise


@contextmanager
def exclusive_pass(
    mine: Home,
    run_id: str,
    at: datetime,
    patience_seconds: float = 0.0,
    tell: Callable[[Owner], None] = noop,
) -> Iterator[int]:
    """Holds the home for one pass, with what a killed one left put right: drafts removed, decisions shown.

    Gives the fencing number under which the pass may write; `tell` hears of a holder that is not heard.

    Raises Busy where another pass holds it and WarehouseLocked where another program has its database, and leaves a
    note for a later pass to put on record; UsageError for a home that is not whole, or that it may not write.
    """
    home.check_whole(mine)
    home.check_rights(mine)
    try:
        with lock.acquire(mine.lock, run_id, now, patience_seconds, tell):
            atomic_files.sweep(mine.archive)
            atomic_files.sweep(mine.landing)
            with open_warehouse(mine.warehouse) as connection:
                number = fencing.take(connection, run_id)
                file_replacement.delete_obsolete(connection, mine.landing)
            republish(mine)
            yield number
    except (Busy, WarehouseLocked) as busy:
        runs.leave_skip(mine.skipped, run_id, at, busy.message)
        raise
