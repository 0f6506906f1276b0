"""Fields of many events and rows: identity, moments, counts, shares, names."""

from datetime import UTC, date, timedelta
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, Field

LARGEST_COUNT = 2**63 - 1
# Controls, directions and separators (categories Cc, Cf, Zl, Zp): written out, as no notation for a category is read
# alike by Rust, Python and JSON Schema. Beyond four digits it is the letters themselves, for the same reason.
STEERING = (
    r"\x00-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u2028-\u202e"
    r"\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb"
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f"
)
TEXT = f"^[^{STEERING}]+$"
TEXT_OR_NOTHING = f"^[^{STEERING}]*$"
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

WeekStartDate = Annotated[date, Field(description="Monday that opens the ISO week, in UTC.")]
CountryCode = Annotated[
    str,
    Field(
        pattern=r"^[A-Z]{2}$",
        description="ISO 3166 headquarters of the ultimate parent; ZZ where nobody could tell.",
    ),
]
Citation = Annotated[
    str, Field(pattern=TEXT, min_length=1, max_length=2000, description="Where a reader can look it up.")
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
Usd = Annotated[float, Field(ge=0, description="Amount of money in US dollars.", json_schema_extra={"unit": "USD"})]
UpstreamAsOf = Annotated[Moment, Field(description="The moment the upstream says its answer speaks for, in UTC.")]
IsChinese = Annotated[
    bool,
    Field(description="Of a vendor by headquarters, of a model by origin; false where nobody could tell."),
]
VendorId = Annotated[
    str,
    Field(
        pattern=TEXT,
        min_length=1,
        max_length=256,
        description="Developer of the model; `unknown` where nobody mapped it.",
    ),
]
ModelId = Annotated[
    str, Field(pattern=TEXT, min_length=1, max_length=256, description="The permaslug without its variant.")
]
Name = Annotated[str, Field(pattern=TEXT, max_length=512, description="Name for people.")]
ValidDate = Annotated[date, Field(description="UTC day on which the price begins or ends to hold.")]
HuggingFaceId = Annotated[
    str, Field(pattern=TEXT, max_length=256, description="Repository of the open weights, org/name.")
]
