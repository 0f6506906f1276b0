"""LiteLLM's StandardLoggingPayload: one request a payload, as an array, a line each, or alone."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from connectors.gateway.names import name_model
from connectors.gateway.reading import Object, Reading, Usage, amount, build, count, latency, moment, read_all, text
from tokenshare.codec import read_json
from tokenshare.errors import ContractViolation
from tokenshare.events import RequestCompleted

STATUSES = ("success", "failure")
FRAGMENTS = ("chat.completion.chunk", "text_completion.chunk")
TASK = "task:"  # a request tag with this prefix names the task
YES = (True, "True", "true")  # the log writes a word, the callback a flag


def read(body: bytes, envelope: Object) -> Reading:
    """The requests in the body of a call. Raises ContractViolation if it is neither JSON nor lines of JSON."""
    return read_all(_documents(body), lambda document: read_payload(document, envelope))


def read_payload(payload: Any, envelope: Object) -> RequestCompleted:
    """The event of one payload. Raises ContractViolation with the field and its problem.

    A retry or a fallback has an id of its own, and `id` is it: `litellm_call_id` and `trace_id` are shared. Tokens of a
    failure and of an answer from LiteLLM's cache were used by no model.
    """
    payload = _checked(payload)
    start, end = _moment(payload, "startTime"), moment(payload.get("endTime"), "endTime")
    status = "cache_hit" if payload.get("cache_hit") in YES else payload["status"]
    metadata = payload.get("metadata") if isinstance(payload.get("metadata"), dict) else {}
    usage = _usage(payload, metadata or {}) if status == "success" else Usage(0, 0)
    provider = text(payload.get("custom_llm_provider"))
    model, variant = name_model(payload["model"], provider)
    return build(
        **envelope,
        request_id=payload["id"],
        completed_at=end,
        gateway="litellm",
        model=model,
        variant=variant,
        provider=provider,
        app=text((metadata or {}).get("user_api_key_alias")) or text((metadata or {}).get("user_api_key_team_alias")),
        task=_task(payload.get("request_tags")),
        **usage.fields,
        cost_usd=_cost(payload, status),
        status=status,
        latency_ms=latency(start, end),
    )


def _documents(body: bytes) -> Iterator[tuple[str, Any]]:
    try:
        document = read_json(body)
    except ContractViolation:
        lines = [line for line in body.splitlines() if line.strip()]
        if len(lines) < 2 or not lines[0].lstrip().startswith(b"{"):
            raise
        for number, line in enumerate(lines):
            yield f"line {number + 1}", _read_line(line)
        return
    if isinstance(document, list):
        yield from ((f"payload {number + 1}", payload) for number, payload in enumerate(document))
    else:
        yield "payload 1", document


def _read_line(line: bytes) -> Any:
    """The payload of a line; the error in place of one that is no JSON, for its own refusal."""
    try:
        return read_json(line)
    except ContractViolation as error:
        return error


def _checked(payload: Any) -> Object:
    if isinstance(payload, ContractViolation):
        raise payload
    if not isinstance(payload, dict):
        raise ContractViolation("it is not an object")
    if payload.get("object") in FRAGMENTS:
        raise ContractViolation("a streaming fragment: only the whole request is counted")
    for name in ("id", "model"):
        if not isinstance(payload.get(name), str) or not payload[name].strip():
            raise ContractViolation(f"{name} is missing")
    if payload.get("status") not in STATUSES:
        raise ContractViolation(f"status is neither {STATUSES[0]} nor {STATUSES[1]}")
    if payload.get("currency") not in (None, "USD", "usd"):
        raise ContractViolation("its cost is not in USD")
    return payload


def _usage(payload: Object, metadata: Object) -> Usage:
    stated = metadata.get("usage_object")
    details = stated if isinstance(stated, dict) else {}
    prompt, completion = (_part(details, f"{kind}_tokens_details") for kind in ("prompt", "completion"))
    cached = prompt.get("cached_tokens") or details.get("cache_read_input_tokens")
    written = prompt.get("cache_creation_tokens") or details.get("cache_creation_input_tokens")
    usage = Usage(
        count(payload.get("prompt_tokens"), "prompt_tokens"),
        count(payload.get("completion_tokens"), "completion_tokens"),
        count(cached, "cached_tokens"),
        count(written, "cache_creation_tokens"),
        count(completion.get("reasoning_tokens"), "reasoning_tokens"),
    )
    return usage.made_whole(count(payload.get("total_tokens"), "total_tokens"))


def _part(details: Object, name: str) -> Object:
    found = details.get(name)
    return found if isinstance(found, dict) else {}


def _cost(payload: Object, status: str) -> str | None:
    """The provider's cost; null where LiteLLM writes 0 for a price it does not know, and for a failure."""
    cost = amount(payload.get("response_cost"), "response_cost")
    is_unknown = payload.get("response_cost_failure_debug_info") or payload.get("zero_cost_diagnostic")
    if status == "failure" or (cost == "0" and is_unknown):
        return None
    return "0" if status == "cache_hit" else cost


def _moment(payload: Object, name: str) -> datetime | None:
    return None if payload.get(name) is None else moment(payload[name], name)


def _task(tags: Any) -> str | None:
    found = (tag for tag in tags if isinstance(tag, str) and tag.startswith(TASK)) if isinstance(tags, list) else ()
    return text(next(iter(found), "").removeprefix(TASK))
