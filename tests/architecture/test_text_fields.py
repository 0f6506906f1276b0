"""Every text of an event is bounded by a pattern, and no pattern lets through what would steer a terminal."""

import re
import sys
from collections.abc import Iterator
from functools import cache
from typing import Annotated, Any
from unicodedata import category

import pytest
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from tokenshare import fields as f
from tokenshare.topics import TOPICS, Topic

SCRIPTS = (
    "模型",
    "модель",
    "نموذج",
    "é",
    "\u00a0",
    "\u2013",
    "\U0001f600",
    "\ufe0f",
    "\u0301",
    "[/x]",
    "a/b:free",
    "(1)",
)


@cache
def steering() -> tuple[str, ...]:
    letters = map(chr, range(sys.maxunicode + 1))
    return tuple(letter for letter in letters if category(letter) in ("Cc", "Cf", "Zl", "Zp"))


def texts(schema: Any, place: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """The parts of a JSON Schema that are text, names of properties aside."""
    if isinstance(schema, dict):
        if schema.get("type") == "string" and not schema.keys() & {"enum", "const", "format"}:
            yield place, schema
        if schema.get("type") == "object" and schema.keys() & {"additionalProperties", "patternProperties"}:
            yield from ((place, {"pattern": pattern}) for pattern in schema.get("patternProperties", {}))
        for name, part in schema.items():
            yield from texts(part, f"{place}.{name}")
    elif isinstance(schema, list):
        for part in schema:
            yield from texts(part, place)


def unbounded(contract: type[BaseModel]) -> list[str]:
    """The texts without a pattern, and those whose pattern takes a letter that steers."""
    found = []
    for place, schema in texts(contract.model_json_schema()):
        strange = [letter for letter in steering() if takes(schema.get("pattern"), letter)]
        found += [f"{place} takes {strange[0]!r}"] if strange else []
    return found


def takes(pattern: str | None, letter: str) -> bool:
    """True if a text with that letter, or it alone, passes; as pydantic reads the pattern, not as Python would."""
    adapter = adapter_of(pattern)
    return any(_passes(adapter, text) for text in (letter, f"a{letter}a"))


@cache
def adapter_of(pattern: str | None) -> TypeAdapter[str]:
    return TypeAdapter(Annotated[str, Field(pattern=pattern)])


def _passes(adapter: TypeAdapter[str], text: str) -> bool:
    try:
        adapter.validate_python(text)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
@pytest.mark.threat("S7")
def test_every_text_of_an_event_is_bounded(topic: Topic) -> None:
    assert list(texts(topic.event.model_json_schema()))
    assert unbounded(topic.event) == []


class Unbounded(BaseModel):
    """One text without a pattern, in each place that a text can have."""

    plain: str
    optional: Annotated[str, Field(max_length=9)] | None
    several: tuple[Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]+$")], ...]
    bounded: Annotated[str, Field(pattern=f.TEXT)]


@pytest.mark.threat("S7")
def test_an_unbounded_text_is_seen() -> None:
    places = [line.split()[0] for line in unbounded(Unbounded)]
    assert places == [".properties.plain", ".properties.optional.anyOf", ".properties.several.items"]


@pytest.mark.parametrize("pattern", [f.TEXT, f.TEXT_OR_NOTHING])
@pytest.mark.threat("S7")
def test_the_pattern_refuses_what_steers_and_nothing_else(pattern: str) -> None:
    assert [letter for letter in steering() if takes(pattern, letter)] == []
    assert [text for text in SCRIPTS if not _passes(adapter_of(pattern), text)] == []
    refused = {letter for letter in map(chr, range(0x3000)) if not re.search(pattern, letter)}
    assert {category(letter) for letter in refused} <= {"Cc", "Cf", "Zl", "Zp"}
