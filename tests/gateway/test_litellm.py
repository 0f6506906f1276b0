"""LiteLLM's payloads: every request once, its parts inside their wholes, nothing of its content."""

import json
from typing import Any

import pytest

from connectors.gateway import litellm
from connectors.gateway.names import name_model
from connectors.gateway.reading import Object, Reading
from tests.gateway.payloads import AT, ENVELOPE, payload
from tokenshare.errors import ContractViolation


def read(*payloads: Any) -> Reading:
    return litellm.read(json.dumps(payloads).encode(), ENVELOPE)


def read_one(**more: Any) -> Object:
    (event,) = read(payload(**more)).events
    return event.model_dump()


def usage(**stated: Any) -> Object:
    return {"metadata": {"usage_object": stated}}


def test_a_request_keeps_its_numbers_and_none_of_its_words() -> None:
    (event,) = read(payload(request_tags=["task:summary", "x"], metadata={"user_api_key_alias": "support"})).events
    assert (event.request_id, event.model, event.provider) == ("chatcmpl-1", "openai/gpt-4o", "openai")
    assert (event.prompt_tokens, event.completion_tokens, event.cost_usd) == (100, 20, "0.00135")
    assert (event.app, event.task, event.latency_ms, event.status) == ("support", "summary", 1500, "success")
    assert "SECRET" not in event.model_dump_json()


@pytest.mark.parametrize("body", ["array", "lines", "single"])
def test_each_format_of_the_callback_is_read(body: str) -> None:
    two = [payload("a"), payload("b")]
    forms = {
        "array": json.dumps(two),
        "lines": "\n".join(map(json.dumps, two)) + "\n",
        "single": json.dumps(two[0]),
    }
    found = litellm.read(forms[body].encode(), ENVELOPE)
    assert [event.request_id for event in found.events] == ["a", "b"][: 1 if body == "single" else 2]


def test_a_provider_that_is_no_text_is_none() -> None:
    assert read_one(custom_llm_provider=7)["provider"] is None


def test_a_payload_that_is_sent_again_is_the_same_event() -> None:
    assert len({event.event_id for event in read(payload(), payload()).events}) == 1


def test_retries_and_fallbacks_are_requests_of_their_own() -> None:
    found = read(payload("a", status="failure"), payload("b"), payload("c", model="claude-sonnet-4-5")).events
    assert [(event.request_id, event.status) for event in found] == [
        ("a", "failure"),
        ("b", "success"),
        ("c", "success"),
    ]


@pytest.mark.parametrize(
    ("more", "found"),
    [
        # OpenAI: reasoning inside completion, cached inside prompt
        (
            usage(completion_tokens_details={"reasoning_tokens": 15}, prompt_tokens_details={"cached_tokens": 90}),
            (100, 20, 15, 90, None),
        ),
        # LiteLLM over Anthropic's API: the prompt holds what was read from and written to the cache
        (usage(cache_read_input_tokens=60, cache_creation_input_tokens=30), (100, 20, None, 60, 30)),
        # a log that has Anthropic's own counts: 3 new ones, 12,304 written beside them (BerriAI/litellm#9812)
        ({"prompt": 3, **usage(cache_creation_input_tokens=12_304)}, (12_307, 20, None, None, 12_304)),
        # the total shows that cached ones stand beside the prompt although they would fit into it
        ({"total_tokens": 210, **usage(cache_read_input_tokens=90)}, (190, 20, None, 90, None)),
        # Gemini: thoughts beside the completion, which the total shows
        ({"total_tokens": 130, **usage(completion_tokens_details={"reasoning_tokens": 10})}, (100, 30, 10, None, None)),
        # an embedding
        ({"completion": 0, "call_type": "aembedding"}, (100, 0, None, None, None)),
        ({"prompt": 100.0}, (100, 20, None, None, None)),
    ],
    ids=["openai", "anthropic", "anthropic's own", "beside by total", "gemini", "embedding", "a float"],
)
def test_no_token_counts_twice(more: Any, found: tuple) -> None:
    event = read_one(**more)
    names = ("prompt_tokens", "completion_tokens", "reasoning_tokens", "cached_tokens", "cache_write_tokens")
    assert tuple(event[name] for name in names) == found


@pytest.mark.parametrize("hit", [True, "True"])
def test_an_answer_from_the_gateways_own_cache_used_no_tokens(hit: Any) -> None:
    event = read_one(cache_hit=hit, response_cost=0.0)
    assert (event["status"], event["prompt_tokens"], event["completion_tokens"]) == ("cache_hit", 0, 0)
    assert event["cost_usd"] == "0"


