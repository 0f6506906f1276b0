"""The dbt project as a graph, from dbt's manifest: the inputs of each relation, and the metrics behind a failure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from tokenshare.metrics import GROUP_BY_ID, METRIC_BY_ID, Metric

LAYERS = {"staging", "intermediate", "marts", "metrics", "tests"}
COMPOSED = "claims"  # `check` composes its answers from the models of this family
LEAVES_OUT = "macro.tokenshare.is_let_in"  # the macro that leaves held statements out


@dataclass(frozen=True)
class GraphNode:
    """A model or a relation test: its family (the folder inside its layer, if any) and the relations it reads.

    `raw` are the landed tables it reads itself, and `leaves_out` the relations whose held statements it leaves out. A
    model of the composed family has its SQL too, with references to published relations or names of models.
    """

    name: str
    family: str
    reads: frozenset[str]
    raw: frozenset[str]
    leaves_out: frozenset[str]
    sql: str = ""


@dataclass(frozen=True)
class Graph:
    """Models and relation tests by name; `origin` names the project and the dbt version behind them."""

    origin: str
    models: Mapping[str, GraphNode]
    tests: Mapping[str, GraphNode]

    def below(self, names: Iterable[str]) -> set[str]:
        """The named relations and everything below them, seeds included."""
        found: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += self.models[name].reads if name in self.models else ()
        return found

    def required_tests(self, built: Collection[str]) -> set[str]:
        """The tests that must have a result after a build of these relations; a missing one has failed."""
        return {test.name for test in self.tests.values() if test.reads <= set(built)}

    def tests_of(self, known: Collection[str], built: Collection[str]) -> frozenset[str]:
        """The tests that read any of the models just built, and nothing but known relations, seeds included."""
        return frozenset(test for test in self.required_tests(known) if self.tests[test].reads & set(built))

    def concerning(self, failed: Iterable[str], metrics: Iterable[Metric]) -> tuple[str, ...]:
        """The failures below these metrics: models, and tests of the families of these models.

        A test without a family concerns all metrics. So does a failure of neither model nor test, such as dbt's own.
        """
        below = self.below(wanted(metrics))
        families = {self.models[name].family for name in below if name in self.models}
        return tuple(name for name in failed if name in below or self._is_of(name, {"", *families}))

    def _is_of(self, name: str, families: Collection[str]) -> bool:
        return name not in self.models and (name not in self.tests or self.tests[name].family in families)


def graph_of(manifest: Any, origin: str) -> Graph:
    """The graph of a manifest, with its disabled models and tests; without generic tests, which the gate judges too."""
    every = [*manifest.nodes.values(), *chain.from_iterable(manifest.disabled.values())]
    nodes = [node for node in every if getattr(node, "test_metadata", None) is None]
    found = {kind: {n.name: _node(n, manifest) for n in nodes if n.resource_type == kind} for kind in ("model", "test")}
    return Graph(origin, found["model"], found["test"])


def wanted(metrics: Iterable[Metric]) -> list[str]:
    """The relations to build for these metrics: their own, and those their groups are judged, listed and traced by."""
    chosen = list(metrics)
    groups = [GROUP_BY_ID[id] for id in dict.fromkeys(metric.group for metric in chosen)]
    judged = [name for group in groups for name in (group.measured_by, *group.listed, group.landed_in) if name]
    traced = [part.model for group in groups for part in group.provenance]
    return list(dict.fromkeys([*(metric.id for metric in chosen), *judged, *traced]))


def _node(node: Any, manifest: Any) -> GraphNode:
    folder = Path(node.original_file_path).parent.name
    family = "" if folder in LAYERS else folder
    sql = (node.compiled_code or "") if family == COMPOSED else ""
    for read in (manifest.nodes[id] for id in node.depends_on.nodes if id in manifest.nodes):
        metric = METRIC_BY_ID.get(read.name)
        sql = sql.replace(read.relation_name, metric.relation if metric else read.name)
    reads, raw = frozenset(ref.name for ref in node.refs), frozenset(table for _, table in node.sources)
    return GraphNode(node.name, family, reads, raw, _left_out(node, manifest), sql)


def _left_out(node: Any, manifest: Any) -> frozenset[str]:
    """The relations of held statements named by a node that leaves some out; all of them if it names none."""
    macros, waiting = set[str](), list(node.depends_on.macros)
    while waiting:
        id = waiting.pop()
        if id not in macros:
            macros.add(id)
            waiting += manifest.macros[id].depends_on.macros if id in manifest.macros else ()
    if LEAVES_OUT not in macros:
        return frozenset()
    held = {part.model for group in GROUP_BY_ID.values() for part in group.provenance}
    return frozenset(name for name in held if f"'{name}'" in node.raw_code) or frozenset(held)
