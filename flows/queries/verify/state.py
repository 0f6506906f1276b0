"""The state of a home for `verify`: read from a copy of the build database, each part once."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path

from connectors.storage import warehouse
from connectors.storage.home import Home, has_secret
from connectors.storage.inspection import fetches, files, landed, newest, shown, versions
from connectors.storage.publications import history
from connectors.storage.warehouse import Connection, ledger
from flows.queries.verify.recompute import Coverage, remake
from tokenshare.events import Event
from tokenshare.inspected import (
    Difference,
    GateRun,
    LandedFetch,
    LandedFile,
    LineageDiff,
    Outdated,
    Recomputation,
    Statement,
    StoredVersion,
    VersionDiff,
)
from tokenshare.metrics import METRIC_BY_ID, Metric
from tokenshare.offsets import Landed, Loss
from tokenshare.publication import Publication, Row
from tokenshare.topics import Topic

PAIRS = 10  # newest pairs of versions of a metric compared cell by cell, without `is_all`


class HomeReader:
    """The parts of a home for `Promise.examine`, each read on access. It writes and locks nothing of the home.

    `is_all` reads every version ever published instead of the shown ones.
    """

    def __init__(self, home: Home, connection: Connection, work: Path, *, is_all: bool) -> None:
        self.home, self.connection, self.work, self.is_all = home, connection, work, is_all
        self.coverage = Coverage()

    def gaps(self) -> Sequence[Loss]:
        """The losses accepted by a person."""
        return landed.read_gaps(self.connection)

    def files(self) -> Sequence[str]:
        """Every file of the home but the broker's, by its path inside."""
        return files.list_files(self.home)

    def known_files(self) -> frozenset[str]:
        """The landed files named by the ledger, and the version files named by the decisions."""
        return files.name_known(
            self.ledger, ledger.intended(self.connection), landed.read_obsolete(self.connection), self.publications
        )

    def torn_payloads(self) -> Iterable[str]:
        """Archived payloads with another digest than in their name, read with `is_all` alone."""
        return files.find_torn(self.home) if self.is_all else ()

    def stored(self) -> Iterable[StoredVersion]:
        """The stored rows of each version."""
        return versions.read_stored(self.connection, {(p.metric, p.version): p.digest for p in self._examined})

    def openings(self) -> Sequence[GateRun]:
        """For each version the gate run letting it out first, else its first gate run."""
        return versions.read_openings(self.connection)

    def newest_judgements(self) -> Sequence[GateRun]:
        """For each metric its newest gate run."""
        return versions.read_newest_judgements(self.connection)

    def released(self) -> frozenset[tuple[str, str, str, str]]:
        """Coherence group, check, key and observed value of every released finding."""
        return versions.read_released(self.connection)

    def replaced(self) -> Iterable[VersionDiff]:
        """Pairs of successive public versions, with their differing and their recorded cells."""
        kept = None if self.is_all else PAIRS
        return versions.read_replaced(self.connection, self.public, self.pruned, kept)

    def strange_pairs(self) -> Sequence[tuple[str, int, int, int]]:
        """Restatements between versions not in succession: metric, both versions, rows."""
        return versions.read_strange_pairs(self.connection, self.public)

    def traced(self) -> Iterable[LineageDiff]:
        """The recorded lineages beside the landed ones."""
        return landed.read_traced(self._with_landed, self._wanted)

    def unpublished(self) -> Iterable[Difference]:
        """Differences between the published file and the decisions."""
        return shown.read_unpublished(self.connection, self.home, self.work / "wanted.duckdb")

    def unfiled(self) -> Iterable[Difference]:
        """Differences between the decisions and the Parquet files of metrics, with their manifests."""
        return shown.read_unfiled(self.connection, self.home)

    def unvintaged(self) -> Iterable[Difference]:
        """Differences between the versions and the vintages in the published file; raises UsageError without a file."""
        return shown.read_unvintaged(self.connection, self.home, self._wanted)

    def shown_rows(self, metric: Metric) -> Sequence[Row]:
        """The rows of a metric in the published file; raises UsageError if it cannot be read."""
        return shown.read_shown(self.connection, self.home, metric)

    def remade(self) -> Iterator[Recomputation]:
        """Versions differing from their recomputation over their offsets."""
        return remake(self._with_landed, self._wanted, self.home, self.work, self.coverage, is_all=self.is_all)

    def outdated(self, statement: Statement) -> Iterator[Outdated]:
        """The days on which the rows behind the numbers differ from the newest answer of their source."""
        return newest.read_outdated(self._with_landed, statement)

    def landed_fetches(self) -> Sequence[LandedFetch]:
        """Every fetch with landed records that needed a proof; none before the home has a secret."""
        return fetches.read_fetches(self._with_landed) if has_secret(self.home) else ()

    def strange_rows(self, topic: Topic, fetch_id: str, events: Sequence[Event]) -> int:
        """The landed rows of a fetch that are not among these events."""
        return fetches.count_strange(self._with_landed, topic, fetch_id, events)

    @cached_property
    def ledger(self) -> list[Landed]:
        """The landed ranges, by topic, partition and offset."""
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
        """The versions ever shown to readers."""
        return versions.read_public(self.connection)

    @cached_property
    def pruned(self) -> frozenset[tuple[str, int]]:
        """The versions pruned by policy."""
        return frozenset(history.read_pruned(self.connection))

    @cached_property
    def _with_landed(self) -> Connection:
        """The connection, with views of the landed files."""
        warehouse.show_landed(self.connection, self.home.landing)
        return self.connection

    @cached_property
    def _wanted(self) -> frozenset[tuple[str, int]]:
        """The versions to examine: the shown ones, with `is_all` all ever shown; none pruned or unregistered."""
        return frozenset((p.metric, p.version) for p in self._examined)

    @property
    def _examined(self) -> list[Publication]:
        kept = self.public - self.pruned
        found = [p for p in self.publications if (p.metric, p.version) in kept and p.metric in METRIC_BY_ID]
        return [p for p in found if self.is_all or p.status != "superseded"]
