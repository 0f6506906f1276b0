"""The findings of an inspection of a home, as plain values; promises are checked against them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tokenshare.metrics import Metric
from tokenshare.offsets import Range
from tokenshare.publication import Row
from tokenshare.restatements import Restatement


@dataclass(frozen=True)
class LandedFile:
    """A landed file of the ledger, read; if reading failed, `problem` has the reason and nothing else is known.

    `distinct` counts different offsets, `outside` rows of another topic, partition or offset than its name states.
    """

    range: Range
    rows: int = 0
    rejected: int = 0
    distinct: int = 0
    outside: int = 0
    problem: str = ""


@dataclass(frozen=True)
class StoredVersion:
    """A public version or a held candidate as the build database keeps it; `digest` is computed from its rows."""

    metric: Metric
    version: int
    rows: int
    digest: str | None = None


@dataclass(frozen=True)
class GateRun:
    """One pass's checks of one candidate: the numbers evaluated and shutting the gate, and the released ones."""

    run: str
    metric: str
    version: int
    evaluated: int
    shutting: int
    names: tuple[str, ...]
    released: tuple[str, ...]
    pinned: str  # observed by `suite_pinned`: the size of the suite and the beginning of its digest


@dataclass(frozen=True)
class VersionDiff:
    """Two public versions, one after the other: the differing cells, and the recorded ones."""

    metric: Metric
    old_version: int
    new_version: int
    cause: str
    differing: tuple[Restatement, ...]
    recorded: tuple[Restatement, ...]
    recorded_causes: tuple[str, ...]


@dataclass(frozen=True)
class LineageDiff:
    """The lineage of a version, as recorded and as its fetches lie in the landed files; a row a partition."""

    metric: str
    version: int
    recorded: tuple[tuple[Any, ...], ...]
    landed: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True)
class Difference:
    """A relation or file against its origin: the numbers of extra and of lacking rows, and one as an example."""

    where: str
    extra: int = 0
    lacking: int = 0
    example: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Statement:
    """The newest answer of a source: its rows of one topic, as day and event id, and the days it states whole."""

    source_id: str
    topic: str
    observed_at: datetime
    start: date
    end: date
    rows: tuple[tuple[date, str], ...]


@dataclass(frozen=True)
class Outdated:
    """A day on which the rows behind the numbers differ from the newest answer."""

    day: date
    rows: int
    problem: str


@dataclass(frozen=True)
class LandedFetch:
    """What has landed of a fetch with a proof: `first` is the least place of its records.

    `events` counts the distinct ids of its landed events, and `digest` is over them. `stated` is the digest in its
    `fetch.completed`, None if none has landed, and `days` those it states. A fetch with two different `fetch.completed`
    is two of these.
    """

    source_id: str
    fetch_id: str
    first: str
    events: int
    digest: str
    stated: str | None
    days: tuple[date, ...] | None

    @property
    def is_whole(self) -> bool:
        """True if all its events have landed, so that numbers may be made of them."""
        return self.stated == self.digest


@dataclass(frozen=True)
class Recomputation:
    """A version against the same models over nothing but its offsets: the differing rows, by key.

    If the computation failed, `problem` has the reason.
    """

    metric: Metric
    version: int
    published: tuple[Row, ...] = ()
    computed: tuple[Row, ...] = ()
    problem: str = ""
