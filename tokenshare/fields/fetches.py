"""Fields of the fetch itself."""

from datetime import date
from typing import Annotated

from pydantic import Field

from tokenshare.fields.core import LARGEST_COUNT, TEXT

Pages = Annotated[
    int,
    Field(ge=1, le=100_000, description="Payloads the fetch consists of.", json_schema_extra={"unit": "count"}),
]
EventCount = Annotated[
    int,
    Field(
        ge=0,
        le=LARGEST_COUNT,
        description="Distinct events of one topic.",
        json_schema_extra={"unit": "count"},
    ),
]
TopicName = Annotated[str, Field(pattern=r"^[a-z_.]+\.v[0-9]+$", description="A topic, without any prefix.")]
EventCounts = Annotated[dict[TopicName, EventCount], Field(description="Distinct events the fetch brought, by topic.")]
AskedDate = Annotated[date, Field(description="First or last UTC day the fetch asked for; null where it has no days.")]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="sha256 over the sorted distinct event ids.")]
StatedDays = Annotated[
    tuple[date, ...],
    Field(
        description="The days (of weeks their Mondays) the fetch states, each whole; a day without events is taken "
        "back. Null: every day it asked for."
    ),
]
LONGEST_KEY = 400
RowKey = Annotated[
    str,
    Field(
        pattern=TEXT, min_length=1, max_length=LONGEST_KEY, description="Key of a row, its parts with a blank between."
    ),
]
RowKeys = Annotated[
    tuple[RowKey, ...], Field(description="Rows that a curated file takes back by an empty value; null where none.")
]
RejectedRow = Annotated[
    str,
    Field(pattern=TEXT, min_length=1, max_length=400, description="A row of the payload put aside, and the reason."),
]
RejectedRows = Annotated[
    tuple[RejectedRow, ...],
    Field(description="Rows of the payload put aside, each with its reason, the first 200; null where none."),
]
RejectedCount = Annotated[
    int,
    Field(
        ge=1,
        le=LARGEST_COUNT,
        description="Rows of the payload put aside; null where none.",
        json_schema_extra={"unit": "count"},
    ),
]
