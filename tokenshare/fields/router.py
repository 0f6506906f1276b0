"""Fields of router usage."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from tokenshare.fields.core import LARGEST_COUNT, TEXT

UsageDate = Annotated[date, Field(description="UTC day the tokens were processed.")]
ModelPermaslug = Annotated[
    str,
    Field(
        pattern=TEXT,
        max_length=256,
        description="Model as the router names it: author/slug, with :variant where it is not the default; "
        "`other` is the sum of the models outside the day's fifty most used.",
    ),
]
Variant = Annotated[
    str, Field(max_length=64, description="Price or serving variant, such as free; empty for the default.")
]
Tokens = Annotated[
    int,
    Field(
        ge=0,
        le=LARGEST_COUNT,
        description="Prompt and completion tokens, as counted by each provider (not comparable across vendors).",
        json_schema_extra={"unit": "tokens"},
    ),
]
Category = Annotated[
    Literal["programming"],
    Field(description="What the prompts were about, as the router classifies a sample of them."),
]
Origin = Annotated[
    Literal["chinese", "other", "unknown"],
    Field(description="Chinese by vendor, base model or attribution; unknown where nobody could tell."),
]
Openness = Annotated[
    Literal["open", "closed", "unknown"],
    Field(description="Open where the weights of that checkpoint can be downloaded on that day."),
]
OpennessBasis = Annotated[
    Literal["curated", "catalogue_id", "catalogue_without_id", "none"],
    Field(
        description="Why: a curated row; else the catalogue's entry, which names a repository or none; none where "
        "neither knows the model."
    ),
]
OpennessByOrigin = Annotated[
    Literal["open_chinese", "open_other", "closed_chinese", "closed_other", "unknown"],
    Field(description="Openness and origin together; unknown where either is."),
]
ReconciliationStep = Annotated[
    Literal["identified", "plus lineage", "plus attributed stealth", "smaller denominator", "origin"],
    Field(description="What this step of the waterfall adds to the one before."),
]
