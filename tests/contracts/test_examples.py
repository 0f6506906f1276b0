"""The examples are the specification: what passes survives the round trip, what fails says what was wrong where."""

import json
from typing import Any

import jsonschema
import pytest

from tests.contracts.examples import Example, failing, failing_files, malformed, messages, passing
from tokenshare.codec import decode, encode
from tokenshare.columns import columns_of
from tokenshare.errors import ContractViolation
from tokenshare.events import Event
from tokenshare.render.schemas import schema_of
from tokenshare.topics import TOPICS, Topic

MUST_BREAK = {"BIGINT": "float", "DATE": "compact", "BOOLEAN": "flag_text"}  # by type, a kind that only it has
BEYOND_SCHEMA = {  # what a JSON Schema cannot say, or says in words that Python's reader of schemas takes otherwise
    *("byte_order_mark", "utf16", "duplicate_key", "lone_surrogate", "share_nan"),  # gone before a schema is asked
    *("float", "exponent", "counts_float"),  # 1.0 is an integer to it
    *("not_in_calendar", "compact", "with_time"),  # `format` is an annotation
    *("cached_beyond_prompt", "reasoning_beyond_completion", "failure_with_tokens"),  # one field against another
    *("a_day_ahead", "at_the_epoch"),
    "line_break",  # in ECMA `$` is the end, in Python it may stand before a last line break
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
    types = {column.sql_type for column in columns_of(topic.event)}
    kinds = {example.kind for example in malformed() if example.topic is topic}
    assert kinds >= {MUST_BREAK[sql_type] for sql_type in types & MUST_BREAK.keys()}
    assert messages(topic).keys() == {example.name for example in failing_files() if example.topic is topic}


@pytest.mark.parametrize("example", passing(), ids=str)
def test_the_rendered_schema_takes_what_passes(example: Example) -> None:
    jsonschema.Draft202012Validator(schema_of(example.topic)).validate(json.loads(example.value))


@pytest.mark.parametrize("example", [e for e in failing() if e.kind not in BEYOND_SCHEMA], ids=str)
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
@pytest.mark.threat("X14")
def test_no_depth_ends_the_process(opening: bytes, depth: int) -> None:
    with pytest.raises(ContractViolation):
        decode(TOPICS[0], opening * depth)


def test_an_event_cannot_be_changed() -> None:
    event: Event = decode(passing()[0].topic, passing()[0].value)
    with pytest.raises(ValueError, match="frozen"):
        event.source_id = "another"
