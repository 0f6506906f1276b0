"""A build makes what is named, and tells of each finished node."""

from pathlib import Path

import duckdb
from dbt.events.types import NodeFinished
from dbt_common.events.base_types import EventLevel
from dbt_common.events.types import Note

from connectors.storage.home import Home
from flows.stages import dbt
from flows.stages.dbt import Part
from flows.stages.dbt_events import Listener
from tests.dbt.test_landing_further import VARIABLES, Shore, usage

VENDORS = "dim_vendors"


def made(warehouse: Path) -> set[str]:
    """The tables and views that dbt has made."""
    query = "SELECT table_name FROM information_schema.tables WHERE table_schema NOT IN ('raw', 'seeds')"
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return {name for (name,) in connection.execute(query).fetchall()}


def test_what_is_named_is_built_and_nothing_else(tmp_path: Path) -> None:
    home, finished = Home(tmp_path / "home"), list[int]()
    home.build.mkdir(parents=True)
    Shore(home).take(usage(1, range(1, 3)))
    before, work = made(home.warehouse), home.build / "dbt"
    assert dbt.build(home.warehouse, VARIABLES, work, [VENDORS], lambda: finished.append(1)) == {}
    graph = dbt.read_graph(work)
    below = graph.below([VENDORS])
    assert made(home.warehouse) - before == below & graph.models.keys()
    assert len(finished) == len(below)
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute(f"DROP TABLE marts.{VENDORS}")
    assert dbt.build_part(home.warehouse, VARIABLES, work, Part(frozenset([VENDORS])), lambda: finished.append(1)) == {}
    assert made(home.warehouse) - before == below & graph.models.keys()
    assert len(finished) == len(below) + 1


def test_of_the_events_for_debugging_only_a_finished_node_is_heard() -> None:
    listener, heard = Listener(), list[str]()
    listener.callbacks = [lambda event: heard.append(event.info.msg or event.info.name)]
    listener.fire_event(Note(msg="for debugging"), EventLevel.DEBUG)
    listener.fire_event(Note(msg="a warning"), EventLevel.WARN)
    listener.fire_event(NodeFinished())
    assert heard == ["a warning", "Finished running node "]
