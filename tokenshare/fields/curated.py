"""Fields of curated facts: disclosed figures, leaderboards, releases."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from tokenshare.fields.core import Moment

AMOUNT = r"^-?[0-9]{1,18}(\.[0-9]{1,9})?$"
SLUG = r"^[a-z0-9]+([._-][a-z0-9]+)*$"

KnownAt = Annotated[Moment, Field(description="The moment from which the figure was public, in UTC.")]
FactId = Annotated[
    str, Field(pattern=SLUG, max_length=128, description="What is disclosed, such as valuation or capex.")
]
CompanyId = Annotated[str, Field(pattern=SLUG, max_length=128, description="Whom the figure is about.")]
FactDate = Annotated[
    date,
    Field(description="UTC day the figure speaks for; the first of the month where only the month is known."),
]
PeriodBound = Annotated[date, Field(description="First or last UTC day of a flow; null where there is no period.")]
FactKind = Annotated[
    Literal["stock", "flow"],
    Field(description="A level at a date, or an amount over a period; it decides at which rate money is converted."),
]
Amount = Annotated[
    str,
    Field(pattern=AMOUNT, max_length=40, description="Plain decimal; null where that end of the range is open."),
]
AmountUnit = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z][A-Za-z0-9]*(/[a-z]+)?$",
        max_length=64,
        description="What is counted, per day, month or year where it is a rate; money bears its currency.",
    ),
]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="ISO 4217 code; null where it is not money.")]
Confidence = Annotated[
    Literal["filed", "reported"], Field(description="Filed by the company itself, or reported by others.")
]
BoardId = Annotated[
    str,
    Field(
        pattern=SLUG,
        max_length=128,
        description="A leaderboard; one that ends in -places tells places only, its scores are places below zero.",
    ),
]
RankingDate = Annotated[date, Field(description="UTC day the board showed it.")]
EntryId = Annotated[str, Field(pattern=SLUG, max_length=128, description="An entry of the board.")]
Score = Annotated[
    str, Field(pattern=AMOUNT, max_length=40, description="As the board scores, as a plain decimal; more is better.")
]
IsOpenOrUnknown = Annotated[
    bool | None, Field(description="The weights can be downloaded; null where nobody could tell.")
]
ReleaseDate = Annotated[date, Field(description="UTC day of the release.")]
IsMajor = Annotated[bool, Field(description="A new generation or product line, not an update of one.")]
