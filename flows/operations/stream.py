"""One warm process that turns new records into published numbers every few seconds, until it is stopped."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any

from connectors.kafka import ranges
from connectors.kafka.cluster import Cluster
from connectors.storage.home import Home
from connectors.storage.warehouse import WarehouseLocked, ledger, open_warehouse
from flows.operations.compact import compact
from flows.orchestration.refresh import Report
from flows.orchestration.runner import run_once
from flows.report import write as write_page
from flows.settings import Settings
from flows.setup import Progress
from flows.setup.clock import now
from flows.setup.cluster import running_cluster
from flows.setup.context import LANDS_ONLY
from tokenshare.errors import BrokerUnavailable, Busy
from tokenshare.topics import TOPIC_NAMES

LONGEST_PAUSE = 60.0  # seconds between two attempts while Kafka does not answer
PAGE_SECONDS = 60.0
COMPACT_TURNS = 50  # each turn lands files of its own, and every turn opens them all
GAP_SECONDS = 1.0  # between two turns, for a pass that waits for the home
STOP_SECONDS = 8  # for a pass to end by itself; what it did before is safe, and the next one goes on from there


@dataclass(frozen=True)
class Turn:
    """The outcome of one turn: what landed, what it became, and how long a record waited."""

    records: int
    rejected: int
    published: int
    held: int
    seconds: float
    records_per_second: float
    lag: int

    def document(self) -> dict[str, Any]:
        """The turn as a line of `stream --json`."""
        return {"at": now(), **vars(self)}


def stream(settings: Settings, every: float, world: Path | None, progress: Progress) -> Iterator[Turn]:
    """Refresh what is new every `every` seconds, without fetching, until SIGTERM or SIGINT.

    A turn without new records costs a look at Kafka. It shares the home with scheduled passes: while one owns it, the
    turn is left to it. Every fifty turns it does what `compact` does. Raises what a person must decide, such as lost
    records.
    """
    home, pause, page_at, turns = Home(settings.home), every, monotonic(), 0
    run_once(settings, None, world, [], progress, options=LANDS_ONLY, patience_seconds=3600)
    with _stopping() as stop:
        while not stop.is_set():
            begun = monotonic()
            try:
                if behind := lag(settings):
                    yield _turn(settings, world, progress, behind, begun)
                    turns += 1
                if turns >= COMPACT_TURNS:
                    compact(settings)
                    turns = 0
                pause = every
            except (Busy, WarehouseLocked) as busy:
                progress(f"left to another pass: {busy.message}")
            except BrokerUnavailable as error:
                pause = min(2 * pause, LONGEST_PAUSE)
                progress(f"{error.message}; the next attempt is in {pause:g} s")
            if monotonic() - page_at > PAGE_SECONDS:
                write_page(home, settings.alert_runbooks)
                page_at = monotonic()
            stop.wait(max(GAP_SECONDS, pause - (monotonic() - begun)))
        write_page(home, settings.alert_runbooks)


def lag(settings: Settings) -> int:
    """The records that have not landed yet. Raises BrokerUnavailable if Kafka does not answer."""
    cluster = running_cluster(settings)
    if cluster is None:
        raise BrokerUnavailable("the local Kafka does not run", "the next turn starts it")
    return _behind(Home(settings.home), cluster)


def _behind(home: Home, cluster: Cluster) -> int:
    with open_warehouse(home.warehouse) as connection:
        reached = ledger.positions(connection)
    ends = ranges.positions(cluster, TOPIC_NAMES)
    return sum(max(0, end - reached.get(at, beginning)) for at, (beginning, end) in ends.items())


def _turn(settings: Settings, world: Path | None, progress: Progress, behind: int, begun: float) -> Turn:
    report: Report = run_once(settings, None, world, [], progress, options=LANDS_ONLY)
    seconds = monotonic() - begun
    landed = sum(found.rows for found in report.ranges)
    outcomes = [metric.status for metric in report.metrics]
    return Turn(
        records=landed,
        rejected=sum(found.rejected for found in report.ranges),
        published=outcomes.count("published"),
        held=outcomes.count("held"),
        seconds=round(seconds, 3),
        records_per_second=round(landed / seconds, 1),
        lag=max(0, behind - landed),
    )


@contextmanager
def _stopping() -> Iterator[Event]:
    """An event set by SIGTERM or SIGINT; a turn that has not ended by itself STOP_SECONDS later is interrupted."""
    stop, interrupted = Event(), Event()

    def request(*_: object) -> None:
        stop.set()
        signal.alarm(STOP_SECONDS)

    def interrupt(*_: object) -> None:
        interrupted.set()
        raise KeyboardInterrupt

    before = {at: signal.signal(at, request) for at in (signal.SIGTERM, signal.SIGINT)}
    before[signal.SIGALRM] = signal.signal(signal.SIGALRM, interrupt)
    try:
        yield stop
    except BaseException:
        if not interrupted.is_set():  # a library may report it as an error of its own, as DuckDB does from a query
            raise
    finally:
        signal.alarm(0)
        for at, handler in before.items():
            signal.signal(at, handler)
