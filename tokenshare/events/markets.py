"""Markets, as reported: closes, share counts, reference rates."""

from tokenshare import fields as f
from tokenshare.events.event import Event


class QuoteObserved(Event):
    """A price of a listed line in one session, with its currency."""

    period = "session_date"

    symbol: f.Symbol
    session_date: f.SessionDate
    close: f.Close
    currency: f.CurrencyCode
    is_partial: f.IsPartial


class ShareCountObserved(Event):
    """All issued shares of a company on one day, and how many one unit of a line stands for."""

    period = "date"

    symbol: f.Symbol
    date: f.CountDate
    shares_issued: f.SharesIssued
    units_per_line: f.UnitsPerLine


class FxObserved(Event):
    """A reference rate of a day."""

    period = "rate_date"

    rate_date: f.RateDate
    base: f.CurrencyCode
    quote: f.CurrencyCode
    rate: f.ExchangeRate
