"""Moved tables reach exactly the models that read them, through dbt's own graph."""

import re
from pathlib import Path

import pytest

from connectors.sources import SOURCES
from connectors.storage.warehouse import records_sql
from flows.setup.shipped import PROJECT
from flows.stages import dbt
from flows.stages.graph import Graph, wanted
from flows.stages.reach import EMITTERS, FETCHES, RECEIVED, Moved, begins_anew, landed_since, of_fetches, reached
from tokenshare.metrics import GROUPS, METRICS
from tokenshare.sources import Source


@pytest.fixture(scope="module")
def graph() -> Graph:
    return dbt.read_graph(Path("nowhere"))


@pytest.fixture(scope="module")
def names(graph: Graph) -> frozenset[str]:
    return frozenset(graph.below(wanted(METRICS)) & graph.models.keys())


def test_what_stands_on_fetches_alone_is_known(graph: Graph, names: frozenset[str]) -> None:
    alone = {"stg_fetch_completed", "int_fetches_judged", FETCHES, "int_day_newest", "int_claims_provenance"}
    assert of_fetches(graph, names) == alone


def test_nothing_moved_reaches_nothing(graph: Graph, names: frozenset[str]) -> None:
    assert reached(graph, names, Moved()) == frozenset()


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.id)
def test_a_source_reaches_what_chooses_among_its_fetches(graph: Graph, names: frozenset[str], source: Source) -> None:
    found = reached(graph, names, Moved(sources=frozenset({source.id})))
    readers = {name for name in names if FETCHES in graph.models[name].reads} - of_fetches(graph, names)
    tables = {topic.table for topic in source.emits}
    below = {name: {raw for read in graph.below([name]) & names for raw in graph.models[read].raw} for name in readers}
    assert {name for name in readers if below[name] & tables} <= found
    assert found < names


def test_a_source_that_nobody_knows_reaches_every_model_that_chooses(graph: Graph, names: frozenset[str]) -> None:
    found = reached(graph, names, Moved(sources=frozenset({"of_an_older_version"})))
    assert {name for name in names if FETCHES in graph.models[name].reads} <= found | of_fetches(graph, names)


def test_a_new_day_reaches_every_model_that_is_met(graph: Graph, names: frozenset[str]) -> None:
    found = reached(graph, names, Moved(relations=frozenset({"int_day_newest"})))
    assert {"int_models_met", "dim_models", "fct_usage_daily"} <= found
    assert "pureplay_value_daily" not in found


@pytest.mark.parametrize("relation", sorted({part.model for group in GROUPS for part in group.provenance}))
def test_a_held_statement_reaches_what_leaves_it_out(graph: Graph, relation: str) -> None:
    """By the names in the SQL; a model that leaves some out and names none would leave all out."""
    texts = {path.stem: path.read_text(encoding="utf-8") for path in (PROJECT / "models").rglob("*.sql")}
    macros = ("is_let_in(", "stands(", "keys_stated(")
    naming = {name for name, text in texts.items() if any(m in text for m in macros) and f"'{relation}'" in text}
    assert {name for name, node in graph.models.items() if relation in node.leaves_out} >= naming
    assert naming <= reached(graph, graph.models.keys(), Moved(held=frozenset({relation})))


def test_every_topic_is_emitted_by_a_source() -> None:
    assert [table for table, sources in EMITTERS.items() if not sources] == ["fetch_completed_v1"]


T, C = "usage.observed.v1", "fetch.completed.v1"


def test_a_partition_is_read_from_where_the_last_build_stood() -> None:
    before = [(T, 0, 5), (C, 0, 2)]
    now = [(T, 0, 5), (T, 1, 3), (C, 0, 2)]
    assert landed_since(before, now) == {"usage_observed_v1": [(T, 0, 5), (T, 1, 0)]}
    assert landed_since(now, now) == {}
    assert not begins_anew(before, now)


@pytest.mark.parametrize(
    "now", [[(T, 0, 4)], [(C, 0, 5)], [(T, 0, 9), (f"{T}@0", 0, 5)]], ids=["behind", "gone", "retired"]
)
def test_offsets_that_begin_anew_are_noticed(now: list[tuple[str, int, int]]) -> None:
    assert begins_anew([(T, 0, 5)], now)


def test_what_a_receiver_takes_in_is_no_part_of_any_fetch() -> None:
    assert not RECEIVED & set(re.findall(r"raw\.(\w+)", records_sql("raw")))
