"""Failing gates and builds: no candidate is published if it could not be judged or built."""

import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest
from dbt.adapters.duckdb.environments.local import DuckDBCursorWrapper

from connectors.beam import pipeline
from connectors.beam.transforms import LandRanges
from connectors.kafka import dead_letter_reader, producer, ranges, topics
from connectors.kafka.cluster import Cluster
from connectors.kafka.producer import Message
from connectors.storage import home, landing, warehouse
from connectors.storage.home import Home
from expectations import gates, suites, validation
from expectations.profiles import ProfileLine
from flows.stages import dbt
from flows.stages.land import WriteRange
from flows.stages.land import _reject as reject
from flows.stages.proof import FindUnproven
from tests.cli.homes import OPEN, other_process
from tests.faults.models import land
from tests.gates.consistent import case, judge, shut
from tests.kafka.conftest import cluster, cluster_factory
from tokenshare.codec import encode
from tokenshare.events import UsageObserved
from tokenshare.metrics import METRIC_BY_ID
from tokenshare.noop import noop
from tokenshare.offsets import Landed, Range
from tokenshare.topics import USAGE_OBSERVED

__all__ = ["cluster", "cluster_factory"]

Record = Callable[[str, Any], None]
TOTAL, PRICES, QUOTES = "router_tokens_weekly", "list_price_daily", "fct_quotes_daily"
FAILING, WARNING, LEFT_OUT = (
    *("a_day_is_the_rows_of_one_fetch", "usage_finds_its_dimensions", "every_selected_row_is_in_the_fact_once"),
)
WARN = "{{ config(severity='warn') }} select 1"
DISABLED = "{{ config(enabled=false) }} select 1"
ROWS = "expect_table_row_count_to_be_between"


PINNED = suites.pin(METRIC_BY_ID[TOTAL])


TAMPERED: tuple[Mapping[str, Any], ...] = (
    {},
    {TOTAL: {**PINNED, "digest": "0" * 64}},
    {TOTAL: {**PINNED, "expectations": PINNED["expectations"] - 1}},
)


@pytest.mark.parametrize("pins", TAMPERED)
def test_g01_a_suite_that_is_not_the_pinned_one_shuts_the_gate(
    pins: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch, record_property: Record
) -> None:
    """A suite file that is empty, of another digest, or one expectation short."""
    monkeypatch.setattr(gates, "pins", lambda: pins)
    assert shut(case(TOTAL)) == {TOTAL: ["suite_pinned"]}
    record_property("observed", "held by suite_pinned")


def test_g01_a_lost_expectation_is_seen(monkeypatch: pytest.MonkeyPatch, record_property: Record) -> None:
    """A suite without its last expectation."""
    whole = suites.suite_for

    def poorer(metric: Any) -> Any:
        suite = whole(metric)
        suite.expectations = suite.expectations[:-1]
        return suite

    monkeypatch.setattr(suites, "suite_for", poorer)
    suites.pin.cache_clear()
    try:
        assert shut(case(TOTAL)) == {TOTAL: ["suite_pinned"]}
    finally:
        suites.pin.cache_clear()
    record_property("observed", "held by suite_pinned")


def test_g01_a_judge_that_raises_lets_nothing_out(monkeypatch: pytest.MonkeyPatch, record_property: Record) -> None:
    """Great Expectations raises as soon as it is asked."""

    def raises() -> Any:
        raise RuntimeError("no context")

    monkeypatch.setattr(validation, "_frames", raises)
    names = shut(case(TOTAL))[TOTAL]
    assert {ROWS, "other_rows", "freshness"} <= set(names)
    record_property("observed", f"held by {len(names)} checks")


WRONG_RESULTS: dict[str, Callable[[Any], list[Any]]] = {
    "raised": lambda found: [{**found, "exception_info": {"some metric": {"raised_exception": True}}}],
    "unevaluated": lambda found: [],
    "without keys": lambda found: [{**found, "result": {"element_count": 2}}],
    "of other lines": lambda found: [{**found, "result": {**found["result"], "element_count": 1}}],
    "at odds with itself": lambda found: [{**found, "success": False}],
}


