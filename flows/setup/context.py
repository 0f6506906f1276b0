"""The context of one pass: its moment, its home and surroundings, and its progress."""

import os
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any

from connectors import lock
from connectors.alerts.channel import Channel
from connectors.kafka.cluster import Cluster
from connectors.storage.home import Home
from connectors.storage.home.pass_log import Log
from flows.settings import Settings
from flows.setup import Progress
from flows.setup.channels import open_channels
from flows.setup.clock import now
from flows.setup.cluster import open_cluster
from flows.setup.selection import select_sources
from flows.setup.upstreams import Upstreams, open_upstreams
from tokenshare.noop import noop
from tokenshare.origins import Origin


@dataclass(frozen=True)
class RunOptions:
    """A person's requests to a pass, on top of its usual work.

    `accepts_gaps_by` names the person who accepts lost records. `days`, first and last, are fetched again and produced
    even if nothing in them is new. `takes_topics`: from now on the topics of another home belong to this one.
    `full_refresh` builds every model from the beginning, also those that nothing has moved. Without `fetches` no source
    is asked: what has landed since becomes numbers.
    """

    accepts_gaps_by: str = ""
    days: tuple[date, date] | None = None
    takes_topics: bool = False
    full_refresh: bool = False
    fetches: bool = True


DEFAULT_OPTIONS = RunOptions()
LANDS_ONLY = RunOptions(fetches=False)


@dataclass(frozen=True)
class PassContext:
    """A pass at the moment `as_of`; `started_at` is from the wall clock, for the record only.

    `fence` is its fencing number for writes; None: it does not own a home. `check_lease` raises Busy if another pass
    has taken the home over.
    """

    id: str
    as_of: datetime
    started_at: datetime
    settings: Settings
    home: Home
    cluster: Cluster
    upstreams: Upstreams
    sources: tuple[str, ...]
    progress: Progress
    clock: Callable[[], datetime]
    options: RunOptions = DEFAULT_OPTIONS
    fence: int | None = None
    check_lease: Callable[[], None] = field(default=noop)
    channels: tuple[Channel, ...] = ()
    log: Log = field(default=noop)
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def origin(self) -> Origin:
        """The origin of its numbers."""
        return self.upstreams.origin.until(self.as_of)

    @property
    def judged_at(self) -> datetime:
        """The moment that freshness is judged at: a world that stands still does not grow old."""
        return self.upstreams.origin.newest(self.as_of)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time a stage and report its start."""
        self.progress(name)
        begun = monotonic()
        try:
            yield
        finally:
            self.seconds[name] = round(self.seconds.get(name, 0.0) + monotonic() - begun, 3)
            self.log("stage", {"stage": name, "seconds": self.seconds[name]})

    def note(self, event: str, found: Iterable[Any]) -> None:
        """Log each of these dataclasses as an event."""
        for one in found:
            self.log(event, asdict(one))

    @contextmanager
    def checkpoint(self, name: str) -> Iterator[Callable[[], None]]:
        """A named point of the route. Raises Busy if another pass has taken the home over.

        The process ends before, during or after the point if `kill_at` names it. The caller gets the kill switch for
        `during`.
        """
        self.check_lease()
        self._reach(f"{name}.before")
        yield self.kill_switch(f"{name}.during")
        self._reach(f"{name}.after")

    def kill_switch(self, moment: str) -> Callable[[], None]:
        """A picklable callable: it ends the process if `kill_at` names the moment, else it does nothing."""
        return end_process if self.settings.kill_at == moment else noop

    def _reach(self, moment: str) -> None:
        self.kill_switch(moment)()


def end_process() -> None:
    """End the process like a power cut: no handler runs."""
    os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def open_pass(
    settings: Settings,
    started: datetime,
    run_id: str,
    as_of: datetime | None,
    world: Path | None,
    sources: Sequence[str],
    progress: Progress,
    options: RunOptions = DEFAULT_OPTIONS,
    fence: int | None = None,
    log: Log = noop,
) -> Iterator[PassContext]:
    """A pass with its surroundings. The emulator serves a world until the pass ends.

    `fence` is the fencing number of a pass that owns the home, `log` takes what it does.
    """
    as_of, home = as_of or started, Home(settings.home)
    select_sources([id for id in settings.sources_off.split(",") if id])  # a misspelt id would switch nothing off
    channels = open_channels(settings)
    with open_upstreams(settings, world, as_of) as upstreams:
        yield PassContext(
            id=run_id,
            as_of=as_of,
            started_at=started,
            settings=settings,
            home=home,
            cluster=open_cluster(settings, progress),
            upstreams=upstreams,
            sources=select_sources(sources) if options.fetches else (),
            progress=progress,
            clock=now,
            channels=channels,
            log=log,
            options=options,
            fence=fence,
            check_lease=noop if fence is None else partial(lock.require_ownership, home.lock, run_id),
        )
