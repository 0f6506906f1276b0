"""Market values of the companies behind the models, and their worst sessions."""

from datetime import timedelta
from typing import Any

from pydantic import BaseModel

from tokenshare import rows
from tokenshare.metrics.markets_group import (
    COMPANIES,
    FX_SOURCES,
    MARKET_CAPS,
    PLATFORM_VALUES,
    PUREPLAY_VALUES,
    QUOTE_SOURCES,
    QUOTES,
    SESSION_SHOCKS,
    SHARE_SOURCES,
)
from tokenshare.metrics.metric import Metric
from tokenshare.topics import DISCLOSURE_OBSERVED, FETCH_COMPLETED, FX_OBSERVED, QUOTE_OBSERVED, SHARE_COUNT_OBSERVED

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
        "exclusions": "tickers nobody mapped; sessions still running; a second line of a company",
        "coverage": "the companies of dim_companies that are listed, in the sessions of the line they are valued by",
    }
    return Metric(id=id, title=title, row=row, **{**given, **declared})


def value_metric(id: str, title: str, whom: str) -> Metric:
    """A metric of companies that are listed, or valued by disclosure, and of their total."""
    return market_metric(
        id,
        title,
        rows.ValueDaily,
        grain=("value_date", "company_id"),
        method="Market value of the newest session where the company is listed, else the middle of the newest "
        "valuation disclosed, each with its basis and date; `total` adds the companies that have either by then.",
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
        "the newest up to the session.",
        denominator="none; change_year_share over the value 365 days before",
        laws=("values_are_plausible",),
    ),
    market_metric(
        SESSION_SHOCKS.id,
        "Change of market value in one session",
        rows.SessionShockDaily,
        method="Market value in USD less that of the session before of the same company; is_worst_to_date where no "
        "tracked company had lost more USD in one session up to then.",
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
