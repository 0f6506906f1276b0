"""Stage 9: dbt builds candidates from landed records, in the private database and invisible to readers."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from typing import Any

from connectors.storage import archive
from connectors.storage.home.objects import ObjectPath
from connectors.storage.publications import history
from connectors.storage.warehouse import Connection, builds, fencing, holds, ledger
from connectors.storage.warehouse.builds import Build, Position
from flows.setup import counter
from flows.setup.context import PassContext
from flows.stages.dbt import Part, build, build_part, keep_graph, project, read_graph
from flows.stages.graph import Graph, wanted
from flows.stages.maps import lay_maps, seeds_of
from flows.stages.reach import FETCHES, RECEIVED, Moved, begins_anew, landed_since, of_fetches, reached
from flows.stages.source_selection import active_metrics, active_sources
from tokenshare.held_periods import PeriodFinding
from tokenshare.metrics import GROUPS, ROUTER_SOURCES
from tokenshare.noop import noop

LANDED = "landed"  # dbt's variable of the offsets that the last build has read
Variables = Mapping[str, Any]
Outcome = tuple[frozenset[str] | None, dict[str, str]]  # what was built, None for everything, and what failed


@dataclass(frozen=True)
class Inputs:
    """The inputs of a build: the offsets landed so far, the digest of all else, and that of the seeds alone."""

    positions: tuple[Position, ...]
    basis: str
    seeds: str

    @property
    def digest(self) -> str:
        return _digest(self.positions, self.basis)


def transform(run: PassContext, variables: Variables) -> Build:
    """Build the active candidates that changed inputs reach. Without a change the recorded build stands.

    Everything is built from the beginning if no build stands: after a failed or interrupted one, after a change of the
    project, its maps, its variables or the active metrics, without one of its relations, or if a person asks for it.
    """
    relations = wanted(active_metrics(run))
    lay_maps(run.settings.curated, run.home)
    with fencing.open_fenced(run.home.warehouse, run.fence) as connection:
        known, inputs = builds.read(connection), _inputs(run, connection, variables, relations)
        graph = _graph_of_standing(run, connection, known, inputs, relations)
        waiting = builds.read_unjudged(connection, known)
        if known and graph and known.inputs_digest == inputs.digest:
            return replace(known, built=waiting)
        held = frozenset(statement.relation for statement in holds.read(connection))
        builds.delete(connection)
        holds.clear(connection)
    count = counter(run.progress, "transform", "models and tests built")
    with run.checkpoint("build") as kill:
        midway = partial(_both, kill, count)
        if known and graph:
            landed = landed_since(known.positions, inputs.positions)
            moved = Moved(frozenset(landed), held=held)
            built, failed = _build_moved(run, {**variables, LANDED: landed}, relations, graph, moved, midway)
        else:
            loads_seeds = not known or bool(known.failed) or known.seeds_digest != inputs.seeds
            built, failed = None, _build(run, variables, relations, midway, loads_seeds=loads_seeds)
    keep_graph(run.home.build / "dbt")
    built = _together(built, waiting)
    made = Build(inputs.digest, run.id, failed, inputs.seeds, (), inputs.basis, inputs.positions, built)
    with fencing.open_fenced(run.home.warehouse, run.fence) as connection:
        builds.save(connection, made)
    return made


def rebuild(run: PassContext, made: Build, variables: Variables, findings: Sequence[PeriodFinding]) -> Build:
    """Build again, without the statements held since, what they reach; the record of the build names the findings."""
    relations, graph = wanted(active_metrics(run)), read_graph(run.home.build / "dbt")
    with fencing.open_fenced(run.home.warehouse, run.fence) as connection:
        held = frozenset(statement.relation for statement in holds.read(connection))
    if made.failed:
        built, failed = None, _build(run, variables, relations, noop, loads_seeds=False)
    else:
        built, failed = _build_moved(run, {**variables, LANDED: {}}, relations, graph, Moved(held=held), noop)
    again = replace(made, failed=failed, findings=tuple(findings), built=_together(built, made.built))
    with fencing.open_fenced(run.home.warehouse, run.fence) as connection:
        builds.save(connection, again)
    return again


def _together(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    """The models of both builds; None if either built all of them."""
    return None if one is None or other is None else one | other


def usage_sources(run: PassContext) -> list[str]:
    """The sources of usage: after the first complete fetch of the keyed source, that source alone.

    The export then only checks it. Until then a wrong key or a broken API takes nothing from the export. The set-up
    decides this, not the selection of this pass.
    """
    keyed = ROUTER_SOURCES[0]
    is_part = any(source.id == keyed for source in active_sources(run))
    return [keyed] if is_part and archive.read_completed(run.home.archive, keyed) else list(ROUTER_SOURCES)


def _graph_of_standing(
    run: PassContext, connection: Connection, known: Build | None, inputs: Inputs, relations: Sequence[str]
) -> Graph | None:
    """The graph of the project if the last build stands and others may be made on top of it, else None."""
    if known is None or known.failed or known.basis_digest != inputs.basis or run.options.full_refresh:
        return None
    if begins_anew(known.positions, inputs.positions):
        return None
    graph = read_graph(run.home.build / "dbt")
    names = graph.below(relations) & graph.models.keys()
    return graph if names and not builds.find_missing(connection, names) else None


def _build_moved(
    run: PassContext,
    variables: Variables,
    relations: Sequence[str],
    graph: Graph,
    moved: Moved,
    midway: Callable[[], None],
) -> Outcome:
    """Build what the moved inputs reach: what stands on fetches alone comes first, and says whose fetches moved."""
    names = graph.below(relations) & graph.models.keys()
    first = of_fetches(graph, names) if moved.tables - RECEIVED else frozenset()
    before = _states(run, first)
    failed = _build_part(run, variables, Part(first), midway)
    if failed:
        return None, _build(run, variables, relations, midway, loads_seeds=False)
    after = _states(run, first)
    differing = {at for at in before.keys() | after.keys() if before.get(at) != after.get(at)}
    moved = replace(
        moved,
        sources=frozenset(source for name, source in differing if name == FETCHES),
        relations=frozenset(name for name, _ in differing) - {FETCHES},
    )
    second = reached(graph, names, moved)
    part = Part(second, graph.tests_of(graph.below(relations), first | second))
    return first | second, _build_part(run, variables, part, midway)


def _both(first: Callable[[], None], second: Callable[[], None]) -> None:
    first()
    second()


def _states(run: PassContext, names: frozenset[str]) -> dict[tuple[str, str], str]:
    with fencing.open_fenced(run.home.warehouse, run.fence) as connection:
        return builds.read_states(connection, names)


def _build(
    run: PassContext,
    variables: Variables,
    relations: Sequence[str],
    midway: Callable[[], None],
    *,
    loads_seeds: bool,
) -> dict[str, str]:
    failed = build(
        run.home.warehouse,
        variables,
        run.home.build / "dbt",
        relations,
        midway,
        seeds=seeds_of(run.home),
        with_tests=True,
        loads_seeds=loads_seeds,
    )
    return _of_data(run, failed)


def _build_part(run: PassContext, variables: Variables, part: Part, midway: Callable[[], None]) -> dict[str, str]:
    work, seeds = run.home.build / "dbt", seeds_of(run.home)
    return _of_data(run, build_part(run.home.warehouse, variables, work, part, midway, seeds=seeds))


def _of_data(run: PassContext, failed: dict[str, str]) -> dict[str, str]:
    """Return what failed. Raise StoreUnavailable if the store does not answer: then the failures are not the data's."""
    if failed and isinstance(run.home.landing, ObjectPath):
        run.home.landing.require_store()
    return failed


def _inputs(run: PassContext, connection: Connection, variables: Variables, relations: Sequence[str]) -> Inputs:
    reached = tuple(sorted((*at, end) for at, end in ledger.positions(connection).items()))
    released = sorted(finding for group in GROUPS for finding in history.read_releases(connection, group.id))
    now = project(run.home)
    basis = _digest(released, now.seeds, now.models, variables, relations)
    return Inputs(reached, basis, _digest(now.seeds, relations))  # other relations stand on other seeds


def _digest(*parts: Any) -> str:
    return sha256(json.dumps(parts).encode()).hexdigest()
