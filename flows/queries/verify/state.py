"""A home as its promises are held against it: read from a copy of the build database, each part once."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path

from connectors.storage import warehouse
from connectors.storage.home import Home
from connectors.storage.inspection import files, landed, shown, versions
from connectors.storage.publications import history
from connectors.storage.warehouse import Connection, ledger
from flows.queries.verify.recompute import Coverage, remake
from tokenshare.inspected import (
    Difference,
    GateRun,
    LandedFile,
    LineageDiff,
    Recomputation,
    StoredVersion,
    VersionDiff,
)
from tokenshare.metrics import METRIC_BY_ID, Metric
from tokenshare.offsets import Landed, Loss
from tokenshare.publication import Publication, Row

PAIRS = 10  # of versions of one metric that are compared cell by cell, the newest, unless all are asked for


class HomeReader:
    """A home as `Promise.examine` reads it, each part when it is asked for. It writes and locks nothing of the home.

    `is_all` reads every version instead of those that readers see.
    """

    def __init__(self, home: Home, connection: Connection, work: Path, *, is_all: bool) -> None:
        self.home, self.connection, self.work, self.is_all = home, connection, work, is_all
        self.coverage = Coverage()

    def gaps(self) -> Sequence[Loss]:
        """The losses that people went on without."""
        return landed.read_gaps(self.connection)

    def files(self) -> Sequence[str]:
        """Every file of the home but the broker's, by its path inside."""
        return files.list_files(self.home)

    def known_files(self) -> frozenset[str]:
        """The landed files and the files of versions that ledger and decisions name."""
        return files.name_known(
            self.ledger, ledger.intended(self.connection), landed.read_obsolete(self.connection), self.publications
        )

    def torn_payloads(self) -> Iterable[str]:
        """Archived payloads whose content is not what their name says."""
        return files.find_torn(self.home) if self.is_all else ()

    def stored(self) -> Iterable[StoredVersion]:
        """The rows kept for each version."""
        return versions.read_stored(self.connection, self._wanted, self.home.published)

    def openings(self) -> Sequence[GateRun]:
        """For each version the first pass whose gate let it out, else the first that judged it."""
        return versions.read_openings(self.connection)

    def newest_judgements(self) -> Sequence[GateRun]:
        """For each metric the checks of the newest pass that judged it."""
        return versions.read_newest_judgements(self.connection)

    def released(self) -> frozenset[tuple[str, str, str, str]]:
        """Coherence group, check, key and observed value of every finding that a person has let through."""
        return versions.read_released(self.connection)

    def replaced(self) -> Iterable[VersionDiff]:
        """Pairs of public versions that follow each other."""
        kept = None if self.is_all else PAIRS
        return versions.read_replaced(self.connection, self.public, self.pruned, kept)

    def strange_pairs(self) -> Sequence[tuple[str, int, int, int]]:
        """Restatements between versions that do not follow each other: metric, both versions, rows."""
        return versions.read_strange_pairs(self.connection, self.public)

    def traced(self) -> Iterable[LineageDiff]:
        """The lineages to hold against the landed files."""
        warehouse.show_landed(self.connection, self.home.landing)
        return landed.read_traced(self.connection, self._wanted)

    def unpublished(self) -> Iterable[Difference]:
        """Where the published file is not what the decisions say."""
        return shown.read_unpublished(self.connection, self.home, self.work / "wanted.duckdb")

    def unfiled(self) -> Iterable[Difference]:
        """Where the version files and manifests are not what the decisions say."""
        return shown.read_unfiled(self.connection, self.home)

    def unvintaged(self) -> Iterable[Difference]:
        """Where the vintages in the published file do not give a version again; raises UsageError for no file."""
        return shown.read_unvintaged(self.connection, self.home, self._wanted)

    def shown_rows(self, metric: Metric) -> Sequence[Row]:
        """The rows of a metric in the published file; raises UsageError where it cannot be read."""
        return shown.read_shown(self.connection, self.home, metric)

    def remade(self) -> Iterator[Recomputation]:
        """Versions computed again from their offsets."""
        warehouse.show_landed(self.connection, self.home.landing)
        return remake(self.connection, self._wanted, self.work, self.coverage, is_all=self.is_all)

    @cached_property
    def ledger(self) -> list[Landed]:
        """The ranges that landed, by topic, partition and offset."""
        return landed.read_ledger(self.connection)

    @cached_property
    def landed_files(self) -> list[LandedFile]:
        """The file of each range of the ledger."""
        return list(landed.read_files(self.connection, self.home.landing, self.ledger))

    @cached_property
    def publications(self) -> list[Publication]:
        """Every version on record, by metric and version."""
        return versions.read_publications(self.connection)

    @cached_property
    def public(self) -> frozenset[tuple[str, int]]:
        """The versions that readers have ever seen."""
        return versions.read_public(self.connection)

    @cached_property
    def pruned(self) -> frozenset[tuple[str, int]]:
        """The versions whose rows are gone by policy."""
        return frozenset(history.read_pruned(self.connection))

    @cached_property
    def _wanted(self) -> frozenset[tuple[str, int]]:
        """The versions to look into: those readers see, or all that they have ever seen, of metrics there are."""
        found = ((p.metric, p.version) for p in self.publications if self.is_all or p.status != "superseded")
        return frozenset(at for at in found if at in self.public - self.pruned and at[0] in METRIC_BY_ID)
