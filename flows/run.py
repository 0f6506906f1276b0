"""One pass over the route: what it speaks for, where it works, and how it tells of its progress."""

import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from time import monotonic

from connectors.alerts.channel import Channel
from connectors.kafka.cluster import Cluster
from connectors.storage.home import Home
from flows.settings import Settings
from tokenshare.nothing import nothing


@dataclass(frozen=True)
class Place:
    """Where an upstream is asked, as whom, and with which key; `key_name` is the setting that holds it.

    The key goes into the header unless `key_param` names a parameter of the query. `calls` and `deadline_seconds`
    bound one fetch where the general limits are not its own.
    One with `folders` is read from files there, the first folder that has the file speaking; one that
    `is_installed` from a package of ours.
    """

    url: str = ""
    folders: tuple[Path, ...] = ()
    key: str | None = field(default=None, repr=False)
    key_name: str = ""
    key_param: str = ""
    user_agent: str = ""
    is_installed: bool = False
    calls: int | None = None
    deadline_seconds: float | None = None


@dataclass(frozen=True)
class Upstreams:
    """The place of each upstream by name, and the files of a world (None: the real outside)."""

    places: Mapping[str, Place]
    files: frozenset[str] | None


@dataclass(frozen=True)
class Order:
    """What a person asks of a pass besides what every pass does.

    `accepts_gaps_by` names who goes on without records that are lost; `days` are asked again, first and last, and
    produced whether they say anything new or not. `takes_topics`: another home's are this one's from now on.
    """

    accepts_gaps_by: str = ""
    days: tuple[date, date] | None = None
    takes_topics: bool = False


NOTHING_MORE = Order()


@dataclass(frozen=True)
class Run:
    """A pass. `as_of` is the moment it speaks for; `started_at` is the wall clock's, for the record only.

    `fence` is the number under which it may write (None: it holds no home), and `mind` raises Busy where another pass
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
    progress: Callable[[str], None]
    clock: Callable[[], datetime]
    order: Order = NOTHING_MORE
    fence: int | None = None
    mind: Callable[[], None] = field(default=nothing)
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
    def point(self, name: str) -> Iterator[Callable[[], None]]:
        """A named point of the route, which a pass whose place was taken does not pass.

        Where `kill_at` names it, the process ends before, during or after.
        """
        self.mind()
        self._reach(f"{name}.before")
        yield self.ender(f"{name}.during")
        self._reach(f"{name}.after")

    def ender(self, moment: str) -> Callable[[], None]:
        """A picklable callable that ends the process where `kill_at` names the moment, and else does nothing."""
        return end_process if self.settings.kill_at == moment else nothing

    def _reach(self, moment: str) -> None:
        self.ender(moment)()


def end_process() -> None:
    """As a power cut would: no handler runs."""
    os.kill(os.getpid(), signal.SIGKILL)
