"""What an inspection of a home finds, as plain values: the facts that promises are held against."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tokenshare.metrics import Metric
from tokenshare.offsets import Landed, Loss, Range
from tokenshare.publication import Publication, Row
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
class Stored:
    """A public version or a held candidate as the build database keeps it; `digest` is computed from its rows."""

    metric: Metric
    version: int
    rows: int
    digest: str | None = None


@dataclass(frozen=True)
class Judgement:
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
class Replaced:
    """Two public versions that follow each other: the cells that differ, and those that were recorded."""

    metric: Metric
    old_version: int
    new_version: int
    cause: str
    differing: tuple[Restatement, ...]
    recorded: tuple[Restatement, ...]
    recorded_causes: tuple[str, ...]


@dataclass(frozen=True)
class Traced:
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
class Remade:
    """A version against the same models over nothing but its offsets: the rows that differ, by key.

    `problem` says why it could not be computed.
    """

    metric: Metric
    version: int
    published: tuple[Row, ...] = ()
    computed: tuple[Row, ...] = ()
    problem: str = ""


class Facts(Protocol):
    """A home as an inspection reads it, each part when it is asked for. Nothing of the home is written or locked."""

    def ledger(self) -> Sequence[Landed]:
        """The ranges that landed, by topic, partition and offset."""

    def gaps(self) -> Sequence[Loss]:
        """The losses that people went on without."""

    def landed_files(self) -> Iterable[LandedFile]:
        """The file of each range of the ledger."""

    def files(self) -> Sequence[str]:
        """Every file of the home but the broker's, by its path inside."""

    def known_files(self) -> frozenset[str]:
        """The landed files and the files of versions that ledger and decisions name."""

    def torn_payloads(self) -> Iterable[str]:
        """Archived payloads whose content is not what their name says."""

    def publications(self) -> Sequence[Publication]:
        """Every version on record, by metric and version."""

    def public(self) -> frozenset[tuple[str, int]]:
        """The versions that readers have ever seen."""

    def pruned(self) -> frozenset[tuple[str, int]]:
        """The versions whose rows are gone by policy."""

    def stored(self) -> Iterable[Stored]:
        """The rows kept for each version."""

    def openings(self) -> Sequence[Judgement]:
        """For each version the first pass whose gate let it out, else the first that judged it."""

    def newest_judgements(self) -> Sequence[Judgement]:
        """For each metric the checks of the newest pass that judged it."""

    def released(self) -> frozenset[tuple[str, str, str, str]]:
        """Coherence group, check, key and observed value of every finding that a person has let through."""

    def strange_pairs(self) -> Sequence[tuple[str, int, int, int]]:
        """Restatements between versions that do not follow each other: metric, both versions, rows."""

    def replaced(self) -> Iterable[Replaced]:
        """Pairs of public versions that follow each other."""

    def traced(self) -> Iterable[Traced]:
        """The lineages to hold against the landed files."""

    def unpublished(self) -> Iterable[Difference]:
        """Where the published file is not what the decisions say."""

    def unfiled(self) -> Iterable[Difference]:
        """Where the version files and manifests are not what the decisions say."""

    def unvintaged(self) -> Iterable[Difference]:
        """Where the vintages in the published file do not give a version again; raises UsageError for no file."""

    def shown_rows(self, metric: Metric) -> Sequence[Row]:
        """The rows of a metric in the published file; raises UsageError where it cannot be read."""

    def remade(self) -> Iterable[Remade]:
        """Versions computed again from their offsets."""
