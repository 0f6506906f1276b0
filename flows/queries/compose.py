"""A dbt model as one query over the published file: the same SQL, with its references resolved to published relations.

The claims on file, computed by dbt, and a claim typed by a person must never be two computations.
"""

from collections.abc import Iterator, Mapping

from flows.stages.graph import Graph
from tokenshare.metrics import METRIC_BY_ID


def compose(graph: Graph, target: str, given: Mapping[str, str]) -> str:
    """SQL selecting a model: `given` models are these queries, published ones are read, all others are computed."""
    parts = dict(given)
    for name in _above(graph, target, given):
        parts.setdefault(name, graph.models[name].sql)
    steps = ",\n".join(f"{name} AS (\n{sql}\n)" for name, sql in parts.items())
    return f"WITH {steps}\nSELECT * FROM {target}"


def _above(graph: Graph, name: str, given: Mapping[str, str]) -> Iterator[str]:
    """The models to compute, each after the models it reads."""
    for read in sorted(graph.models[name].reads):
        if read not in given and read not in METRIC_BY_ID:
            yield from _above(graph, read, given)
    yield name