@pytest.mark.parametrize("fault", WRONG_RESULTS)
def test_g01_an_expectation_that_was_not_evaluated_has_failed(
    fault: str, monkeypatch: pytest.MonkeyPatch, record_property: Record
) -> None:
    """One of the expectations raises, has no result, or another one than of every line."""
    lines = [ProfileLine("a", 1, 2, 0, 3), ProfileLine("b", 0, 0, 0, 0)]
    result = {"element_count": 2, "unexpected_index_list": []}
    sound = {"success": True, "exception_info": {"raised_exception": False}, "result": result}

    def answer(results: list[Any]) -> frozenset[str]:
        found = SimpleNamespace(results=[SimpleNamespace(**result) for result in results])
        batch = SimpleNamespace(validate=lambda suite, result_format: found)
        monkeypatch.setattr(validation, "_frames", lambda: SimpleNamespace(get_batch=lambda parameters: batch))
        (found,) = validation.find_sound([lines])
        return found

    assert answer([sound, sound]) == {"a", "b"}
    assert answer([sound, *WRONG_RESULTS[fault](sound)]) == frozenset()
    record_property("observed", "nothing passes")


def test_g01_what_breaks_a_validation_breaks_no_other_group(record_property: Record) -> None:
    """A profile that Great Expectations cannot read, between two sound ones."""
    sound, other = [ProfileLine("a", 1, 2, 0, 3)], [ProfileLine("c", 0, 0, 0, 0), ProfileLine("d", 4, 5, 0, 3)]
    unreadable = [ProfileLine("b", "one", object(), 0, 3)]  # type: ignore[arg-type]
    assert validation.find_sound([sound, unreadable, other]) == [{"a"}, frozenset(), {"c"}]
    assert validation.find_sound([sound, [], other]) == [{"a"}, frozenset(), {"c"}]
    record_property("observed", "its own group is held, and no other")


def test_g02_a_relation_that_was_not_built_shuts_the_gate(record_property: Record) -> None:
    """dbt built no relation for a metric."""
    sound = case(TOTAL)
    without = {id: found for id, found in sound.candidates.items() if id != TOTAL}
    assert shut(replace(sound, candidates=without)) == {TOTAL: ["build"]}
    record_property("observed", "held by build")


