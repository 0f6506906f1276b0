"""What an inspection of a home finds, as plain values: the facts that promises are held against."""

from dataclasses import dataclass
from typing import Any

from tokenshare.metrics import Metric
from tokenshare.offsets import Range
from tokenshare.publication import Row
from tokenshare.restatements import Restatement


@dataclass(frozen=True)
class LandedFile:
    """A landed file of the ledger, read: `problem` says why it could not be, and then nothing else is known.

    `distinct` counts different offsets, `outside` rows of another topic, partition or offset than its name says.
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
    """One pass's checks of one candidate: how many were evaluated, how many shut the gate, what a person released."""

    run: str
    metric: str
    version: int
    evaluated: int
    shutting: int
    names: tuple[str, ...]
    released: tuple[str, ...]
    pinned: str  # what `suite_pinned` observed: the size and the beginning of the digest of the suite


@dataclass(frozen=True)
class VersionDiff:
    """Two public versions that follow each other: the cells that differ, and those that were recorded."""

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
    """A relation or file against what it is made from: rows only here, rows only there, one of them as an example."""

    where: str
    extra: int = 0
    lacking: int = 0
    example: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Recomputation:
    """A version against the same models over nothing but its offsets: the rows that differ, by key.

    `problem` says why it could not be computed.
    """

    metric: Metric
    version: int
    published: tuple[Row, ...] = ()
    computed: tuple[Row, ...] = ()
    problem: str = ""
