"""A single request through a gateway of one's own."""

from datetime import datetime, timedelta
from functools import cache

from pydantic import Field

from tokenshare import fields as f
from tokenshare.events.event import Event, Rule

AHEAD = timedelta(hours=1)  # clocks of clients differ
BEFORE = timedelta(days=400)  # a replayed log; older ones are misread numbers


class RequestCompleted(Event):
    """One request: what it used, what it cost, and how it ended. Nothing of its content.

    Reasoning is inside completion, cached and cache_write are inside prompt: none is added to another. Only a `success`
    has used tokens. `parent_request_id` is the span around this one: a request that contains another one with tokens
    of its own is not counted, since its tokens are those of the inner one.
    """

    request_id: f.RequestId
    completed_at: f.CompletedAt
    gateway: f.Gateway
    model: f.CalledModel
    variant: f.ModelVariant | None = None
    provider: f.Provider | None = None
    app: f.App | None = None
    task: f.Task | None = None
    prompt_tokens: f.RequestTokens = Field(description="Tokens of the prompt, cached ones included.")
    completion_tokens: f.RequestTokens = Field(description="Tokens of the answer, reasoning included.")
    reasoning_tokens: f.RequestTokens | None = Field(None, description="Part of the completion that was reasoning.")
    cached_tokens: f.RequestTokens | None = Field(None, description="Part of the prompt read from a cache.")
    cache_write_tokens: f.RequestTokens | None = Field(None, description="Part of the prompt written to a cache.")
    cost_usd: f.CostUsd | None = None
    status: f.RequestStatus
    latency_ms: f.LatencyMs | None = None
    parent_request_id: f.RequestId | None = Field(None, description="The request that contains this one, if any.")

    @classmethod
    @cache
    def rules(cls) -> tuple[Rule, ...]:
        return (
            *super().rules(),
            Rule(("prompt_tokens", "cached_tokens", "cache_write_tokens"), _excess_cached),
            Rule(("completion_tokens", "reasoning_tokens"), _excess_reasoning),
            Rule(("status", "prompt_tokens", "completion_tokens"), _unanswered),
            Rule(("completed_at", "observed_at"), _misdated),
        )


def _excess_cached(prompt: int, cached: int | None, written: int | None) -> str:
    parts = (cached or 0) + (written or 0)
    return f"{parts} cached tokens are more than the {prompt} of the prompt" if parts > prompt else ""


def _excess_reasoning(completion: int, reasoning: int | None) -> str:
    is_more = (reasoning or 0) > completion
    return f"{reasoning} reasoning tokens are more than the {completion} of the completion" if is_more else ""


def _unanswered(status: str, prompt: int, completion: int) -> str:
    return f"a {status} has no tokens: no model answered" if status != "success" and prompt + completion else ""


def _misdated(completed_at: datetime, observed_at: datetime) -> str:
    if completed_at - observed_at > AHEAD:
        return f"event_time_implausible: completed_at is {completed_at}, after it was received"
    if observed_at - completed_at > BEFORE:
        return f"event_time_implausible: completed_at is {completed_at}, over {BEFORE.days} days ago"
    return ""
