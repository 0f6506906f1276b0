"""What an outside party must declare before its numbers may enter, and the shape of one fetch."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from hashlib import sha256
from typing import Protocol

from tokenshare.events import Event
from tokenshare.topics import Topic

Params = Mapping[str, str | Sequence[str]]  # a parameter with several values is repeated
# When a source is asked, as a cron in UTC. Files cost nothing to ask: they are looked at again and again.
DAILY, WEEKLY, HOURLY, ON_CHANGE = "30 3 * * *", "30 3 * * 1", "40 * * * *", "17 * * * *"
CURATED = "curated"  # the upstream that is files


@dataclass(frozen=True)
class Page:
    """One complete answer of the upstream, before anyone has judged it."""

    url: str  # without secrets: keys travel in headers
    body: bytes
    content_type: str
    following: str = ""  # the address the answer names as its next page, in a Link header

    @property
    def digest(self) -> str:
        return sha256(self.body).hexdigest()


@dataclass(frozen=True)
class Window:
    """What a fetch asks for: days `start` to `end`, both inclusive, as seen at `observed_at`."""

    start: date
    end: date
    observed_at: datetime


@dataclass(frozen=True)
class Fetch:
    """The pages one source gave for one window; the same answer at the same moment is the same fetch."""

    source_id: str
    window: Window
    pages: tuple[Page, ...]

    @cached_property
    def id(self) -> str:
        parts = (self.source_id, self.window.observed_at.isoformat(), *(page.digest for page in self.pages))
        return sha256("\n".join(parts).encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Parsed:
    """What a fetch says: its events, the moment it speaks for, the days it covers, fields nobody had met before.

    `coverage_share` is what part of the whole a listing reached; None where there is nothing to list or to tell.
    `withdrawn` are the keys of rows that a file takes back, sorted.
    """

    events: tuple[Event, ...]
    as_of: datetime
    start_date: date | None = None
    end_date: date | None = None
    coverage_share: float | None = None
    withdrawn: tuple[str, ...] = ()
    unknown_fields: frozenset[str] = field(default_factory=frozenset)


class Session(Protocol):
    """A polite HTTP session; raises SourceAbsent where no complete answer came."""

    @property
    def has_key(self) -> bool: ...

    def get(self, path: str, params: Params | None = None, *, with_key: bool = False) -> Page: ...


@dataclass(frozen=True)
class Source:
    """An outside party whose numbers we observe.

    `upstream` names the address it is asked at, which a setting holds; sources of one upstream share a key, which the
    setting `key_name` holds.
    `fetch` touches the network and yields pages as they come; `parse` is pure and raises PayloadRefused
    where the pages cannot be trusted as a whole. `world_file` is the file of a world that stands in for it; one that
    `ships` is read from the project's own files where a world, or a set-up, has none. `first_known` tells when a file
    begins to say anything: until then it is no part of the set-up, because facts of June were unknown in May. One that
    `has_days` can be asked for days that have passed; any other shows the present. `due` is
    the cron, in UTC, by which a schedule asks it; empty, it follows from the cadence.
    """

    id: str
    title: str
    emits: tuple[Topic, ...]
    cadence: timedelta
    needs_key: bool
    licence: str
    citation: str  # `{as_of}` is filled in when a number is published
    terms: str
    traps: str
    world_file: str
    fetch: Callable[[Session, Window], Iterator[Page]]
    parse: Callable[[Fetch], Parsed]
    upstream: str = "openrouter"
    ships: bool = False
    key_name: str = "OPENROUTER_API_KEY"
    first_known: Callable[[Page], datetime | None] | None = None
    due: str = ""
    has_days: bool = False

    @property
    def cron(self) -> str:
        """When a schedule asks it, in UTC: as declared, on change for a file, else as often as its cadence."""
        if self.due or self.upstream == CURATED:
            return self.due or ON_CHANGE
        day = timedelta(days=1)
        return HOURLY if self.cadence < day else DAILY if self.cadence < 7 * day else WEEKLY
