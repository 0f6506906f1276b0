"""What a claim may be about, in Python and in SQL: two lists of methods that are compared here, and nowhere copied."""

from collections import defaultdict

import duckdb
import pytest

from connectors.sources.claims import parse
from connectors.sources.files import SHIPPED
from flows.queries.compose import compose
from flows.stages.dbt import read_graph
from flows.stages.graph import Graph
from tests.sources.payloads import fetch_of, page_of
from tokenshare.claims import ABOUT_BY_NAME, ABOUTS, ELSEWHERE, ROUTER, WINDOWS
from tokenshare.metrics import GROUP_BY_ID, METRIC_BY_ID

ADDED = {  # methods that other models add to those of a share
    "vendor_share": {"upper"},
    "model_rank_china_count": {"origin", "identified"},
    "router_tokens": {"all"},
    "router_growth": {"all"},
}
GIVEN = {  # a question by hand takes their place, or they judge the file
    *("int_claims_stated", "int_claims_asked", "int_claims_provenance", "int_claims_evidence"),
}


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    return read_graph(tmp_path_factory.mktemp("empty"))


def test_every_way_of_counting_can_be_named_and_every_name_is_counted(graph: Graph) -> None:
    found: dict[str, set[str]] = defaultdict(set)
    with duckdb.connect() as connection:
        ways = connection.execute(compose(graph, "int_claims_methods", {})).fetchall()
    for about, method, *_ in ways:
        found[about].add(method)
    told = {about.name: set(about.methods) for about in ROUTER}
    assert {name: found[name] | ADDED.get(name, set()) for name in told} == told


def test_ways_that_are_equally_near_have_an_order(graph: Graph) -> None:
    with duckdb.connect() as connection:
        ways = connection.execute(compose(graph, "int_claims_methods", {})).fetchall()
    places = [(about, place) for about, *_, place in ways]
    assert len(set(places)) == len(places)


def test_the_windows_of_a_claim_are_those_that_are_spanned(graph: Graph) -> None:
    with duckdb.connect() as connection:
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.fct_usage_daily as select cast(unnest(range(date '2026-02-01', date '2026-03-01', "
            "interval 1 day)) as date) as usage_date"
        )
        asked = "select '' as span_name, date '2026-01-01' as start_date, date '2026-01-01' as end_date"
        query = compose(graph, "int_claims_spanned_router", {"int_claims_asked": asked})
        assert {row[0] for row in connection.execute(query).fetchall()} == set(WINDOWS)


def test_a_check_by_hand_reads_nothing_but_what_is_published(graph: Graph) -> None:
    models = graph.models
    counting = [name for name in models if name.startswith("int_claims_") and name not in GIVEN]
    read = {name for model in counting for name in models[model].reads}
    assert read - models.keys() == set(), "a seed is not published"
    assert {name for name in read if not name.startswith("int_claims_")} <= METRIC_BY_ID.keys()


def test_what_a_claim_stands_on_is_followed_by_the_verdicts() -> None:
    followed = set(GROUP_BY_ID["claims"].follows.groups)
    assert {METRIC_BY_ID[about.stands_on].group for about in ABOUTS if about.stands_on} <= followed
    assert [about for about in ABOUTS if not about.stands_on] == list(ELSEWHERE)


def test_every_shipped_claim_is_about_something_in_a_unit_we_tell() -> None:
    for claim in parse(fetch_of("claims", page_of(SHIPPED / "claims.csv"))).events:
        about = ABOUT_BY_NAME[claim.about]  # type: ignore[attr-defined]
        assert claim.unit == about.unit  # type: ignore[attr-defined]
