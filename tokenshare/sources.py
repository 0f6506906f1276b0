"""The declaration of an outside source, and the shape of one fetch."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from hashlib import sha256
from typing import Protocol

from tokenshare.events import Event
from tokenshare.parties import Parties
from tokenshare.topics import Topic

Params = Mapping[str, str | Sequence[str]]  # a parameter with several values is repeated
# Schedules of fetches, as crons in UTC. Files cost nothing to read, so they are read every hour.
DAILY, WEEKLY, HOURLY, ON_CHANGE = "30 3 * * *", "30 3 * * 1", "40 * * * *", "17 * * * *"
WEEKDAYS = " 1-5"  # the end of a cron from Monday to Friday
CURATED = "curated"  # the upstream made of files


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
    """The days a fetch asks for: `start` to `end`, both inclusive, as seen at `observed_at`."""

    start: date
    end: date
    observed_at: datetime


@dataclass(frozen=True)
class Fetch:
    """The pages one source gave for one window; the same answer at the same moment is the same fetch.

    `cut` is the reason if the source stopped answering midway and the pages before it count.
    """

    source_id: str
    window: Window
    pages: tuple[Page, ...]
    cut: str = ""

    @cached_property
    def id(self) -> str:
        return fetch_id_of(self.source_id, self.window.observed_at, [page.digest for page in self.pages])


def fetch_id_of(source_id: str, observed_at: datetime, digests: Iterable[str]) -> str:
    """The id of the fetch of these pages, in their order, at this moment."""
    return sha256("\n".join((source_id, observed_at.isoformat(), *digests)).encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Parsed:
    """A parsed fetch: its events, its as-of, the days it covers, and the fields not met before.

    `coverage_share` is the part of the whole a listing reached; None if the source cannot say. `withdrawn` are the
    sorted keys of the rows a file withdraws, `rejected` the rows put aside, each with its place and reason. `remarks`
    are sentences for the person who reads the outcome of the source.
    """

    events: tuple[Event, ...]
    as_of: datetime
    start_date: date | None = None
    end_date: date | None = None
    coverage_share: float | None = None
    withdrawn: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    unknown_fields: frozenset[str] = field(default_factory=frozenset)


class Session(Protocol):
    """A polite HTTP session; raises SourceAbsent without a complete answer."""

    @property
    def has_key(self) -> bool: ...

    def get(self, path: str, params: Params | None = None, *, with_key: bool = False) -> Page: ...


@dataclass(frozen=True)
class Source:
    """An outside party we observe.

    `upstream` names its address, a setting; sources of one upstream share a key, the setting `key_name`.
    `fetch` does the I/O and yields pages as they come. `parse` is pure and raises PayloadRefused if the pages as a
    whole are not to be trusted. `world_file` is its file in a world. With `ships` it falls back to the project's own
    file. `first_known` gives the first `known_at` of a file: before that moment the source is inactive, because facts
    of June were unknown in May. With `has_days` it answers for past days too, otherwise for the present only. From
    `day_ends` on, a time of day in UTC, it states the running day whole too; without it, the last day is yesterday.
    `parties` names who controls each field. `due` is the cron, in UTC, of its schedule; if empty, the cron follows from
    the cadence. `example` is its file with one row, for the people who write it; empty if no person does. `homepage`
    shows what it serves to a reader; empty for a file.
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
    parties: Parties
    upstream: str = "openrouter"
    ships: bool = False
    key_name: str = "OPENROUTER_API_KEY"
    first_known: Callable[[Page], datetime | None] | None = None
    due: str = ""
    has_days: bool = False
    example: str = ""
    day_ends: time | None = None
    homepage: str = ""

    def last_day(self, moment: datetime) -> date:
        """The newest day it states whole at a moment."""
        is_over = self.day_ends is not None and moment.time() >= self.day_ends
        return moment.date() if is_over else moment.date() - timedelta(days=1)

    @property
    def cron(self) -> str:
        """The schedule of its fetches, in UTC: as declared, on change for a file, else as often as its cadence."""
        if self.due or self.upstream == CURATED:
            return self.due or ON_CHANGE
        day = timedelta(days=1)
        return HOURLY if self.cadence < day else DAILY if self.cadence < 7 * day else WEEKLY

    @property
    def pause(self) -> timedelta | None:
        """The longest time between two scheduled fetches; None if it is read on change."""
        if self.cron == ON_CHANGE:
            return None
        return timedelta(days=3) if self.cron.endswith(WEEKDAYS) else self.cadence
