"""v1 may only gain optional fields: every topic against the schema that was given out, and the comparer broken."""

import json
import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from tokenshare.fields import STEERING, TEXT, TEXT_OR_NOTHING
from tokenshare.render.schemas import breaches, schema_of
from tokenshare.topics import TOPICS, Topic

SCHEMAS = Path(__file__).parents[2] / "docs" / "reference" / "schemas"
OLD: dict[str, Any] = {
    "required": ["id", "tokens"],
    "properties": {
        "id": {"type": "string", "pattern": "^[a-z]+$", "maxLength": 8},
        "tokens": {"type": "integer", "minimum": 0, "maximum": 9},
        "note": {"type": ["string", "null"], "default": None},
    },
}
PYTHON_ONLY = re.compile(r"\(\?[P#>a-zA-Z]|\\[AZz]|\\[pP]\{|[*+?}]\+")


def with_field(name: str, **said: Any) -> dict[str, Any]:
    new = deepcopy(OLD)
    new["properties"][name] = {**new["properties"].get(name, {}), **said}
    return new


def without(name: str) -> dict[str, Any]:
    new = deepcopy(OLD)
    del new["properties"][name]
    return {**new, "required": [field for field in new["required"] if field != name]}


@pytest.mark.parametrize("within", [{}, {"type": "array"}], ids=["a text", "a list of texts"])
def test_a_text_may_lose_what_steers_and_never_gain_it(within: dict[str, Any]) -> None:
    def schema(pattern: str) -> dict[str, Any]:
        text = {"type": "string", "pattern": pattern}
        return {"required": [], "properties": {"name": {**within, "items": text} if within else text}}

    before = r"^[a-z]*[^\x00-\x1f\x7f]+$"
    after = before.replace(r"\x00-\x1f\x7f", STEERING)
    assert breaches(schema(before), schema(after)) == []
    assert breaches(schema(after), schema(before)) != []
    assert breaches(schema(before), schema(after.replace("[a-z]*", "[a-y]*"))) != []


def required(*names: str) -> dict[str, Any]:
    return {**OLD, "required": list(names)}


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_a_topic_keeps_what_it_promised(topic: Topic) -> None:
    committed = json.loads((SCHEMAS / f"{topic.name}.json").read_text(encoding="utf-8"))
    assert breaches(committed, schema_of(topic)) == []


@pytest.mark.parametrize(
    "new",
    [
        OLD,
        with_field("provider", type=["string", "null"], default=None),
        with_field("id", description="Reworded."),
        with_field("tokens", maximum=99),
        with_field("id", maxLength=80),
        with_field("note", pattern=TEXT_OR_NOTHING),
    ],
    ids=["the same", "an optional field", "other words", "a wider bound", "longer text", "without what steers"],
)
def test_what_may_happen_within_a_version(new: dict[str, Any]) -> None:
    assert breaches(OLD, new) == []


@pytest.mark.parametrize(
    ("new", "said"),
    [
        (without("note"), "note was removed or renamed"),
        (without("tokens"), "tokens was removed or renamed"),
        (with_field("tokens", type="number"), "tokens is of another type"),
        (with_field("tokens", type=["integer", "null"]), "tokens is of another type"),
        (with_field("note", pattern="^[a-z]+$"), "note takes other values"),
        (with_field("id", pattern=TEXT), "id takes other values"),
        (with_field("note", type="string"), "note is of another type"),
        (with_field("id", format="date"), "id is of another type"),
        (with_field("id", pattern="^[A-Z]+$"), "id takes other values"),
        (with_field("id", maxLength=7), "id takes other values"),
        (with_field("tokens", minimum=1), "tokens takes other values"),
        (with_field("tokens", maximum=8), "tokens takes other values"),
        (with_field("note", minLength=1), "note takes other values"),
        (required("id", "tokens", "note"), "note is required now"),
        (required("id"), "tokens may be missing now"),
    ],
)
def test_what_is_a_new_version(new: dict[str, Any], said: str) -> None:
    assert breaches(OLD, new) == [said]


def test_a_new_required_field_is_a_new_version() -> None:
    new = with_field("provider", type="string")
    assert breaches(OLD, {**new, "required": [*OLD["required"], "provider"]}) == ["provider is required now"]


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_a_schema_says_all_it_should(topic: Topic) -> None:
    schema = schema_of(topic)
    assert schema["$id"] == topic.name
    assert schema["additionalProperties"] is False
    optional = {name for name, field in topic.event.model_fields.items() if not field.is_required()}
    assert set(schema["required"]) == set(schema["properties"]) - optional
    assert all(found["description"] for found in schema["properties"].values())
    for pattern in re.findall(r'"pattern": "(.*?)(?<!\\)"', json.dumps(schema)):
        assert not PYTHON_ONLY.search(pattern), f"{pattern} is not ECMA-262"
