"""Market values of the companies behind the models, and their worst sessions."""

from datetime import timedelta
from typing import Any

from pydantic import BaseModel

from tokenshare import rows
from tokenshare.metrics.group import (
    CONFLICTING_KEYS,
    DISAPPEARED_DAYS,
    INCOMPLETE_FETCHES,
    NEAREST_RATIO,
    NONE,
    RESTATED_MIDDLE,
    RESTATED_RATIO,
    RESTATED_UNITS,
    SERIES_RATIO,
    WITHDRAWN_ROWS,
    Evidence,
    Group,
    Interval,
    Provenance,
    about,
)
from tokenshare.metrics.metric import Metric
from tokenshare.topics import DISCLOSURE_OBSERVED, FETCH_COMPLETED, FX_OBSERVED, QUOTE_OBSERVED, SHARE_COUNT_OBSERVED

QUOTE_SOURCES = ("eodhd_quotes", "quotes_dropped")
SHARE_SOURCES = ("edgar_shares", "shares_dropped")
FX_SOURCES = ("ecb_rates", "ecb_bundled")

QUOTE_PROVENANCE = Provenance("int_closes_stated", "session_date")
RATE_PROVENANCE = Provenance("int_rates_stated", "rate_date")
COUNT_PROVENANCE = Provenance("int_counts_stated", "count_date")
VALUATION_PROVENANCE = Provenance("int_valuations_disclosed", "fact_date")
CAP_PROVENANCE = (QUOTE_PROVENANCE, COUNT_PROVENANCE, RATE_PROVENANCE)
UNMAPPED = ("int_tickers_unmapped", "int_mapping_markets")

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
    "Move of a company's value from one session to the next, from a twentieth on. The worst day of a company this "
    "large was 0.26; a split whose share count is missing, a price in the wrong unit, a count in thousands are far "
    "beyond.",
    is_occasional=True,
)
USUAL_SPLIT = Evidence(
    "usual_split",
    Interval(1, 1),
    "Value of a company as a part of the session before, if its price alone fell in the ratio of a usual split, 1:2 to "
    "10:11, and no other company fell alike.",
    is_occasional=True,
)
LOST_ROWS = Evidence(
    "lost_rows",
    NONE,
    "Closes, share counts or rates that were stated and that the newest answer leaves out: one row of a dropped file "
    "that no empty value withdraws; of a feed three days of a line, or all of that line.",
    is_occasional=True,
)
COUNT_MOVED = Evidence(
    "count_moved",
    Interval(1, 100),
    "How many times a share count is the middle of those before it of its line, or the other way round. A split "
    "multiplies by fifty at most; a count in thousands is a thousandth.",
    is_occasional=True,
)
CLOSE_MOVED = Evidence(
    "close_moved",
    Interval(1, 50),
    "How many times a close is the middle of the five before it of its line, or the other way round. Splits are "
    "smaller; pence for pounds is a hundredfold.",
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
STALE_VALUES = Evidence(
    "stale_values",
    Interval(0, 6),
    "Days since the close behind a company's market value, on the newest day. No market closes for longer: the line is "
    "halted, delisted or no longer fed.",
    is_occasional=True,
    alerts_only=True,
)
RATE_EVIDENCE = about([RATE_PROVENANCE], RATE_MOVED, DISAPPEARED_DAYS, LOST_ROWS, RESTATED_MIDDLE)
QUOTE_EVIDENCE = (
    *(CLOSES, CONFLICTING_KEYS, FOREIGN_CURRENCY, INCOMPLETE_FETCHES),
    *(DISAPPEARED_DAYS, LOST_ROWS, RESTATED_MIDDLE),
)
CAP_EVIDENCE = (
    *about([QUOTE_PROVENANCE], CLOSES, FOREIGN_CURRENCY),
    *(CONFLICTING_KEYS, INCOMPLETE_FETCHES, DISAPPEARED_DAYS, LOST_ROWS),
    *(SPLIT_SUSPECTED, USUAL_SPLIT, UNCONVERTED_CLOSES),
    *about([QUOTE_PROVENANCE, RATE_PROVENANCE], RESTATED_MIDDLE),
    *about([COUNT_PROVENANCE, VALUATION_PROVENANCE], RESTATED_RATIO),
    *about([COUNT_PROVENANCE], COUNT_MOVED),
    *about([RATE_PROVENANCE], RATE_MOVED),
)


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
        listed=UNMAPPED,
    )


