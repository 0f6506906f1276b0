"""Fields of quoted claims and of the verdicts on them."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from tokenshare.fields.core import LARGEST_COUNT, TEXT, TEXT_OR_NOTHING

FIGURE = r"^-?[0-9]{1,18}(\.[0-9]{1,9})?$"
NAME = r"^[a-z][a-z0-9_]{0,63}$"

ClaimId = Annotated[
    str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,127}$", description="The claim; a reader's own or the article's.")
]
Quote = Annotated[str, Field(pattern=TEXT, max_length=500, description="What was said, in a line.")]
Figure = Annotated[
    str, Field(pattern=FIGURE, max_length=40, description="The quoted number in its unit, a decimal string.")
]
RoundingStep = Annotated[
    str,
    Field(
        pattern=FIGURE,
        max_length=40,
        description="The step it is quoted in, a decimal string: 0.61 to 0.01 stands for 0.605 to 0.615.",
    ),
]
ClaimUnit = Annotated[str, Field(pattern=TEXT, max_length=64, description="Unit of the quoted number.")]
AboutName = Annotated[str, Field(pattern=NAME, description="What the claim is about: a family of metrics.")]
StandsOn = Annotated[
    str, Field(pattern=NAME, description="The published metric that a number is drawn from; its standing is theirs.")
]
ClaimEntity = Annotated[
    str,
    Field(
        pattern=TEXT_OR_NOTHING,
        max_length=256,
        description="Whom it is about, such as a vendor; empty where the whole is meant.",
    ),
]
ClaimMethod = Annotated[str, Field(pattern=NAME, description="How the number is counted.")]
Comparison = Annotated[
    Literal["about", "above", "below"], Field(description="Whether the number is quoted as such, or as a limit.")
]
SpanName = Annotated[
    Literal["day", "week", "trailing7", "trailing28", "month"],
    Field(description="Days that are added up: a UTC day, an ISO week, the last 7 or 28 days, a calendar month."),
]
ClaimPeriodDate = Annotated[date, Field(description="First or last day of the period that the claim is about.")]
ClaimSource = Annotated[str, Field(pattern=TEXT, max_length=500, description="Who said it: title and date.")]

Compared = Annotated[
    float, Field(description="A number in the claim's unit.", json_schema_extra={"unit": "the claim's unit"})
]
SpanLabel = Annotated[str, Field(description="A period as people write it: 2026-W21, 2026-05, 2026-05-20.")]
Verdict = Annotated[
    Literal["reproduced", "reproduced_by_another_method", "not_reproduced", "no_data"],
    Field(description="Whether a count gives the quoted number within its rounding; no_data where nothing counts it."),
]
CountedAmount = Annotated[
    int,
    Field(
        ge=0,
        le=LARGEST_COUNT,
        description="What was counted, before any division.",
        json_schema_extra={"unit": "count"},
    ),
]
