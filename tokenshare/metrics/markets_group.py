"""The groups of markets: their sources, and what closes, counts and rates must show before a value is let out."""

from tokenshare.metrics.group import (
    CONFLICTING_KEYS,
    DISAPPEARED_DAYS,
    INCOMPLETE_FETCHES,
    NONE,
    RESTATED_RATIO,
    RESTATED_UNITS,
    WITHDRAWN_ROWS,
    Evidence,
    Group,
    Interval,
    Provenance,
)

QUOTE_SOURCES = ("eodhd_quotes", "quotes_dropped")
SHARE_SOURCES = ("edgar_shares", "shares_dropped")
FX_SOURCES = ("ecb_rates", "ecb_bundled")

QUOTE_PROVENANCE = Provenance("int_quotes_selected", "session_date")
CAP_PROVENANCE = (
    QUOTE_PROVENANCE,
    Provenance("int_shares_selected", "count_date"),
    Provenance("int_fx_selected", "rate_date"),
)
UNMAPPED = "int_tickers_unmapped"

CLOSES = Evidence(
    "closes",
    Interval(1, 1e6),
    "Closes of a session. The newest session tells the age; a bar that is not final is none.",
)
FOREIGN_CURRENCY = Evidence(
    "foreign_currency",
    NONE,
    "Closes in another currency than the one their line is traded in: a column swapped, or a line mistaken.",
)
SPLIT_SUSPECTED = Evidence(
    "split_suspected",
    Interval(0, 0.35),
    "Largest move of a company's value in one session. The worst day of a company this large was 0.26; a split whose "
    "share count is missing, a price in the wrong unit, a count in thousands are far beyond.",
    is_occasional=True,
)
UNCONVERTED_CLOSES = Evidence(
    "unconverted_closes",
    NONE,
    "Closes without an exchange rate of the session's day or of the six before: no TARGET holiday is that long.",
)
MIDDLE_MOVE = Evidence(
    "middle_move",
    Interval(1, 2),
    "How many times the close of a session's middle line is its close before, or the other way round, from three on. "
    "One line may split; all of them at once are in another unit.",
    is_occasional=True,
)
RATE_MOVED = Evidence(
    "rate_moved",
    Interval(0, 0.2),
    "Largest move of a reference rate from one TARGET day to the next. No major currency moves a tenth in a day; "
    "one that is quoted per hundred, or that stands in another's column, is far beyond.",
    is_occasional=True,
)
RATE_EVIDENCE = (RATE_MOVED, DISAPPEARED_DAYS)
QUOTE_EVIDENCE = (CLOSES, CONFLICTING_KEYS, FOREIGN_CURRENCY, INCOMPLETE_FETCHES, DISAPPEARED_DAYS)
CAP_EVIDENCE = (*QUOTE_EVIDENCE, SPLIT_SUSPECTED, UNCONVERTED_CLOSES, RESTATED_RATIO, RATE_MOVED)


def valued(
    id: str,
    provenance: tuple[Provenance, ...] = CAP_PROVENANCE,
    measured_by: str = "int_cap_evidence",
    more: tuple[Evidence, ...] = (),
) -> Group:
    """A group of one metric made from market values."""
    return Group(
        id=id,
        provenance=provenance,
        measured_by=measured_by,
        dated_by=CLOSES.name,
        evidence=(*CAP_EVIDENCE, *more),
        listed=(UNMAPPED,),
    )


MARKET_CAPS = valued("market_cap_daily")
SESSION_SHOCKS = valued("session_shock_daily")
VALUE_PROVENANCE = (*CAP_PROVENANCE, Provenance("int_valuations_disclosed", "fact_date"))
DISCLOSED_EVIDENCE = (RESTATED_UNITS, WITHDRAWN_ROWS)
PUREPLAY_VALUES = valued("pureplay_value_daily", VALUE_PROVENANCE, "int_value_evidence", DISCLOSED_EVIDENCE)
PLATFORM_VALUES = valued("platform_value_daily", VALUE_PROVENANCE, "int_value_evidence", DISCLOSED_EVIDENCE)
QUOTES = Group(
    id="fct_quotes_daily",
    provenance=(QUOTE_PROVENANCE,),
    measured_by="int_quote_evidence",
    dated_by=CLOSES.name,
    evidence=(*QUOTE_EVIDENCE, MIDDLE_MOVE),
    listed=(UNMAPPED,),
)
COMPANIES = Group("dim_companies")
MARKET_GROUPS = (MARKET_CAPS, SESSION_SHOCKS, PUREPLAY_VALUES, PLATFORM_VALUES, QUOTES, COMPANIES)