MARKET_CAPS = valued("market_cap_daily")
SESSION_SHOCKS = valued("session_shock_daily")
VALUE_PROVENANCE = (*CAP_PROVENANCE, VALUATION_PROVENANCE)
VALUE_EVIDENCE = (
    *about([VALUATION_PROVENANCE], RESTATED_UNITS, WITHDRAWN_ROWS, SERIES_RATIO, NEAREST_RATIO),
    STALE_VALUES,
)
PUREPLAY_VALUES = valued("pureplay_value_daily", VALUE_PROVENANCE, "int_pureplay_evidence", VALUE_EVIDENCE)
PLATFORM_VALUES = valued("platform_value_daily", VALUE_PROVENANCE, "int_platform_evidence", VALUE_EVIDENCE)
QUOTES = Group(
    id="fct_quotes_daily",
    provenance=(QUOTE_PROVENANCE,),
    measured_by="int_quote_evidence",
    dated_by=CLOSES.name,
    evidence=(*QUOTE_EVIDENCE, MIDDLE_MOVE, CLOSE_MOVED),
    listed=UNMAPPED,
)
COMPANIES = Group("dim_companies")
MARKET_GROUPS = (MARKET_CAPS, SESSION_SHOCKS, PUREPLAY_VALUES, PLATFORM_VALUES, QUOTES, COMPANIES)

# The longest stretch without a session is the lunar new year in Hong Kong: from a Tuesday to the Monday after.
FRESHNESS = timedelta(days=6)
CAP_TOPICS = (QUOTE_OBSERVED, SHARE_COUNT_OBSERVED, FX_OBSERVED, FETCH_COMPLETED)
CAP_NEEDS = (QUOTE_SOURCES, SHARE_SOURCES, FX_SOURCES)


def market_metric(id: str, title: str, row: type[BaseModel], **declared: Any) -> Metric:
    """A metric made from closes, share counts and exchange rates."""
    given: dict[str, Any] = {
        "unit": "USD",
        "grain": ("session_date", "company_id"),
        "denominator": "none",
        "group": id,
        "topics": CAP_TOPICS,
        "needs": CAP_NEEDS,
        "window": "history",
        "freshness": FRESHNESS,
        "exclusions": "tickers nobody mapped; sessions still running; other lines of a company valued by one",
        "coverage": "the companies of dim_companies that are listed, in the sessions of the line they are valued by",
    }
    return Metric(id=id, title=title, row=row, **{**given, **declared})


def value_metric(id: str, title: str, whom: str) -> Metric:
    """A metric of listed companies, of companies valued by disclosure, and of their total."""
    return market_metric(
        id,
        title,
        rows.ValueDaily,
        grain=("value_date", "company_id"),
        method="Market value of the newest session where the company is listed, else the middle of the newest "
        "valuation disclosed, each with its basis and date; `total` adds the companies that have either by then. A "
        "market value more than six days old is_stale, and so is a total with one.",
        topics=(*CAP_TOPICS, DISCLOSURE_OBSERVED),
        needs=(*CAP_NEEDS, ("disclosures",)),
        exclusions="companies neither listed nor valued by that day",
        coverage=whom,
        laws=("total_is_sum_of_companies",),
    )


MARKET_METRICS = (
    market_metric(
        MARKET_CAPS.id,
        "Market value",
        rows.MarketCapDaily,
        method="All issued shares over shares per unit of the line, times the close of that one line as traded, times "
        "the ECB reference rate of the session's day or of the last TARGET day before (fx_date). The share count is "
        "the newest up to the session. The line is, session by session, the most preferred with a close and a count.",
        denominator="none; change_year_share over the value 365 days before",
        laws=("values_are_plausible",),
    ),
    market_metric(
        SESSION_SHOCKS.id,
        "Change of market value in one session",
        rows.SessionShockDaily,
        method="Market value in USD less that of the session before of the same company; is_worst_to_date where no "
        "tracked company had lost more USD in one session up to then. A change since an earlier session than the last "
        "of its market, or to another line, is not of one session (is_one_session) and never the worst.",
        denominator="none; change_share over the market value of the session before",
        laws=("changes_are_of_market_values", "changes_are_quotients", "worst_falls_only"),
    ),
    value_metric(
        PUREPLAY_VALUES.id, "Value of the pure-play model companies", "Chinese companies whose business is models alone"
    ),
    value_metric(
        PLATFORM_VALUES.id, "Value of the platform companies", "Chinese platform companies with models of their own"
    ),
)

MARKET_MARTS = (
    market_metric(
        QUOTES.id,
        "Closes by listed line, daily",
        rows.QuoteDaily,
        unit="currency",
        grain=("session_date", "symbol"),
        method="As the newest complete answer for the session states it, as traded; the company joined by ticker.",
        topics=(QUOTE_OBSERVED, FETCH_COMPLETED),
        needs=(QUOTE_SOURCES,),
        window="day",
        exclusions="sessions still running",
        coverage="every ticker for which a close was stated, mapped or not",
        schema="marts",
    ),
    market_metric(
        COMPANIES.id,
        "Companies",
        rows.Company,
        unit="",
        grain=("company_id",),
        method="Companies with their listed lines, the one they are valued by, and what they are counted among; cited.",
        topics=(),
        needs=(),
        window="snapshot",
        freshness=None,
        exclusions="companies nobody has entered",
        coverage="curated",
        schema="marts",
    ),
)
