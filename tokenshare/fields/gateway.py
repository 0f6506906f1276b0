"""Fields of single requests, as a gateway of one's own reports them."""

from typing import Annotated, Literal

from pydantic import Field

from tokenshare.fields.core import TEXT, Moment

MOST_TOKENS = 100_000_000  # of one request: ten times the largest context window on sale

RequestId = Annotated[str, Field(pattern=TEXT, max_length=200, description="The gateway's own id of the request.")]
CompletedAt = Annotated[Moment, Field(description="When the last token arrived, in UTC.")]
Gateway = Annotated[
    Literal["litellm", "otlp"], Field(description="The form in which the request was reported to the receiver.")
]
CalledModel = Annotated[
    str,
    Field(
        pattern=TEXT,
        max_length=256,
        description="Model as author/slug without its variant; the slug alone if nobody said whose it is.",
    ),
]
ModelVariant = Annotated[
    str, Field(pattern=r"^[a-z0-9._-]{1,64}$", description="Price or serving variant, such as free.")
]
Provider = Annotated[str, Field(pattern=TEXT, max_length=128, description="Who served the request, as reported.")]
App = Annotated[str, Field(pattern=TEXT, max_length=128, description="The application that made the request.")]
Task = Annotated[str, Field(pattern=TEXT, max_length=128, description="What the request was for.")]
RequestTokens = Annotated[
    int,
    Field(ge=0, le=MOST_TOKENS, description="Tokens of one request.", json_schema_extra={"unit": "tokens"}),
]
CostUsd = Annotated[
    str,
    Field(
        pattern=r"^[0-9]{1,9}(\.[0-9]{1,18})?$",
        max_length=40,
        description="What the provider charged, as a decimal string; null if nobody said.",
        json_schema_extra={"unit": "USD"},
    ),
]
RequestStatus = Annotated[
    Literal["success", "failure", "cache_hit"],
    Field(description="Whether a model answered, none did, or the gateway answered from its own cache."),
]
LatencyMs = Annotated[
    int,
    Field(ge=0, le=86_400_000, description="From the request to its last token.", json_schema_extra={"unit": "ms"}),
]
UsageHour = Annotated[Moment, Field(description="The hour in which requests were completed, by its first moment, UTC.")]
AppOrUnknown = Annotated[str, Field(pattern=TEXT, max_length=128, description="Application; `unknown` if nobody said.")]
TaskOrUnknown = Annotated[str, Field(pattern=TEXT, max_length=128, description="Task; `unknown` if nobody said.")]
IsEstimated = Annotated[
    bool, Field(description="Some of the spend is list price times tokens, since nobody reported its cost.")
]