@pytest.mark.parametrize("id", [TOTAL, PRICES, "dim_vendors"])
def test_g02_a_failed_dbt_test_shuts_every_gate(id: str, record_property: Record) -> None:
    """A relation test of dbt is among the failed."""
    assert shut(replace(case(id), failed_nodes={"usage_finds_its_dimensions": ""})) == {id: ["dbt_build"]}
    record_property("observed", "held by dbt_build")


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The result of a build of a project with a failing model, failing, warning and missing tests."""
    home = tmp_path_factory.mktemp("broken")
    project = shutil.copytree(dbt.PROJECT, home / "dbt", ignore=shutil.ignore_patterns("target", "logs"))
    tests = project / "tests" / "router"
    (project / "models" / "metrics" / "router" / f"{TOTAL}.sql").write_text("select error('a defect') as tokens\n")
    for name, said in ((FAILING, "select 1"), (WARNING, WARN), (LEFT_OUT, DISABLED)):
        (tests / f"{name}.sql").write_text(f"{said} from {{{{ ref('int_usage_selected') }}}}\n")
    land().write(home / "warehouse.duckdb")
    wanted = [TOTAL, "vendor_share_daily", "fct_usage_daily", "dim_models", "dim_vendors"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dbt, "PROJECT", project)
        return dbt.build(home / "warehouse.duckdb", {}, home / "work", wanted, with_tests=True)


@pytest.mark.parametrize("name", [TOTAL, FAILING, WARNING, LEFT_OUT])
def test_g02_what_failed_warned_or_is_missing_has_failed(
    broken: dict[str, str], name: str, record_property: Record
) -> None:
    """A failing model, a failing test, a warning one, and one switched off."""
    assert name in broken
    record_property("observed", f"{name} has failed, as {len(broken)} in all")


def test_g02_what_stands_on_it_is_held_and_nothing_else(
    broken: dict[str, str], tmp_path: Path, record_property: Record
) -> None:
    """The same build in front of the gates of its own family, and of another."""
    read = dbt.read_graph(tmp_path)
    concerned = {id: read.concerning(broken, [METRIC_BY_ID[id]]) for id in (TOTAL, "vendor_share_daily", QUOTES)}
    assert TOTAL in concerned[TOTAL]
    assert TOTAL not in concerned["vendor_share_daily"]
    assert {FAILING, WARNING, LEFT_OUT} <= set(concerned["vendor_share_daily"])
    assert concerned[QUOTES] == ()
    record_property("observed", "the router's metrics are held, those of markets are not")


@pytest.mark.threat("X32")
def test_g02_the_error_of_dbt_stands_in_the_check(
    broken: dict[str, str], tmp_path: Path, record_property: Record
) -> None:
    """The same build in front of the gate of the failed model: the check begins with what dbt answered."""
    assert f"Error in model {TOTAL} (models/" in broken[TOTAL]
    assert broken[LEFT_OUT] == ""
    assert str(tmp_path.parent) not in "".join(broken.values())
    found = {name: broken[name] for name in dbt.read_graph(tmp_path).concerning(broken, [METRIC_BY_ID[TOTAL]])}
    (check,) = [check for check in judge(replace(case(TOTAL), failed_nodes=found))[TOTAL] if check.name == "dbt_build"]
    assert re.match(rf"(?!{LEFT_OUT})\w+: .+; failed: ", check.observed)
    assert {TOTAL, FAILING, WARNING, LEFT_OUT} <= set(check.observed.partition("; failed: ")[2].split(", "))
    record_property("observed", check.observed[:80])


def test_g02_a_build_that_breaks_off_lets_go_of_the_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record_property: Record
) -> None:
    """No space for dbt's first schemas."""
    made = Home(tmp_path / "home")
    home.initialise(made, "synthetic")
    with warehouse.open_warehouse(made.warehouse) as connection:
        warehouse.show_landed(connection, made.landing)
    execute = DuckDBCursorWrapper.execute

    def refused(cursor: Any, query: str, bindings: Any = None) -> Any:
        if "create schema" in query:
            raise duckdb.IOException("no space left")
        return execute(cursor, query, bindings)

    monkeypatch.setattr(DuckDBCursorWrapper, "execute", refused)
    variables = {"usage_sources": ["openrouter_rankings"]}
    (said,) = dbt.build(made.warehouse, variables, made.build / "dbt", ["dim_vendors"]).values()
    assert "no space left" in said
    with other_process(OPEN, made.warehouse):
        pass
    record_property("observed", "the build has failed, and another process can open the database")


def test_g04_a_range_that_is_landed_twice_lands_once(cluster: Cluster, tmp_path: Path, record_property: Record) -> None:
    """The pipeline runs twice over the same range, as after a retried bundle."""
    topics.create(cluster, [USAGE_OBSERVED.name, USAGE_OBSERVED.dead_letter])
    good = [event(tokens) for tokens in range(5)]
    producer.send(cluster, [Message(USAGE_OBSERVED.name, b"k", value) for value in (*good, b"no event")])
    wanted = Range(USAGE_OBSERVED.name, 0, 0, 6)
    made = []
    for _ in range(2):
        write = WriteRange(tmp_path, noop)
        land = LandRanges(ranges.RangeReader(cluster), FindUnproven(None, {}), partial(reject, cluster), write)
        pipeline.run([wanted], land)
        made.append((tmp_path / wanted.file_name).read_bytes())
    assert made[0] == made[1]
    assert landing.read_manifest(tmp_path, wanted) == Landed(wanted, 5, 1)
    assert [path.name for path in tmp_path.rglob("*.parquet")] == [Path(wanted.file_name).name]
    found = dead_letter_reader.read(cluster, [USAGE_OBSERVED.name])
    assert [letter.id for letter in found] == [(USAGE_OBSERVED.name, 0, 5)]
    record_property("observed", "one file, 5 rows, the same bytes; one dead letter by its origin")


def event(tokens: int) -> bytes:
    at = datetime(2026, 6, 15, 5, tzinfo=UTC)
    return encode(
        UsageObserved.identified(
            source_id="openrouter_rankings", observed_at=at, fetch_id="f" * 32, usage_date=date(2026, 6, 14),
            model_permaslug="a/b", tokens=tokens, as_of=at,
        )
    )  # fmt: skip
