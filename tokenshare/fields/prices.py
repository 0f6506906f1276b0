"""Fields of the catalogue and of list prices."""

from datetime import date
from typing import Annotated

from pydantic import Field

from tokenshare.fields.core import DECIMAL, LARGEST_COUNT, TEXT, Moment

CatalogId = Annotated[
    str, Field(pattern=TEXT, max_length=256, description="The catalogue's id of the entry; may be an alias.")
]
CanonicalSlug = Annotated[
    str,
    Field(
        pattern=TEXT,
        max_length=256,
        description="The permaslug that usage rows carry; joins usage to the catalogue.",
    ),
]
CreatedAt = Annotated[Moment, Field(description="When the upstream listed it first, in UTC.")]
Modality = Annotated[str, Field(pattern=r"^[a-z_]{1,64}$", description="A kind of output, such as text or image.")]
Modalities = Annotated[tuple[Modality, ...], Field(max_length=32, description="Kinds of output the model gives.")]
IsWithdrawn = Annotated[bool, Field(description="The catalogue lists it no longer.")]
IsDiscounted = Annotated[bool, Field(description="The price is a discounted one, not the regular list price.")]
ProviderId = Annotated[str, Field(pattern=TEXT, max_length=128, description="Who sells the tokens at this price.")]
PriceDate = Annotated[date, Field(description="UTC day the price was listed.")]
TierMinTokens = Annotated[
    int,
    Field(
        ge=0,
        le=LARGEST_COUNT,
        description="Prompt size from which the price holds; 0 is the base tier.",
        json_schema_extra={"unit": "tokens"},
    ),
]
MinuteOfDay = Annotated[
    int,
    Field(
        ge=0,
        le=2400,
        description="Clock time HHMM in UTC from which, or until which, the price holds.",
        json_schema_extra={"unit": "HHMM"},
    ),
]
UsdPerToken = Annotated[
    str,
    Field(
        pattern=DECIMAL,
        max_length=40,
        description="List price as a decimal string; null where unknown, variable or not per token, 0 where free.",
        json_schema_extra={"unit": "USD/token"},
    ),
]
UsdPerMillion = Annotated[
    float,
    Field(
        ge=0,
        description="List price of one million tokens; null where unknown or not per token, 0 where free.",
        json_schema_extra={"unit": "USD/1M tokens"},
    ),
]
PriceRatio = Annotated[
    float,
    Field(
        ge=0,
        description="This price over the reference's; 0.1 is a tenth of it.",
        json_schema_extra={"unit": "ratio"},
    ),
]
TimeWindow = Annotated[
    str,
    Field(
        pattern=r"^(?:all day|[0-9]{4}-[0-9]{4})$",
        description="HHMM-HHMM in UTC between which the price holds every day; `all day` where it is not bound to a "
        "time of day.",
    ),
]