@pytest.mark.parametrize(
    ("more", "cost"),
    [
        ({"response_cost": 1.35e-05}, "0.0000135"),
        ({"response_cost": 0.0}, "0"),
        ({"response_cost": 0.0, "zero_cost_diagnostic": {"reason": "unmapped"}}, None),
        ({"response_cost": 0.0, "response_cost_failure_debug_info": {"error_str": "no price"}}, None),
        ({"response_cost": None}, None),
        ({"response_cost": 0.5, "status": "failure"}, None),
    ],
)
def test_a_cost_that_nobody_knows_is_null_and_never_0(more: Any, cost: str | None) -> None:
    assert read_one(**more)["cost_usd"] == cost


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"prompt": -1}, "prompt_tokens is negative"),
        ({"prompt": 1.5}, "prompt_tokens is not a whole number"),
        ({"prompt": True}, "prompt_tokens is not a whole number"),
        ({"prompt": 10**400}, "prompt_tokens: "),
        ({"prompt": 10**12}, "prompt_tokens: Input should be less than or equal to 100000000"),
        ({"response_cost": -0.1}, "response_cost is negative"),
        ({"response_cost": "0.1"}, "response_cost is not a number"),
        ({"currency": "EUR"}, "its cost is not in USD"),
        ({"endTime": AT - 3}, "it ends before it starts"),
        ({"endTime": AT + 90_000, "startTime": AT + 89_999}, "event_time_implausible"),
        ({"endTime": 1e30}, "endTime is not a moment"),
        ({"endTime": None}, "endTime is not a moment"),
        ({"status": None}, "status is neither success nor failure"),
        ({"object": "chat.completion.chunk"}, "a streaming fragment"),
        ({"id": ""}, "id is missing"),
        ({"model": None}, "model is missing"),
        ({"model": "a\nb"}, "model: String should match pattern"),
    ],
)
def test_a_bad_payload_is_refused_alone_and_by_its_reason(more: Any, reason: str) -> None:
    found = read(payload("before"), payload(**{"id": "bad", **more}), payload("after"))
    assert [event.request_id for event in found.events] == ["before", "after"]
    (refused,) = found.refused
    assert refused.place == "payload 2"
    assert reason in refused.reason
    assert "SECRET" not in str(refused)


@pytest.mark.parametrize("item", [None, 7, "text", []])
def test_what_is_no_payload_is_refused_alone(item: Any) -> None:
    found = read(payload(), item)
    assert (len(found.events), found.refused[0].reason) == (1, "it is not an object")


def test_a_torn_line_is_refused_alone() -> None:
    body = json.dumps(payload("a")) + '\n{"id": "b", \n' + json.dumps(payload("c"))
    found = litellm.read(body.encode(), ENVELOPE)
    assert [event.request_id for event in found.events] == ["a", "c"]
    assert (found.refused[0].place, found.refused[0].reason[:8]) == ("line 2", "not JSON")


@pytest.mark.parametrize("body", [b"", b"[{", b"\xff", b"[" * 100_000, b'{"a": NaN}'])
def test_a_body_that_is_no_json_is_refused_whole(body: bytes) -> None:
    with pytest.raises(ContractViolation):
        litellm.read(body, ENVELOPE)


@pytest.mark.parametrize(
    ("called", "provider", "named"),
    [
        ("gpt-4o", "openai", ("openai/gpt-4o", None)),
        ("openai/gpt-4o", "openai", ("openai/gpt-4o", None)),
        ("openrouter/deepseek/deepseek-r1:free", "openrouter", ("deepseek/deepseek-r1", "free")),
        ("deepseek/deepseek-v4.1-flash", "openrouter", ("deepseek/deepseek-v4.1-flash", None)),
        ("gemini/gemini-2.5-pro", "gemini", ("google/gemini-2.5-pro", None)),
        ("grok-4", "xai", ("x-ai/grok-4", None)),
        ("azure/gpt-4.1-mini", "azure", ("openai/gpt-4.1-mini", None)),
        ("anthropic.claude-sonnet-4-5-v1:0", "bedrock", ("anthropic/claude-sonnet-4-5-v1:0", None)),
        ("us.meta.llama4-scout-17b", "bedrock_converse", ("meta/llama4-scout-17b", None)),
        ("claude-opus-4-8", "vertex_ai", ("anthropic/claude-opus-4-8", None)),
        ("my-own-model", "hosted_vllm", ("my-own-model", None)),
        ("my-own-model", None, ("my-own-model", None)),
    ],
)
def test_a_model_is_named_by_its_author(called: str, provider: str | None, named: tuple) -> None:
    assert name_model(called, provider) == named
