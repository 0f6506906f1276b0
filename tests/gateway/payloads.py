"""Requests as LiteLLM's callback and OpenTelemetry's exporters report them, for tests to vary."""

import json
from typing import Any

from connectors.gateway.reading import Object
from tokenshare.codec import read_moment

AT = 1_795_000_000.0  # 2026-11-18
ENVELOPE: Object = {
    "source_id": "gateway",
    "observed_at": read_moment("2026-11-18T12:00:00Z", ""),
    "fetch_id": "0" * 32,
}


def payload(
    id: str = "chatcmpl-1", model: str = "gpt-4o", prompt: Any = 100, completion: Any = 20, **more: Any
) -> Object:
    """A StandardLoggingPayload, with words that nobody may keep."""
    counted = all(isinstance(number, int) for number in (prompt, completion))
    return {
        "id": id,
        "litellm_call_id": "shared-by-retries",
        "trace_id": "shared-by-fallbacks",
        "call_type": "acompletion",
        "status": "success",
        "custom_llm_provider": "openai",
        "model": model,
        "startTime": AT - 1.5,
        "endTime": AT,
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion if counted else None,
        "response_cost": 0.00135,
        "cache_hit": None,
        "request_tags": [],
        "metadata": {"usage_object": {}},
        "messages": [{"role": "user", "content": "SECRET WORDS"}],
        "response": {"choices": [{"message": {"content": "SECRET ANSWER"}}]},
        **more,
    }


def span(id: str, parent: str = "", trace: str = "t1", **attributes: Any) -> Object:
    """A span as OTLP's JSON has it: whole numbers are texts."""
    return {
        "traceId": trace,
        "spanId": id,
        "parentSpanId": parent,
        "name": "chat",
        "startTimeUnixNano": str(int((AT - 2) * 1e9)),
        "endTimeUnixNano": str(int(AT * 1e9)),
        "attributes": [{"key": key.replace("__", "."), "value": _value(value)} for key, value in attributes.items()],
    }


def call(id: str, parent: str = "", prompt: int = 100, completion: int = 20, **more: Any) -> Object:
    """The span of a model's call."""
    usage = {"gen_ai__usage__input_tokens": prompt, "gen_ai__usage__output_tokens": completion}
    return span(id, parent, **{"gen_ai__request__model": "openai/gpt-4o", **usage, **more})


def export(*spans: Any) -> bytes:
    """An export of these spans."""
    service = [{"key": "service.name", "value": {"stringValue": "assistant"}}]
    scopes = [{"spans": list(spans)}]
    return json.dumps({"resourceSpans": [{"resource": {"attributes": service}, "scopeSpans": scopes}]}).encode()


def _value(value: Any) -> Object:
    kinds = {bool: "boolValue", int: "intValue", float: "doubleValue", str: "stringValue"}
    return {kinds[type(value)]: str(value) if type(value) is int else value}
