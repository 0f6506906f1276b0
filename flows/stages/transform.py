"""Stage 9: dbt builds candidates from landed records, in the private database and invisible to readers."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any

from connectors.storage import archive
from connectors.storage.publications import history
from connectors.storage.warehouse import builds, fencing, holds, ledger
from connectors.storage.warehouse.builds import Build
from flows.setup.context import PassContext
from flows.stages.dbt import build, keep_graph, project
from flows.stages.graph import wanted
from flows.stages.maps import lay_maps, seeds_of
from flows.stages.source_selection import active_metrics, active_sources
from tokenshare.held_periods import PeriodFinding
from tokenshare.metrics import GROUPS, ROUTER_SOURCES
from tokenshare.noop import noop


def transform(run: PassContext, variables: Mapping[str, Any]) -> Build:
    """Build the active candidates if their inputs have changed, else return the recorded build."""
    relations = wanted(active_metrics(run))
    lay_maps(run.settings.curated, run.home)
    inputs, seeds = _inputs(run, variables, relations), _digest(project(run.home).seeds, relations)
    with fencing.open_fenced(run.home.warehouse, run.fence) as connection:
        known = builds.read(connection)
        if known and known.inputs_digest == inputs and not known.failed:
            return known
        builds.delete(connection)
        holds.clear(connection)
    loads_seeds = not known or bool(known.failed) or known.seeds_digest != seeds
    with run.checkpoint("build") as midway:
        failed = _build(run, variables, relations, midway, loads_seeds=loads_seeds)
    keep_graph(run.home.build / "dbt")
    made = Build(inputs, run.id, failed, seeds)
    with fencing.open_fenced(run.home.warehouse, run.fence) as connection:
        builds.save(connection, made)
    return made


def rebuild(run: PassContext, made: Build, variables: Mapping[str, Any], findings: Sequence[PeriodFinding]) -> Build:
    """Build the candidates again without the statements held since; the record of the build names the findings."""
    failed = _build(run, variables, wanted(active_metrics(run)), noop, loads_seeds=False)
    again = replace(made, failed=failed, findings=tuple(findings))
    with fencing.open_fenced(run.home.warehouse, run.fence) as connection:
        builds.save(connection, again)
    return again


def _build(
    run: PassContext,
    variables: Mapping[str, Any],
    relations: Sequence[str],
    midway: Callable[[], None],
    *,
    loads_seeds: bool,
) -> dict[str, str]:
    return build(
        run.home.warehouse,
        variables,
        run.home.build / "dbt",
        relations,
        midway,
        seeds=seeds_of(run.home),
        with_tests=True,
        loads_seeds=loads_seeds,
    )


def usage_sources(run: PassContext) -> list[str]:
    """The sources of usage: after the first complete fetch of the keyed source, that source alone.

    The export then only checks it. Until then a wrong key or a broken API takes nothing from the export. The set-up
    decides this, not the selection of this pass.
    """
    keyed = ROUTER_SOURCES[0]
    is_part = any(source.id == keyed for source in active_sources(run))
    return [keyed] if is_part and archive.read_completed(run.home.archive, keyed) else list(ROUTER_SOURCES)


def _inputs(run: PassContext, variables: Mapping[str, Any], relations: Sequence[str]) -> str:
    with fencing.open_fenced(run.home.warehouse, run.fence) as connection:
        reached = sorted((*at, end) for at, end in ledger.positions(connection).items())
        released = sorted(finding for group in GROUPS for finding in history.read_releases(connection, group.id))
    now = project(run.home)
    return _digest(reached, released, now.seeds, now.models, variables, relations)


def _digest(*parts: Any) -> str:
    return sha256(json.dumps(parts).encode()).hexdigest()
