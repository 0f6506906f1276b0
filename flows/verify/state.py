"""A home as its promises are held against it: read from a copy of the build database, each part once."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path

from connectors.storage import warehouse
from connectors.storage.home import Home
from connectors.storage.inspection import files, landed, shown, versions
from connectors.storage.publications import history
from connectors.storage.warehouse import Connection, ledger
from flows.verify.remake import Coverage, remake
from tokenshare.inspected import Difference, Judgement, LandedFile, Remade, Replaced, Stored, Traced
from tokenshare.metrics import METRIC_BY_ID, Metric
from tokenshare.offsets import Landed, Loss
from tokenshare.publication import Publication, Row

PAIRS = 10  # of versions of one metric that are compared cell by cell, the newest, unless all are asked for


class State:
    """The facts of one home, for `Promise.examine`. `is_all` reads every version instead of those readers see."""

    def __init__(self, home: Home, connection: Connection, work: Path, *, is_all: bool) -> None:
        self.home, self.connection, self.work, self.is_all = home, connection, work, is_all
        self.coverage = Coverage()

    def ledger(self) -> Sequence[Landed]:
        return self._ledger

    def gaps(self) -> Sequence[Loss]:
        return landed.read_gaps(self.connection)

    def landed_files(self) -> Sequence[LandedFile]:
        return self._landed_files

    def files(self) -> Sequence[str]:
        return files.list_files(self.home)

    def known_files(self) -> frozenset[str]:
        return files.name_known(
            self._ledger, ledger.intended(self.connection), landed.read_obsolete(self.connection), self._publications
        )

    def torn_payloads(self) -> Iterable[str]:
        return files.find_torn(self.home) if self.is_all else ()

    def publications(self) -> Sequence[Publication]:
        return self._publications

    def public(self) -> frozenset[tuple[str, int]]:
        return self._public

    def pruned(self) -> frozenset[tuple[str, int]]:
        return self._pruned

    def stored(self) -> Iterable[Stored]:
        return versions.read_stored(self.connection, self._wanted, self.home.published)

    def openings(self) -> Sequence[Judgement]:
        return versions.read_openings(self.connection)

    def newest_judgements(self) -> Sequence[Judgement]:
        return versions.read_newest_judgements(self.connection)

    def released(self) -> frozenset[tuple[str, str, str, str]]:
        return versions.read_released(self.connection)

    def replaced(self) -> Iterable[Replaced]:
        kept = None if self.is_all else PAIRS
        return versions.read_replaced(self.connection, self._public, self._pruned, kept)

    def strange_pairs(self) -> Sequence[tuple[str, int, int, int]]:
        return versions.read_strange_pairs(self.connection, self._public)

    def traced(self) -> Iterable[Traced]:
        warehouse.show_landed(self.connection, self.home.landing)
        return landed.read_traced(self.connection, self._wanted)

    def unpublished(self) -> Iterable[Difference]:
        return shown.read_unpublished(self.connection, self.home, self.work / "wanted.duckdb")

    def unfiled(self) -> Iterable[Difference]:
        return shown.read_unfiled(self.connection, self.home)

    def unvintaged(self) -> Iterable[Difference]:
        return shown.read_unvintaged(self.connection, self.home, self._wanted)

    def shown_rows(self, metric: Metric) -> Sequence[Row]:
        return shown.read_shown(self.connection, self.home, metric)

    def remade(self) -> Iterator[Remade]:
        warehouse.show_landed(self.connection, self.home.landing)
        return remake(self.connection, self._wanted, self.work, self.coverage, is_all=self.is_all)

    @cached_property
    def _ledger(self) -> list[Landed]:
        return landed.read_ledger(self.connection)

    @cached_property
    def _landed_files(self) -> list[LandedFile]:
        return list(landed.read_files(self.connection, self.home.landing, self._ledger))

    @cached_property
    def _publications(self) -> list[Publication]:
        return versions.read_publications(self.connection)

    @cached_property
    def _public(self) -> frozenset[tuple[str, int]]:
        return versions.read_public(self.connection)

    @cached_property
    def _pruned(self) -> frozenset[tuple[str, int]]:
        return frozenset(history.read_pruned(self.connection))

    @cached_property
    def _wanted(self) -> frozenset[tuple[str, int]]:
        """The versions to look into: those readers see, or all that they have ever seen, of metrics there are."""
        found = ((p.metric, p.version) for p in self._publications if self.is_all or p.status != "superseded")
        return frozenset(at for at in found if at in self._public - self._pruned and at[0] in METRIC_BY_ID)
