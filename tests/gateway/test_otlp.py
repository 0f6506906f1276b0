"""Spans: the innermost call counts once, whoever reports it in whichever words; all else reports nothing."""

import json
from typing import Any

import pytest

from connectors.gateway import otlp
from connectors.gateway.reading import Object, Reading
from tests.gateway.payloads import ENVELOPE, call, export, span
from tokenshare.errors import ContractViolation

JSON = "application/json"
NO_SPANS = b'{"resourceSpans": [{"scopeSpans": [{"spans": 7}]}]}'


def read(*spans: Any) -> Reading:
    return otlp.read(export(*spans), JSON, ENVELOPE)


def tokens(reading: Reading) -> dict[str, int]:
    return {event.request_id: event.prompt_tokens + event.completion_tokens for event in reading.events}


def test_openrouters_broadcast_is_read_in_its_older_words() -> None:
    """The body that OpenRouter documents; intValue is a text."""
    older = {"gen_ai__usage__prompt_tokens": 100, "gen_ai__usage__completion_tokens": 50}
    (event,) = read(span("def456", "", "abc123", gen_ai__request__model="openai/gpt-4", **older)).events
    assert (event.request_id, event.model, event.app) == ("abc123:def456", "openai/gpt-4", "assistant")
    assert (event.prompt_tokens, event.completion_tokens, event.latency_ms) == (100, 50, 2000)


@pytest.mark.parametrize("body", [b"", b"{}", b'{"resourceSpans": []}'])
def test_a_test_call_reports_nothing(body: bytes) -> None:
    assert otlp.read(body, JSON, ENVELOPE) == Reading(())


def test_an_agent_that_repeats_its_calls_counts_once() -> None:
    """pydantic-ai#3995: 56 + 5 and 57 + 6 in the calls, 113 + 11 in the run around them."""
    agent = call("1", "", 113, 11, gen_ai__operation__name="invoke_agent")
    found = read(agent, call("2", "1", 56, 5), call("3", "1", 57, 6))
    assert tokens(found) == {"t1:2": 61, "t1:3": 63}
    assert (found.ignored, found.refused) == (1, ())


def test_a_step_between_hides_no_repetition() -> None:
    """LangChain: chain with usage, a step without, the model's call."""
    found = read(call("1", "", 100, 20), span("2", "1"), call("3", "2", 100, 20))
    assert tokens(found) == {"t1:3": 120}


def test_two_layers_that_report_one_response_are_one_request() -> None:
    """A library and the client below it, in calls of their own: the provider's id of the response is the same."""
    outer, inner = (read(call(id, gen_ai__response__id="chatcmpl-9")).events[0] for id in ("1", "2"))
    assert outer.request_id == inner.request_id == "chatcmpl-9"


def test_calls_in_a_circle_are_read() -> None:
    assert tokens(read(call("1", "2"), call("2", "1"))) == {}


def test_other_spans_report_nothing() -> None:
    found = read(span("1", "", name="GET /"), span("2", "", gen_ai__request__model="gpt-4o"))
    assert (found.events, found.refused, found.ignored) == ((), (), 2)


def test_a_failed_call_has_no_tokens() -> None:
    failed = {**span("1", "", gen_ai__request__model="openai/gpt-4o"), "status": {"code": 2}}
    (event,) = read(failed).events
    assert (event.status, event.prompt_tokens, event.cost_usd) == ("failure", 0, None)


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ({"gen_ai__usage__cache_read__input_tokens": 90, "gen_ai__usage__reasoning__output_tokens": 5}, (100, 20)),
        ({"prompt": 3, "gen_ai__usage__cache_creation_input_tokens": 1_000}, (1_003, 20)),
        ({"gen_ai__usage__reasoning_tokens": 30}, (100, 50)),
        ({"gen_ai__usage__reasoning_tokens": 10, "gen_ai__usage__total_tokens": 130}, (100, 30)),
    ],
    ids=["inside", "cache beside", "reasoning beside", "reasoning beside by total"],
)
def test_no_token_counts_twice(more: Any, found: tuple) -> None:
    (event,) = read(call("1", **more)).events
    assert (event.prompt_tokens, event.completion_tokens) == found


def test_a_cost_is_taken_in_usd_alone() -> None:
    cost: Object = {"gen_ai__usage__cost": 0.25}
    assert [event.cost_usd for event in read(call("1", **cost)).events] == ["0.25"]
    (refused,) = read(call("1", **cost, gen_ai__usage__cost__currency="EUR")).refused
    assert refused.reason == "its cost is not in USD"


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (call("9", prompt=-1), "prompt is negative"),
        (call("9", gen_ai__usage__input_tokens="many"), "a count or a cost is not a number"),
        (call("9", gen_ai__usage__input_tokens="inf"), "prompt is not a whole number"),
        (call("9", gen_ai__usage__input_tokens="nan"), "prompt is not a whole number"),
        ({**call("9"), "endTimeUnixNano": "1"}, "it ends before it starts"),
        ({**call("9"), "endTimeUnixNano": "9" * 5_000}, "it ends before it starts"),
        ({**call("9"), "spanId": ""}, "traceId or spanId is missing"),
        ({**call("9"), "attributes": "none"}, "attributes is not a list"),
        ({**call("9"), "attributes": [{"key": f"k{n}", "value": {}} for n in range(1_001)]}, "1001 attributes"),
        (7, "it is not an object"),
    ],
)
def test_a_bad_span_is_refused_alone(bad: Any, reason: str) -> None:
    found = read(call("1"), bad, call("3"))
    assert list(tokens(found)) == ["t1:1", "t1:3"]
    assert [reason in refused.reason for refused in found.refused] == [True]


@pytest.mark.parametrize(
    "body",
    [b"[]", b"7", b'{"resourceSpans": 7}', NO_SPANS, b"{", b"\xff"],
)
def test_a_body_that_is_no_export_is_refused_whole(body: bytes) -> None:
    with pytest.raises(ContractViolation):
        otlp.read(body, JSON, ENVELOPE)
    if body != b"":
        with pytest.raises(ContractViolation):
            otlp.read(b"\xff" + body, otlp.PROTOBUF, ENVELOPE)


def test_json_and_protobuf_say_the_same() -> None:
    from google.protobuf.json_format import Parse
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    spans = [call(f"{n:016x}", trace="ab" * 16, gen_ai__usage__cost=0.5) for n in range(1, 4)]
    document = json.loads(export(*spans))
    for one in document["resourceSpans"][0]["scopeSpans"][0]["spans"]:
        one.pop("parentSpanId")
    in_json = otlp.read(json.dumps(document).encode(), JSON, ENVELOPE)
    # protobuf's own JSON writes ids in base64
    import base64

    for one in document["resourceSpans"][0]["scopeSpans"][0]["spans"]:
        for name in ("traceId", "spanId"):
            one[name] = base64.b64encode(bytes.fromhex(one[name])).decode()
    body = Parse(json.dumps(document), ExportTraceServiceRequest()).SerializeToString()
    assert otlp.read(body, otlp.PROTOBUF, ENVELOPE) == in_json
    assert len(in_json.events) == 3
