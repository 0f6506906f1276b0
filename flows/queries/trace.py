"""`trace`: a published number with its offsets, and its recomputation from nothing but them."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from connectors.storage import warehouse
from connectors.storage.home import Home
from connectors.storage.publications import candidates, history, lineage
from connectors.storage.publications.lineage import BuildInputs, Span
from connectors.storage.warehouse import Connection, snapshot
from flows.queries.keys import read_key
from flows.setup import Progress, counter
from flows.stages import dbt
from flows.stages.maps import seeds_of
from tokenshare.columns import columns_of
from tokenshare.errors import UsageError
from tokenshare.metrics import Metric
from tokenshare.noop import noop
from tokenshare.publication import Publication, Row
from tokenshare.restatements import key_json


@dataclass(frozen=True)
class Trace:
    """The provenance of a number; `recomputed` is the row of the same models over exactly these offsets."""

    metric: Metric
    key: tuple[Any, ...]
    publication: Publication
    row: Row
    spans: Sequence[Span]
    recomputed: Row | None
    changed_since: tuple[str, ...]

    @property
    def is_equal(self) -> bool:
        """True if the recomputed row equals the published one."""
        return self.row == self.recomputed

    def document(self) -> dict[str, Any]:
        """The trace as `trace --json` prints it."""
        return {
            "metric": self.metric.id,
            "key": key_json(self.metric, self.key),
            "version": self.publication.version,
            "as_of": self.publication.valid_through,
            "status": self.publication.status,
            "row": _named(self.metric, self.row),
            "evidence": [asdict(span) for span in self.spans],
            "recomputed": _named(self.metric, self.recomputed) if self.recomputed else None,
            "equal": self.is_equal,
            "changed_since": self.changed_since,
        }


def trace(
    home: Home,
    metric: Metric,
    words: Sequence[str],
    version: int | None = None,
    progress: Progress = noop,
) -> Trace:
    """Trace the number of a version, by default of the shown one.

    It reads a copy of the build database, so that no pass waits for it. Raises UsageError if the version has no such
    row, and Busy while a pass is at work.
    """
    key = read_key(metric, words)
    with TemporaryDirectory() as folder, snapshot.take(home, Path(folder)) as connection:
        scratch = lineage.scratch_in(Path(folder))
        publication = _publication(connection, metric, version)
        rows = history.read_version(connection, metric, publication.version) if publication else ()
        row = _row_of(metric, key, rows)
        if publication is None or row is None:
            raise UsageError(f"{metric.id} has no row for {' '.join(words)}", f"see `tokenshare metrics {metric.id}`")
        inputs = lineage.read_build_inputs(connection, metric, publication.version)
        fetches = lineage.read_fetches(connection, inputs, metric.group, _days(metric, key))
        warehouse.show_landed(connection, home.landing)  # a topic may be younger than the last pass
        spans = lineage.read_spans(connection, fetches) if metric.topics else []
        lineage.copy_spans(connection, spans, inputs, scratch)
        count = counter(progress, "compute the number again from its offsets:", "models and seeds built")
        recomputed = _recompute(metric, key, scratch, inputs, Path(folder), seeds_of(home), count)
    return Trace(metric, key, publication, row, spans, recomputed, _changed_since(inputs, home))


def _publication(connection: Connection, metric: Metric, version: int | None) -> Publication | None:
    if version is None:
        return history.read_standing(connection, metric).shown
    return next((p for p in history.read_publications(connection, metric) if p.version == version), None)


def _recompute(
    metric: Metric,
    key: tuple[Any, ...],
    scratch: Path,
    inputs: BuildInputs,
    work: Path,
    seeds: Path,
    count: Callable[[], None],
) -> Row | None:
    dbt.build(scratch, inputs.variables, work, [metric.id], count, seeds=seeds)
    with warehouse.open_warehouse(scratch) as connection:
        candidate = candidates.read_candidates(connection, [metric]).get(metric.id)
    return _row_of(metric, key, candidate.rows) if candidate else None


def _days(metric: Metric, key: tuple[Any, ...]) -> list[date]:
    return metric.days_behind(key[metric.grain.index(metric.period)]) if metric.period else []


def _row_of(metric: Metric, key: tuple[Any, ...], rows: Sequence[Row]) -> Row | None:
    names = [column.name for column in columns_of(metric.row)]
    places = [names.index(name) for name in metric.grain]
    return next((row for row in rows if tuple(row[place] for place in places) == key), None)


def _changed_since(inputs: BuildInputs, home: Home) -> tuple[str, ...]:
    now = dbt.project(home)
    changed = {"seeds": inputs.seeds_digest != now.seeds, "models": inputs.models_digest != now.models}
    return tuple(name for name, is_changed in changed.items() if is_changed)


def _named(metric: Metric, row: Row) -> dict[str, Any]:
    return dict(zip((column.name for column in columns_of(metric.row)), row, strict=True))
