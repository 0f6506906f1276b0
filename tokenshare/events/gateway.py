"""A single request through a gateway of one's own."""

from datetime import datetime, timedelta
from functools import cache
from operator import lt
from typing import Any

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
            Rule(("prompt_tokens", "cached_tokens", "cache_write_tokens"), _is_excess_cached, _excess_cached),
            Rule(("completion_tokens", "reasoning_tokens"), lt, _excess_reasoning),
            Rule(("status", "prompt_tokens", "completion_tokens"), _is_unanswered, _unanswered),
            Rule(("completed_at", "observed_at"), _is_misdated, _misdated),
        )


def _is_excess_cached(prompt: Any, cached: Any, written: Any) -> Any:
    return cached + written > prompt


def _excess_cached(prompt: int, cached: int, written: int) -> str:
    return f"{cached + written} cached tokens are more than the {prompt} of the prompt"


def _excess_reasoning(completion: int, reasoning: int) -> str:
    return f"{reasoning} reasoning tokens are more than the {completion} of the completion"


def _is_unanswered(status: Any, prompt: Any, completion: Any) -> Any:
    return (status != "success") & (prompt + completion > 0)


def _unanswered(status: str, _prompt: int, _completion: int) -> str:
    return f"a {status} has no tokens: no model answered"


def _is_misdated(completed_at: Any, observed_at: Any) -> Any:
    return (completed_at - observed_at > AHEAD) | (observed_at - completed_at > BEFORE)


def _misdated(completed_at: datetime, observed_at: datetime) -> str:
    what = "after it was received" if completed_at > observed_at else f"over {BEFORE.days} days ago"
    return f"event_time_implausible: completed_at is {completed_at}, {what}"
