"""One pass over the route: what it speaks for, where it works, and how it tells of its progress."""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from pathlib import Path
from time import monotonic

from connectors import lock
from connectors.alerts.channel import Channel
from connectors.kafka.cluster import Cluster
from connectors.storage.home import Home
from flows.settings import Settings
from flows.setup import Progress
from flows.setup.channels import open_channels
from flows.setup.clock import now
from flows.setup.cluster import open_cluster
from flows.setup.upstreams import Upstreams, open_upstreams, select_sources
from tokenshare.noop import noop


@dataclass(frozen=True)
class RunOptions:
    """What a person asks of a pass besides what every pass does.

    `accepts_gaps_by` names who goes on without records that are lost; `days` are asked again, first and last, and
    produced whether they say anything new or not. `takes_topics`: another home's are this one's from now on.
    """

    accepts_gaps_by: str = ""
    days: tuple[date, date] | None = None
    takes_topics: bool = False


DEFAULT_OPTIONS = RunOptions()


@dataclass(frozen=True)
class PassContext:
    """A pass at the moment `as_of`; `started_at` is the wall clock's, for the record only.

    `fence` is the number under which it may write; None: it owns no home. `check_lease` raises Busy if another pass
    has taken its place.
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
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Times a stage and tells of it."""
        self.progress(name)
        begun = monotonic()
        try:
            yield
        finally:
            self.seconds[name] = round(self.seconds.get(name, 0.0) + monotonic() - begun, 3)

    @contextmanager
    def checkpoint(self, name: str) -> Iterator[Callable[[], None]]:
        """A named point of the route, which a pass whose place was taken does not pass.

        Where `kill_at` names it, the process ends before, during or after.
        """
        self.check_lease()
        self._reach(f"{name}.before")
        yield self.kill_switch(f"{name}.during")
        self._reach(f"{name}.after")

    def kill_switch(self, moment: str) -> Callable[[], None]:
        """A picklable callable that ends the process where `kill_at` names the moment, and else does nothing."""
        return end_process if self.settings.kill_at == moment else noop

    def _reach(self, moment: str) -> None:
        self.kill_switch(moment)()


def end_process() -> None:
    """As a power cut would: no handler runs."""
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
) -> Iterator[PassContext]:
    """A pass with its surroundings; a world is served by the emulator for as long as the pass lasts.

    `fence` is the number of a pass that holds the home.
    """
    as_of, home = as_of or started, Home(settings.home)
    select_sources([id for id in settings.sources_off.split(",") if id])  # a misspelt one would be asked after all
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
            sources=select_sources(sources),
            progress=progress,
            clock=now,
            channels=channels,
            options=options,
            fence=fence,
            check_lease=noop if fence is None else partial(lock.require_ownership, home.lock, run_id),
        )
