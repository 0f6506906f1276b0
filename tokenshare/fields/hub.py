"""Fields of the Hub: repositories, their counters, their base models."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from tokenshare.fields.core import LARGEST_COUNT, STEERING, TEXT

HubId = Annotated[
    str,
    Field(pattern=TEXT, max_length=64, description="The Hub's own id of a repository, which a rename does not change."),
]
Repo = Annotated[str, Field(pattern=TEXT, max_length=256, description="Repository as it is named now, org/name.")]
Organisation = Annotated[
    str, Field(pattern=TEXT, max_length=256, description="Account that holds the repository, before the slash.")
]
PipelineTag = Annotated[str, Field(pattern=TEXT, max_length=128, description="Task the repository is filed under.")]
Tag = Annotated[str, Field(pattern=TEXT, max_length=256, description="A word its owner or the Hub put on it.")]
Tags = Annotated[tuple[Tag, ...], Field(max_length=2_000, description="Tags of the repository, sorted.")]
BaseModel = Annotated[
    str,
    Field(pattern=f"^[a-z_]+:[^{STEERING}]+$", max_length=300, description="relation:org/name of a direct base."),
]
BaseModels = Annotated[
    tuple[BaseModel, ...], Field(max_length=256, description="Direct base models it declares, with the relation.")
]
DownloadDate = Annotated[date, Field(description="UTC day on which the counters were read.")]
MonthStartDate = Annotated[date, Field(description="First day of the calendar month, in UTC.")]
Downloads = Annotated[
    int,
    Field(
        ge=0,
        le=LARGEST_COUNT,
        description="Downloads as the Hub counts them: requests of a repository's query files, HEAD included.",
        json_schema_extra={"unit": "downloads"},
    ),
]
TrendingScore = Annotated[
    float,
    Field(
        ge=0,
        description="The Hub's trending score; its formula is not published.",
        json_schema_extra={"unit": "score"},
    ),
]
Days = Annotated[
    int, Field(ge=0, le=LARGEST_COUNT, description="Days between two readings.", json_schema_extra={"unit": "days"})
]
FamilyId = Annotated[str, Field(min_length=1, max_length=64, description="A family of open models.")]
IsCounterReset = Annotated[
    bool, Field(description="An all-time counter fell, or went away, since the reading before: no flow can be told.")
]
Derivation = Annotated[
    Literal["finetune", "quantized", "adapter", "merge", "any", "tagged"],
    Field(
        description="Declared relation to the base model; `any` counts each repository once, whatever the relation; "
        "`tagged` counts those that bear the family's tag, declared or not."
    ),
]
CoverageShare = Annotated[
    float,
    Field(
        ge=0,
        le=1,
        description="Part of the whole that a fetch has listed, as its source estimates it.",
        json_schema_extra={"unit": "ratio"},
    ),
]
