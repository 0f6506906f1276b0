"""The metric registry against the SQL, walked both ways: nothing undeclared, nothing orphaned."""

import csv
import re
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from connectors.sources import SOURCES
from expectations.laws import LAWS
from tokenshare.columns import columns_of
from tokenshare.metrics import GROUP_BY_ID, GROUPS, METRIC_BY_ID, METRICS, Group, Metric
from tokenshare.sources import Source
from tokenshare.topics import PUSHED, TOPICS

ROOT = Path(__file__).parents[2]
MODELS = ROOT / "dbt" / "models"
RELATIONS = {metric.relation: metric for metric in METRICS}
with Path(__file__).with_name("published.csv").open(encoding="utf-8", newline="") as file:
    PUBLISHED = list(csv.DictReader(file))
BY_ID = {"argvalues": METRICS, "ids": lambda metric: metric.id}
CHECK_NAME = re.compile(r"^\s*(?:select|union all select)\s+'([a-z_]+)'", re.MULTILINE)
TAKEN_OVER = re.compile(r"{{ ref\('(\w+)'\) }}(?:\s+where check_name (?:= |in \()((?:'\w+'(?:, )?)+)\)?(?! or))?")
MEASURES = re.compile(r"'\w+' as check_name|check_name, ")
JUDGED = [group for group in GROUPS if group.evidence]
AGEING = {metric.group for metric in METRICS if metric.freshness is not None}


def models_in(schema: str) -> list[str]:
    return [path.stem for path in (MODELS / schema).rglob("*.sql")]


def unit_tested() -> set[str]:
    found = (yaml.safe_load(path.read_text()) for path in MODELS.rglob("unit_tests.yml"))
    return {test["model"] for document in found for test in document["unit_tests"]}


def checks_in(model: str) -> Counter[str]:
    """Check names that the SQL measures, and how often each; what it takes over from other measures counts as one."""
    (path,) = (MODELS / "intermediate").rglob(f"{model}.sql")
    sql = re.sub(r"--.*", "", path.read_text())
    found = Counter(CHECK_NAME.findall(sql))
    for other, names in TAKEN_OVER.findall(sql):
        if any(MEASURES.search(path.read_text()) for path in MODELS.rglob(f"{other}.sql")):
            found |= Counter(re.findall(r"\w+", names)) or checks_in(other)
    return found


@pytest.mark.parametrize("schema", ["metrics", "marts"])
def test_every_metric_has_one_model_of_its_id_and_every_model_its_metric(schema: str) -> None:
    assert sorted(models_in(schema)) == sorted(metric.id for metric in METRICS if metric.schema == schema)


def test_ids_are_unique() -> None:
    assert len(METRIC_BY_ID) == len(METRICS)


def test_every_metric_has_a_unit_test_and_every_unit_test_a_model() -> None:
    assert {metric.id for metric in METRICS if metric.schema == "metrics"} <= unit_tested()
    assert unit_tested() <= {path.stem for path in MODELS.rglob("*.sql")}


def test_every_law_named_exists_and_every_law_is_used() -> None:
    assert {law for metric in METRICS for law in metric.laws} == LAWS.keys()


def test_every_law_and_check_has_its_reason() -> None:
    assert all(law.meaning for law in LAWS.values())
    assert all(evidence.meaning for group in GROUPS for evidence in group.evidence)


@pytest.mark.parametrize("group", JUDGED, ids=lambda group: group.id)
def test_every_check_is_measured_and_every_measure_judged(group: Group) -> None:
    measured = checks_in(group.measured_by)
    assert measured.keys() == {evidence.name for evidence in group.evidence}
    assert set(measured.values()) == {1}
    assert group.dated_by in measured if group.id in AGEING else not group.dated_by


def test_groups_have_evidence_where_their_numbers_can_grow_old() -> None:
    assert {group.id for group in GROUPS} == {metric.group for metric in METRICS}
    assert {group.id for group in JUDGED} >= AGEING
    assert {group.id for group in GROUPS if group.provenance} == {m.group for m in METRICS if m.sources}


def test_every_model_that_a_group_names_exists() -> None:
    models = {path.stem for path in MODELS.rglob("*.sql")}
    named = {name for group in GROUPS for name in (group.measured_by, *group.listed) if name}
    assert named | {part.model for group in GROUPS for part in group.provenance} <= models


def test_every_interval_is_one() -> None:
    assert all(e.within.minimum <= e.within.maximum for group in GROUPS for e in group.evidence)
    assert all(law.minimum <= law.maximum for law in LAWS.values())
    (unknown,) = (e for e in GROUP_BY_ID["router"].evidence if e.name == "unknown_share")
    assert unknown.within.maximum == 0.6  # real days reach 0.38, and the bounds say what that means


@pytest.mark.parametrize("metric", **BY_ID)
def test_a_metric_declares_itself_in_full(metric: Metric) -> None:
    names = [column.name for column in columns_of(metric.row)]
    said = (metric.title, metric.method, metric.denominator, metric.exclusions, metric.coverage, metric.owner)
    assert all(said)
    assert set(metric.grain) <= set(names)
    assert not any(column.is_nullable for column in columns_of(metric.row) if column.name in metric.grain)
    assert metric.share is None or metric.share in names
    assert set(metric.topics) <= set(TOPICS)
    assert set(metric.sources) <= {source.id for source in SOURCES} | PUSHED.keys()
    assert metric.group in GROUP_BY_ID
    assert metric.freshness is None or metric.window != "snapshot"
    assert metric.freshness is None or metric.freshness > timedelta(0)


@pytest.mark.parametrize("metric", **BY_ID)
def test_the_sources_of_a_metric_emit_its_topics(metric: Metric) -> None:
    emitted = {topic for source in SOURCES if source.id in metric.sources for topic in source.emits}
    emitted |= {topic for receiver, topic in PUSHED.items() if receiver in metric.sources}
    assert set(metric.topics) - emitted <= {topic for topic in TOPICS if topic.subject == "fetch.completed"}


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.id)
def test_what_a_source_emits_is_read_by_a_metric_of_it(source: Source) -> None:
    """Events that no metric names would be fetched and landed for nothing, and nobody would notice."""
    read = {topic for metric in METRICS if source.id in metric.sources for topic in metric.topics}
    assert set(source.emits) <= read


def test_members_of_a_group_have_one_freshness() -> None:
    assert all(len({m.freshness for m in METRICS if m.group == group.id}) == 1 for group in JUDGED)


@pytest.mark.parametrize("published", PUBLISHED, ids=lambda row: row["relation"])
def test_what_is_published_keeps_its_names_and_its_key(published: dict[str, str]) -> None:
    """The only list beside the registry: it says what readers have, so no change of the registry may change it.

    It holds what a release has given out; columns and relations may be added, and join it with the next release.
    """
    metric = RELATIONS[published["relation"]]
    names = {column.name for column in columns_of(metric.row)}
    assert metric.grain == tuple(published["key"].split())
    assert set(published["columns"].split()) <= names
