"""Stage 9: dbt builds candidates from what landed, in the private database, where no reader looks."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from connectors.storage import archive, builds, warehouse
from connectors.storage.builds import Build
from flows.graph import PROJECT, read_graph, wanted
from flows.parts import active, present
from flows.run import Run
from flows.settings import hand_to_dbt
from tokenshare.metrics import ROUTER_SOURCES


@dataclass(frozen=True)
class Project:
    """The SQL side by content: digests of the seeds and of everything else that dbt reads."""

    seeds: str
    models: str


def transform(run: Run, variables: Mapping[str, Any]) -> Build:
    """Builds the active candidates where what they are made from has changed, else remembers the build there is."""
    relations = wanted(active(run))
    inputs = _inputs(run, variables, relations)
    with warehouse.open_warehouse(run.home.warehouse) as connection:
        known = builds.read(connection)
        if known and known.inputs_digest == inputs and not known.failed:
            return known
        builds.forget(connection)
    with run.point("build") as midway:
        failed = build(run.home.warehouse, variables, run.home.build / "dbt", relations, midway, with_tests=True)
    made = Build(inputs, run.id, tuple(failed))
    with warehouse.open_warehouse(run.home.warehouse) as connection:
        builds.remember(connection, made)
    return made


def build(
    database: Path,
    variables: Mapping[str, Any],
    work: Path,
    relations: Sequence[str],
    midway: Callable[[], None] = lambda: None,
    *,
    with_tests: bool = False,
) -> list[str]:
    """Runs `dbt build` of some relations and what they stand on, in this process.

    Returns the names of models and tests that did not succeed, none where all did. Tests run where all that they
    read is built. Calls `midway` at every node that is done.
    """
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    hand_to_dbt(database)
    chosen = ["--select", *(f"+{name}" for name in relations), "--indirect-selection", "cautious"]
    chosen += [] if with_tests else ["--exclude-resource-type", "test"]
    try:
        runner = dbtRunner(callbacks=[lambda event: midway() if event.info.name == "NodeFinished" else None])
        result = runner.invoke(["build", *_options(work), "--vars", json.dumps(dict(variables)), *chosen])
    finally:
        DuckDBConnectionManager.close_all_connections()
    if isinstance(result.exception, KeyboardInterrupt):  # dbt keeps it to itself; it says nothing about the data
        raise result.exception
    if result.exception or result.result is None:
        return [f"dbt: {result.exception}"]
    outcomes = {r.node.name: str(r.status) for r in result.result}
    graph = read_graph()
    required = graph.required_tests(graph.below(relations)) if with_tests else set()
    failed = [name for name, status in outcomes.items() if status not in ("success", "pass")]
    return [*failed, *sorted(required - outcomes.keys())]


def usage_sources(run: Run) -> list[str]:
    """The sources whose statements may become usage: once the keyed one has completed a fetch, the export checks it.

    Until then, a key that is wrong or an API that is down takes nothing from the export. It is the set-up that
    decides, not what this pass selects.
    """
    keyed = ROUTER_SOURCES[0]
    is_part = any(source.id == keyed for source in present(run))
    return [keyed] if is_part and archive.last_completed(run.home.archive, keyed) else list(ROUTER_SOURCES)


def project() -> Project:
    """Digests of the dbt project as it lies on disk."""
    seeds = sorted((PROJECT / "seeds").glob("*.csv"))
    models = sorted(p for folder in ("models", "macros", "tests") for p in (PROJECT / folder).rglob("*.*"))
    return Project(_digest(seeds), _digest([PROJECT / "dbt_project.yml", *models]))


def _options(work: Path) -> list[str]:
    return [
        "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--target-path", str(work / "target"),
        "--log-path", str(work / "logs"), "--log-level", "none", "--no-version-check", "--quiet",
        "--exclude-resource-type", "unit_test",
    ]  # fmt: skip


def _inputs(run: Run, variables: Mapping[str, Any], relations: Sequence[str]) -> str:
    with warehouse.open_warehouse(run.home.warehouse) as connection:
        reached = sorted((*at, end) for at, end in warehouse.positions(connection).items())
    return sha256(json.dumps([reached, project().seeds, project().models, variables, relations]).encode()).hexdigest()


def _digest(paths: Sequence[Path]) -> str:
    return sha256(b"\n".join(path.name.encode() + path.read_bytes() for path in paths)).hexdigest()
