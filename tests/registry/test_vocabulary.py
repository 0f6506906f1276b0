"""Fields, columns, events and topics keep the naming rules: a unit shows in the name, a name has a meaning."""

import re
from pathlib import Path
from typing import Annotated, get_args, get_origin

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from tokenshare import events, fields, rows
from tokenshare.columns import Column, columns_of
from tokenshare.events import Event
from tokenshare.metrics import METRICS
from tokenshare.rows import RowContract
from tokenshare.topics import TOPIC_BY_NAME, TOPICS, Topic

ALIASES = {name: found for name, found in vars(fields).items() if get_origin(found) is Annotated}
CONTRACTS: list[type[BaseModel]] = [*dict.fromkeys([*(topic.event for topic in TOPICS), *(m.row for m in METRICS)])]
COLUMNS = [(contract, column) for contract in CONTRACTS for column in columns_of(contract)]
SUBJECT = re.compile(r"[a-z_]+(\.[a-z_]+)*\.[a-z]+(ed|n)")
UPSTREAM_WORDS = {"share_of_daily_tokens"}  # kept as the export calls it
WITHOUT_MEANING = {"Moment", "AwareDatetime"}  # what other aliases are made of
SUFFIX_RULES = {  # column suffix or prefix -> SQL type and unit
    "_share": ("DOUBLE", {"ratio"}),
    "_ratio": ("DOUBLE", {"ratio"}),
    "_count": ("BIGINT", {"count"}),
    "_rank": ("BIGINT", {"rank"}),
    "_tokens": ("BIGINT", {"tokens"}),
    "_date": ("DATE", {""}),
    "_at": ("TIMESTAMPTZ", {""}),
    "_id": ("VARCHAR", {""}),
    "_usd_per_million": ("DOUBLE", {"USD/1M tokens"}),
    "_usd_per_token": ("VARCHAR", {"USD/token"}),
}


def descendants(kind: type) -> set[type]:
    return {found for child in kind.__subclasses__() for found in ({child} | descendants(child))}


def described(alias: object) -> bool:
    return any(isinstance(rule, FieldInfo) and rule.description for rule in get_args(alias)[1:])


def name_of(case: tuple[type, Column]) -> str:
    return f"{case[0].__name__}.{case[1].name}"


def test_the_dictionary_has_aliases() -> None:
    assert len(ALIASES) > 30
    assert ALIASES.keys() > WITHOUT_MEANING - {"AwareDatetime"}


@pytest.mark.parametrize("name", sorted(ALIASES.keys() - WITHOUT_MEANING))
def test_a_field_has_a_meaning(name: str) -> None:
    assert described(ALIASES[name]), f"{name} has no description"


def test_no_field_is_defined_in_two_chapters() -> None:
    found: dict[str, list[str]] = {}
    for path in Path(*fields.__path__).glob("*.py"):
        names = re.findall(r"^([A-Z]\w*) = ", path.read_text(encoding="utf-8"), re.MULTILINE)
        for name in names:
            found.setdefault(name, []).append(path.stem)
    assert found.keys() >= ALIASES.keys() - {"AwareDatetime"}
    assert {name: chapters for name, chapters in found.items() if len(chapters) > 1} == {}


def test_every_field_is_used() -> None:
    files = (path for package in (events, rows, fields) for path in Path(*package.__path__).glob("*.py"))
    text = "".join(path.read_text(encoding="utf-8") for path in files)
    unused = [name for name in ALIASES if len(re.findall(rf"\b{name}\b", text)) < 2]
    assert unused == []


@pytest.mark.parametrize("case", COLUMNS, ids=name_of)
def test_a_column_has_a_meaning_and_its_name_a_unit(case: tuple[type, Column]) -> None:
    column = case[1]
    assert column.description
    assert breaks_of(column) == []


def breaks_of(column: Column) -> list[str]:
    """Which naming rules a column does not keep."""
    is_ours = column.name not in UPSTREAM_WORDS and not column.name.startswith(("is_", "has_"))
    found = [suffix for suffix in SUFFIX_RULES if is_ours and column.name.endswith(suffix)]
    wrong = [s for s in found if column.sql_type != SUFFIX_RULES[s][0] or column.unit not in SUFFIX_RULES[s][1]]
    is_change = column.name in ("change_share", "change_year_share", "gap_share")
    bounds = {(-1, 1), (-1, None)} if is_change else {(0, 1)}  # a value can more than double, a share of one cannot
    if column.name.endswith("_share") and (column.minimum, column.maximum) not in bounds:
        wrong.append("a share lies in 0..1")
    if (column.sql_type == "BOOLEAN") != column.name.startswith(("is_", "has_")):
        wrong.append("is_ and has_ are for what is true or false")
    if column.is_number and not column.unit:
        wrong.append("a number has a unit")
    if column.sql_type == "BIGINT" and (column.minimum is None or column.maximum is None):
        wrong.append("a count is bounded to what Arrow and DuckDB hold")
    return wrong


@pytest.mark.parametrize(
    "column",
    [
        Column("china_share", "DOUBLE", False, "x", "ratio", 0, 100),
        Column("china_share", "DOUBLE", False, "x", "percent", 0, 1),
        Column("china_share", "BIGINT", False, "x", "ratio", 0, 1),
        Column("is_chinese", "BIGINT", False, "x", "count", 0, 1),
        Column("chinese", "BOOLEAN", False, "x"),
        Column("models_count", "DOUBLE", False, "x", "count", 0, 9),
        Column("price", "DOUBLE", False, "x"),
        Column("usage_date", "VARCHAR", False, "x"),
        Column("tokens", "BIGINT", False, "x", "tokens", 0),
    ],
    ids=lambda column: f"{column.name}:{column.sql_type}",
)
def test_a_name_that_misleads_is_seen(column: Column) -> None:
    assert breaks_of(column)


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_a_topic_is_named_for_what_happened(topic: Topic) -> None:
    assert SUBJECT.fullmatch(topic.subject), f"{topic.subject}: not <subject>.<past participle>"
    assert topic.name == f"{topic.subject}.v{topic.version}"
    assert topic.table == re.sub(r"\.", "_", topic.name)
    words = re.split(r"[._]", topic.subject)
    assert topic.event.__name__ == "".join(word.title() for word in words)
    assert set(topic.key.split("/")) <= topic.event.model_fields.keys()
    assert topic.description


@pytest.mark.parametrize("subject", ["usage", "usage.observe", "Usage.observed", "usage observed", ""])
def test_another_subject_is_seen(subject: str) -> None:
    assert not SUBJECT.fullmatch(subject)


def test_every_event_travels_on_one_topic() -> None:
    assert sorted(e.__name__ for e in descendants(Event)) == sorted(topic.event.__name__ for topic in TOPICS)
    assert {topic.name: topic for topic in TOPICS} == TOPIC_BY_NAME
    assert len(TOPIC_BY_NAME) == len(TOPICS)


def test_every_row_contract_is_a_metrics_own_or_the_parent_of_one() -> None:
    used = {kind for metric in METRICS for kind in metric.row.__mro__}
    assert {kind.__name__ for kind in descendants(RowContract)} == {k.__name__ for k in used & descendants(RowContract)}


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_an_event_declares_its_identity_in_its_own_fields(topic: Topic) -> None:
    event = topic.event
    assert event.outside_identity <= event.model_fields.keys()
    assert event.period is None or event.period in event.model_fields
    assert event.model_config["frozen"]
    assert event.model_config["strict"]
    assert event.model_config["extra"] == "forbid"
