"""The models that moved inputs reach. dbt builds those alone; every other relation stays as it is."""

from collections.abc import Collection
from dataclasses import dataclass

from connectors.sources import SOURCES
from connectors.storage.warehouse.builds import Position
from flows.stages.graph import Graph
from tokenshare.offsets import RETIRED
from tokenshare.topics import FETCH_COMPLETED, PUSHED, TOPICS

FETCHES = "int_fetches_verified"
RECORDS = "records"  # the view of all landed events
OF_EVERY_SOURCE = frozenset({FETCH_COMPLETED.table, RECORDS})
EMITTERS = {topic.table: frozenset(source.id for source in SOURCES if topic in source.emits) for topic in TOPICS}
EMITTERS |= {topic.table: frozenset({receiver}) for receiver, topic in PUSHED.items()}
RECEIVED = frozenset(topic.table for topic in PUSHED.values())  # no fetch brings them
KNOWN = frozenset(source.id for source in SOURCES) | PUSHED.keys()


@dataclass(frozen=True)
class Moved:
    """The differences from the last build.

    `tables` are landed tables with new rows, `sources` those of whose fetches another thing is known, `relations` the
    relations with other rows, and `held` those of which other statements are held.
    """

    tables: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()
    relations: frozenset[str] = frozenset()
    held: frozenset[str] = frozenset()


def landed_since(before: Collection[Position], now: Collection[Position]) -> dict[str, list[Position]]:
    """By landed table with new rows, each partition of its topic with the offset it had landed up to before."""
    ends = {(topic, partition): end for topic, partition, end in before}
    moved = {topic for topic, _, _ in set(now) - set(before)}
    return {
        topic.table: [(name, number, ends.get((name, number), 0)) for name, number, _ in now if name == topic.name]
        for topic in TOPICS
        if topic.name in moved
    }


def begins_anew(before: Collection[Position], now: Collection[Position]) -> bool:
    """True if a topic has begun again: its offsets are given out a second time, and landed rows were renamed."""
    ends = {(topic, partition): end for topic, partition, end in now}
    is_behind = any(ends.get((topic, partition), -1) < end for topic, partition, end in before)
    retired = {topic for topic, _, _ in now if RETIRED in topic}
    return is_behind or not retired <= {topic for topic, _, _ in before}


def of_fetches(graph: Graph, names: Collection[str]) -> frozenset[str]:
    """Those of the models that stand on fetches and no event of any topic: any record of a fetch may move them."""
    return frozenset(name for name in names if (raw := _raw(graph, name)) and raw <= OF_EVERY_SOURCE)


def reached(graph: Graph, names: Collection[str], moved: Moved) -> frozenset[str]:
    """Those of the models that read what has moved, and those above them.

    A model that chooses among fetches looks at fetches of the sources that emit what it stands on; at those of a source
    we do not know it may look, too. A source emits what it always has: no topic is ever taken from one.
    """
    found: dict[str, bool] = {}

    def is_reached(name: str) -> bool:
        if name not in found:
            node = graph.models.get(name)
            found[name] = node is not None and (
                bool(node.raw & moved.tables or node.leaves_out & moved.held or node.reads & moved.relations)
                or (FETCHES in node.reads and bool(moved.sources & _sources(graph, name) or moved.sources - KNOWN))
                or any(is_reached(read) for read in node.reads if read not in of_all)
            )
        return found[name]

    of_all = of_fetches(graph, names)
    return frozenset(name for name in names if name not in of_all and is_reached(name))


def _sources(graph: Graph, name: str) -> frozenset[str]:
    """The sources that emit what a model stands on."""
    return frozenset().union(*(EMITTERS.get(table, frozenset()) for table in _raw(graph, name) - OF_EVERY_SOURCE))


def _raw(graph: Graph, name: str) -> frozenset[str]:
    """The landed tables below a relation."""
    below = (graph.models[read] for read in graph.below([name]) if read in graph.models)
    return frozenset().union(*(node.raw for node in below))
