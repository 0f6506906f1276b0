"""A single request through a gateway of one's own."""

from datetime import datetime, timedelta
from typing import Self

from pydantic import Field, model_validator

from tokenshare import fields as f
from tokenshare.events.event import Event

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

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        """Refuse parts that are larger than their whole, tokens of a request without an answer, and wrong clocks."""
        parts = (self.cached_tokens or 0) + (self.cache_write_tokens or 0)
        if parts > self.prompt_tokens:
            raise ValueError(f"{parts} cached tokens are more than the {self.prompt_tokens} of the prompt")
        if (self.reasoning_tokens or 0) > self.completion_tokens:
            raise ValueError(
                f"{self.reasoning_tokens} reasoning tokens are more than the {self.completion_tokens} of the completion"
            )
        if self.status != "success" and self.prompt_tokens + self.completion_tokens:
            raise ValueError(f"a {self.status} has no tokens: no model answered")
        _check_moment(self.completed_at, self.observed_at)
        return self


def _check_moment(completed_at: datetime, observed_at: datetime) -> None:
    if completed_at > observed_at + AHEAD:
        raise ValueError(f"event_time_implausible: completed_at is {completed_at}, after it was received")
    if completed_at < observed_at - BEFORE:
        raise ValueError(f"event_time_implausible: completed_at is {completed_at}, over {BEFORE.days} days ago")
