"""The dbt project as a graph, read from its SQL: what each relation stands on, and whom a failure concerns."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tokenshare.metrics import GROUP_BY_ID, Metric

PROJECT = Path(__file__).parents[1] / "dbt"
LAYERS = {"staging", "intermediate", "marts", "metrics", "tests"}
_REF = re.compile(r"ref\(\s*'(\w+)'\s*\)")


@dataclass(frozen=True)
class Node:
    """A model or a relation test: its family (the folder inside its layer, if any) and the relations it reads."""

    name: str
    family: str
    reads: frozenset[str]


@dataclass(frozen=True)
class Graph:
    """Models and relation tests by name."""

    models: Mapping[str, Node]
    tests: Mapping[str, Node]

    def below(self, names: Iterable[str]) -> set[str]:
        """The relations named and everything they stand on, seeds included."""
        found: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += self.models[name].reads if name in self.models else ()
        return found

    def required_tests(self, built: Collection[str]) -> set[str]:
        """Tests that must be among the results once these relations are built; one that is missing has failed."""
        return {test.name for test in self.tests.values() if test.reads <= set(built)}

    def concerning(self, failed: Iterable[str], metrics: Iterable[Metric]) -> tuple[str, ...]:
        """Of what failed, that which these metrics stand on: models, and tests of any family that they read.

        A test without a family concerns all, and so does what is neither model nor test, such as dbt itself.
        """
        below = self.below(wanted(metrics))
        families = {self.models[name].family for name in below if name in self.models}
        return tuple(name for name in failed if name in below or self._is_of(name, {"", *families}))

    def _is_of(self, name: str, families: Collection[str]) -> bool:
        return name not in self.models and (name not in self.tests or self.tests[name].family in families)


def read_graph(project: Path = PROJECT) -> Graph:
    """The project as it lies on disk."""
    return Graph(_nodes(project / "models"), _nodes(project / "tests"))


def wanted(metrics: Iterable[Metric]) -> list[str]:
    """The relations that are built for these metrics: their own, and what their groups are judged and listed by."""
    chosen = list(metrics)
    groups = [GROUP_BY_ID[id] for id in dict.fromkeys(metric.group for metric in chosen)]
    judged = [name for group in groups for name in (group.measured_by, *group.listed) if name]
    traced = [part.model for group in groups for part in group.provenance]
    return list(dict.fromkeys([*(metric.id for metric in chosen), *judged, *traced]))


def _nodes(folder: Path) -> dict[str, Node]:
    return {path.stem: _node(path) for path in sorted(folder.rglob("*.sql"))}


def _node(path: Path) -> Node:
    family = "" if path.parent.name in LAYERS else path.parent.name
    return Node(path.stem, family, frozenset(_REF.findall(path.read_text(encoding="utf-8"))))
