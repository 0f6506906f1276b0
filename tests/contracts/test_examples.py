"""The examples are the specification: what passes survives the round trip, what fails says what was wrong where."""

import json
from typing import Any

import jsonschema
import pytest

from tests.contracts.examples import Example, failing, messages, passing
from tokenshare.codec import decode, encode
from tokenshare.errors import ContractViolation
from tokenshare.events import Event
from tokenshare.render.schemas import schema_of
from tokenshare.topics import TOPICS, Topic

ENVELOPE = {  # refused on every topic
    *("malformed", "truncated", "empty", "two_documents", "array", "byte_order_mark", "not_utf8", "utf16"),
    *("duplicate_key", "unknown_field", "look_alike_field", "missing_field", "null_field", "number_for_text"),
    *("naive_time", "other_offset", "epoch_for_time", "day_for_time", "nul", "lone_surrogate", "nested_deeply"),
    *("raw_control_character", "event_id_in_capitals", "nan", "infinity", "minus_infinity", "overflowing_float"),
    "integer_of_5000_digits",
}
COUNTS = {
    *("count_true", "count_exponent", "count_float", "count_text_with_comma", "count_text", "count_underscore"),
    *("count_negative", "count_above_int64", "count_null", "count_leading_zero"),
}
BEYOND_SCHEMA = {  # what a JSON Schema cannot say, or says in words that Python's reader of schemas takes otherwise
    *("byte_order_mark", "utf16", "duplicate_key", "lone_surrogate", "share_nan"),  # gone before a schema is asked
    *("count_float", "count_exponent", "counts_float"),  # 1.0 is an integer to it
    *("day_that_is_none", "day_compact", "day_with_time"),  # `format` is an annotation
    "text_line_break",  # in ECMA `$` is the end, in Python it may stand before a last line break
}


def read_leniently(value: bytes) -> Any:
    """As a program without our strictness reads it; None where even that fails."""
    try:
        return json.loads(value)
    except ValueError:
        return None


@pytest.mark.parametrize("example", passing(), ids=str)
def test_what_passes_survives_the_round_trip(example: Example) -> None:
    event = decode(example.topic, example.value)
    assert type(event) is example.topic.event
    assert decode(example.topic, encode(event)) == event
    assert json.loads(encode(event)) | json.loads(example.value) == json.loads(encode(event))


@pytest.mark.parametrize("example", passing(), ids=str)
def test_what_passes_bears_the_id_of_its_content(example: Example) -> None:
    event = decode(example.topic, example.value)
    content = {name: getattr(event, name) for name in type(event).model_fields if name != "event_id"}
    assert type(event).identified(**content) == event


@pytest.mark.parametrize("example", failing(), ids=str)
def test_what_fails_says_what_was_wrong_where(example: Example) -> None:
    with pytest.raises(ContractViolation) as refused:
        decode(example.topic, example.value)
    assert example.said
    assert example.said in str(refused.value)
    assert len(str(refused.value)) < 500, "a message is no place for the whole record"


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_every_topic_has_every_kind_of_bad_record(topic: Topic) -> None:
    reasons = {example.name for example in failing() if example.topic is topic}
    counted = any(kind.annotation is int for kind in topic.event.model_fields.values())
    assert reasons >= ENVELOPE | (COUNTS if counted else set())
    assert messages(topic).keys() == reasons


@pytest.mark.parametrize("example", passing(), ids=str)
def test_the_rendered_schema_takes_what_passes(example: Example) -> None:
    jsonschema.Draft202012Validator(schema_of(example.topic)).validate(json.loads(example.value))


@pytest.mark.parametrize("example", [e for e in failing() if e.name not in BEYOND_SCHEMA], ids=str)
def test_the_rendered_schema_refuses_what_fails(example: Example) -> None:
    document = read_leniently(example.value)
    validator = jsonschema.Draft202012Validator(schema_of(example.topic))
    assert document is None or not validator.is_valid(document)


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_a_tombstone_is_no_event(topic: Topic) -> None:
    with pytest.raises(ContractViolation, match="tombstone"):
        decode(topic, None)


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'[{"a":'])
@pytest.mark.parametrize("depth", [300, 5_000, 200_000])
def test_no_depth_ends_the_process(opening: bytes, depth: int) -> None:
    with pytest.raises(ContractViolation):
        decode(TOPICS[0], opening * depth)


def test_an_event_cannot_be_changed() -> None:
    event: Event = decode(passing()[0].topic, passing()[0].value)
    with pytest.raises(ValueError, match="frozen"):
        event.source_id = "another"
