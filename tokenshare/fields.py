"""The field dictionary: one name, one type, one unit, one meaning, everywhere."""

from datetime import UTC, date, timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, Field

LARGEST_COUNT = 2**63 - 1
TEXT = r"^[^\x00-\x1f\x7f]+$"
DECIMAL = r"^-?[0-9]{1,12}(\.[0-9]{1,18})?$"


def _utc(moment: AwareDatetime) -> AwareDatetime:
    if moment.utcoffset() != timedelta(0):
        raise ValueError("must be UTC: write it with Z or +00:00")
    return moment.astimezone(UTC)


Moment = Annotated[AwareDatetime, AfterValidator(_utc)]

# Identity: what every event carries.
EventId = Annotated[
    str,
    Field(pattern=r"^[0-9a-f]{32}$", description="Hash of source, natural key and content of the observation."),
]
FetchId = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$", description="The fetch that brought the observation.")]
SourceId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$", description="The source that reported it.")]
ObservedAt = Annotated[Moment, Field(description="When the pipeline fetched it, in UTC.")]

# Router usage.
UsageDate = Annotated[date, Field(description="UTC day the tokens were processed.")]
WeekStartDate = Annotated[date, Field(description="Monday that opens the ISO week, in UTC.")]
ModelPermaslug = Annotated[
    str,
    Field(
        pattern=TEXT,
        max_length=256,
        description="Model as the router names it: author/slug, with :variant where it is not the default; "
        "`other` is the sum of the models outside the day's fifty most used.",
    ),
]
ModelId = Annotated[str, Field(min_length=1, max_length=256, description="The permaslug without its variant.")]
Variant = Annotated[
    str, Field(max_length=64, description="Price or serving variant, such as free; empty for the default.")
]
CountryCode = Annotated[
    str,
    Field(
        pattern=r"^[A-Z]{2}$",
        description="ISO 3166 headquarters of the ultimate parent; ZZ where nobody could tell.",
    ),
]
Citation = Annotated[str, Field(min_length=1, max_length=2000, description="Where a reader can look it up.")]
VendorId = Annotated[
    str,
    Field(min_length=1, max_length=256, description="Developer of the model; `unknown` where nobody mapped it."),
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
Count = Annotated[int, Field(ge=0, le=LARGEST_COUNT, description="How many.", json_schema_extra={"unit": "count"})]
Rank = Annotated[
    int, Field(ge=1, le=LARGEST_COUNT, description="1 is the largest.", json_schema_extra={"unit": "rank"})
]
Share = Annotated[
    float, Field(ge=0, le=1, description="Part of the whole, 0 to 1.", json_schema_extra={"unit": "ratio"})
]
ChangeShare = Annotated[
    float, Field(ge=-1, le=1, description="Difference of two shares.", json_schema_extra={"unit": "ratio"})
]
GrowthRatio = Annotated[
    float,
    Field(
        ge=0,
        description="This value over the earlier one; 1 is no change.",
        json_schema_extra={"unit": "ratio"},
    ),
]
UpstreamAsOf = Annotated[Moment, Field(description="The moment the upstream says its answer speaks for, in UTC.")]
IsChinese = Annotated[
    bool,
    Field(description="Of a vendor by headquarters, of a model by origin; false where nobody could tell."),
]
Origin = Annotated[
    Literal["chinese", "other", "unknown"],
    Field(description="Chinese by vendor, base model or attribution; unknown where nobody could tell."),
]
Openness = Annotated[
    Literal["open", "closed", "unknown"],
    Field(description="Open where the weights of that checkpoint can be downloaded on that day."),
]
OpennessByOrigin = Annotated[
    Literal["open_chinese", "open_other", "closed_chinese", "closed_other", "unknown"],
    Field(description="Openness and origin together; unknown where either is."),
]
ReconciliationStep = Annotated[
    Literal["identified", "plus lineage", "plus attributed stealth", "smaller denominator", "origin"],
    Field(description="What this step of the waterfall adds to the one before."),
]

# Catalogue and prices.
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
Name = Annotated[str, Field(pattern=TEXT, max_length=512, description="Name for people.")]
CreatedAt = Annotated[Moment, Field(description="When the upstream listed it first, in UTC.")]
HuggingFaceId = Annotated[
    str, Field(pattern=TEXT, max_length=256, description="Repository of the open weights, org/name.")
]
Modality = Annotated[str, Field(pattern=r"^[a-z_]{1,64}$", description="A kind of output, such as text or image.")]
Modalities = Annotated[tuple[Modality, ...], Field(description="Kinds of output the model gives.")]
IsWithdrawn = Annotated[bool, Field(description="The catalogue lists it no longer.")]
IsDiscounted = Annotated[bool, Field(description="The price is a discounted one, not the regular list price.")]
ProviderId = Annotated[str, Field(pattern=TEXT, max_length=128, description="Who sells the tokens at this price.")]
PriceDate = Annotated[date, Field(description="UTC day the price was listed.")]
ValidDate = Annotated[date, Field(description="UTC day on which the price begins or ends to hold.")]
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
        description="List price as a decimal string; null where unknown or variable, 0 where free.",
        json_schema_extra={"unit": "USD/token"},
    ),
]
UsdPerMillion = Annotated[
    float,
    Field(
        ge=0,
        description="List price of one million tokens; null where unknown, 0 where free.",
        json_schema_extra={"unit": "USD/1M tokens"},
    ),
]

# The fetch itself.
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
