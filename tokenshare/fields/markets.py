"""Fields of markets: companies and their listed lines, closes, share counts, reference rates, values."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from tokenshare.fields.core import TEXT

POSITIVE_DECIMAL = r"^([1-9][0-9]{0,11}(\.[0-9]{1,18})?|0\.[0-9]{0,17}[1-9][0-9]{0,17})$"

Symbol = Annotated[
    str,
    Field(
        pattern=r"^[A-Z0-9][A-Z0-9.-]{0,15}$",
        description="A listed line: the ticker, with the exchange after a dot outside the United States.",
    ),
]
SessionDate = Annotated[date, Field(description="Day of the trading session, in the exchange's own calendar.")]
CountDate = Annotated[date, Field(description="Day on which the shares were counted.")]
RateDate = Annotated[date, Field(description="TARGET working day of the reference rate.")]
CurrencyCode = Annotated[
    str,
    Field(pattern=r"^[A-Z]{3}$", description="ISO 4217; a hundredth of a currency, such as pence, is none."),
]
Close = Annotated[
    str,
    Field(
        pattern=POSITIVE_DECIMAL,
        max_length=40,
        description="Closing price of one unit of the line, as traded: adjusted for nothing. A decimal string.",
        json_schema_extra={"unit": "currency"},
    ),
]
ExchangeRate = Annotated[
    str,
    Field(
        pattern=POSITIVE_DECIMAL,
        max_length=40,
        description="Units of `quote` that one unit of `base` bought, as a decimal string.",
        json_schema_extra={"unit": "quote/base"},
    ),
]
IsPartial = Annotated[bool, Field(description="The session was still running: the price is no close.")]
SharesIssued = Annotated[
    int,
    Field(
        ge=1,
        le=10**12,
        description="All issued shares of the company, of every class.",
        json_schema_extra={"unit": "shares"},
    ),
]
UnitsPerLine = Annotated[
    int,
    Field(
        ge=1,
        le=10**6,
        description="Shares that one unit of the line stands for: 1, or for a depositary share such as 8.",
        json_schema_extra={"unit": "shares"},
    ),
]
ClosePrice = Annotated[
    float,
    Field(
        ge=1e-6,
        description="Closing price of one unit of the line, as traded, in `currency`.",
        json_schema_extra={"unit": "currency"},
    ),
]
UsdChange = Annotated[
    float,
    Field(description="Change in United States dollars, exact to the cent.", json_schema_extra={"unit": "USD"}),
]
ValueChangeShare = Annotated[
    float,
    Field(
        ge=-1,
        description="Change of a value over what it was before; 1 is twice as much.",
        json_schema_extra={"unit": "ratio"},
    ),
]
IsWorstToDate = Annotated[
    bool,
    Field(description="No tracked company had lost more USD in one session, up to and including this one."),
]
IsOneSession = Annotated[
    bool,
    Field(
        description="The change is of one session: the same line as before, and no session of its market in between."
    ),
]
IsStale = Annotated[
    bool,
    Field(description="The close behind a market value is more than six days old; of a total, that behind any part."),
]
ValueDate = Annotated[date, Field(description="Day for which the companies are valued.")]
Basis = Annotated[
    Literal["listed", "disclosed", "mixed"],
    Field(description="A market value, a valuation that was disclosed, or, in a total, both."),
]
IsPureplay = Annotated[bool, Field(description="Its business is models and nothing else.")]
IsPlatform = Annotated[bool, Field(description="A Chinese platform company with models of its own.")]
ExchangeCode = Annotated[str, Field(pattern=TEXT, max_length=32, description="The exchange, by its usual name.")]
