"""The graph is dbt's own view of the whole project; one that a build has kept is read only by what made it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from flows.setup.shipped import PROJECT
from flows.stages import dbt
from flows.stages.graph import COMPOSED, Graph

ELSEWHERE = Path("nowhere")
Edit = Callable[[str], str]


@pytest.fixture(scope="module")
def graph() -> Graph:
    return dbt.read_graph(ELSEWHERE)


@pytest.mark.parametrize("kind", ["models", "tests"])
def test_every_file_of_the_project_is_part_of_the_graph(graph: Graph, kind: str) -> None:
    every = (PROJECT / kind).rglob("*.sql")
    found = {path.stem: path.parent.name for path in every if path.parent.name != "generic"}  # a kind of test is none
    nodes = getattr(graph, kind)
    assert nodes.keys() == found.keys()
    assert {name: node.family or found[name] for name, node in nodes.items()} == found


def test_a_model_stands_on_what_it_and_the_models_below_it_read(graph: Graph) -> None:
    assert graph.models["int_usage_weekly"].reads == {"int_usage_attributed"}
    assert {"vendors", "stg_usage_observed", "int_usage_weekly"} <= graph.below(["vendor_share_weekly"])


def test_what_a_question_is_composed_of_names_no_relation_of_the_build(graph: Graph) -> None:
    composed = {name: node.sql for name, node in graph.models.items() if node.family == COMPOSED}
    assert all(composed.values())
    assert [name for name, sql in composed.items() if '"warehouse"' in sql or "{" + "{" in sql] == []


def test_a_kept_graph_is_read_without_dbt(graph: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dbt.keep_graph(tmp_path)
    assert (tmp_path / "graph.json").is_file()
    monkeypatch.setattr(dbt, "_compiled", None)
    assert dbt.read_graph(tmp_path) == graph


EDITS: dict[str, Edit] = {
    "of another project": lambda text: text.replace(dbt.models_digest(), "0" * 64),
    "of another dbt": lambda text: text.replace(f" {dbt.version('dbt-core')}", " 1.10.0"),
    "torn": lambda text: text[: len(text) // 2],
    "of another shape": lambda _: "{}",
}


@pytest.mark.parametrize("edit", EDITS)
def test_a_graph_that_is_not_of_this_project_and_dbt_is_parsed_again(graph: Graph, tmp_path: Path, edit: str) -> None:
    dbt.keep_graph(tmp_path)
    kept = tmp_path / "graph.json"
    edited = EDITS[edit](kept.read_text().replace("int_usage_weekly", "int_usage_yearly"))
    kept.write_text(edited)
    assert dbt.read_graph(tmp_path) == graph
    assert kept.read_text() == edited, "a look has written into the home"
