"""The AsyncAPI document: every topic, and references that lead somewhere."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema

from tokenshare.topics import TOPICS

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docs/reference/asyncapi.json"
DOCUMENT = json.loads(FILE.read_text())
NAMES = [topic.name for topic in TOPICS]
# What AsyncAPI 3.0 asks for, of the parts used here.
REFERENCE = {"type": "object", "required": ["$ref"], "additionalProperties": False, "properties": {"$ref": {}}}
SHAPE = {
    "type": "object",
    "required": ["asyncapi", "info"],
    "properties": {
        "asyncapi": {"const": "3.0.0"},
        "info": {"type": "object", "required": ["title", "version"]},
        "channels": {
            "additionalProperties": {
                "type": "object",
                "required": ["address"],
                "properties": {"messages": {"additionalProperties": REFERENCE}},
            }
        },
        "operations": {
            "additionalProperties": {
                "type": "object",
                "required": ["action", "channel"],
                "properties": {
                    "action": {"enum": ["send", "receive"]},
                    "channel": REFERENCE,
                    "messages": {"type": "array", "items": REFERENCE},
                },
            }
        },
        "components": {
            "type": "object",
            "properties": {"messages": {"propertyNames": {"pattern": r"^[\w\d.\-_]+$"}}},
        },
    },
}


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"]
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from references(one)


def test_it_has_the_shape_of_asyncapi_and_every_topic() -> None:
    jsonschema.Draft202012Validator(SHAPE).validate(DOCUMENT)
    assert list(DOCUMENT["channels"]) == list(DOCUMENT["components"]["messages"]) == NAMES
    assert [channel["address"] for channel in DOCUMENT["channels"].values()] == NAMES


def test_every_reference_leads_somewhere() -> None:
    found = set(references(DOCUMENT))
    assert len(found) == 4 * len(NAMES)
    for reference in found:
        if not reference.startswith("#/"):
            assert json.loads((FILE.parent / reference).read_text())["$id"] in NAMES
            continue
        at = DOCUMENT
        for part in reference.removeprefix("#/").split("/"):
            at = at[part]


def test_a_channel_a_message_and_its_payload_are_of_one_topic() -> None:
    for name in NAMES:
        assert DOCUMENT["channels"][name]["messages"]["event"]["$ref"] == f"#/components/messages/{name}"
        assert DOCUMENT["components"]["messages"][name]["payload"]["$ref"] == f"schemas/{name}.json"
    for operation in DOCUMENT["operations"].values():
        assert operation["messages"] == [{"$ref": f"{operation['channel']['$ref']}/messages/event"}]
