"""Recomputation of published numbers: one scratch build over the inputs of a pass serves all versions it gives."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from connectors.storage.home import Home
from connectors.storage.inspection import remade
from connectors.storage.inspection.remade import Batch
from connectors.storage.inspection.versions import VersionKey
from connectors.storage.publications import lineage
from connectors.storage.warehouse import Connection
from flows.stages import dbt
from flows.stages.maps import seeds_of
from tokenshare.inspected import Recomputation


@dataclass
class Coverage:
    """The extent of a recomputation: passes built again, versions compared, and versions beyond it.

    A version is beyond it if no pass with the present seeds and models judged it.
    """

    passes: int = 0
    versions: list[VersionKey] = field(default_factory=list)
    beyond: list[VersionKey] = field(default_factory=list)


def remake(
    connection: Connection, wanted: Collection[VersionKey], home: Home, work: Path, coverage: Coverage, *, is_all: bool
) -> Iterator[Recomputation]:
    """Compute versions again, yield the differing ones, and fill `coverage`.

    Without `is_all` only the pass giving most of the versions is built again.
    """
    now = dbt.project(home)
    batches, beyond = remade.plan(connection, wanted, now.seeds, now.models)
    coverage.beyond = beyond
    for batch in batches if is_all else batches[:1]:
        coverage.passes += 1
        coverage.versions += batch.versions
        yield from _build(connection, batch, work, seeds_of(home))


def _build(connection: Connection, batch: Batch, work: Path, seeds: Path) -> list[Recomputation]:
    with TemporaryDirectory(dir=work) as folder:
        scratch = lineage.scratch_in(Path(folder))
        remade.copy_records(connection, batch.inputs, scratch)
        metrics = sorted({id for id, _ in batch.versions})
        failed = dbt.build(scratch, batch.inputs.variables, Path(folder), metrics, seeds=seeds)
        return remade.compare(connection, scratch, batch.versions, failed)
