"""Rows of the market metrics and marts."""

from pydantic import Field

from tokenshare import fields as f
from tokenshare.rows.row import RowContract


class QuoteDaily(RowContract):
    session_date: f.SessionDate
    symbol: f.Symbol
    company_id: f.CompanyId | None = Field(description="The company of the line; null where nobody mapped the ticker.")
    close: f.ClosePrice
    currency: f.CurrencyCode


class Company(RowContract):
    company_id: f.CompanyId
    company_name: f.Name
    country_code: f.CountryCode
    is_chinese: f.IsChinese = Field(description="By headquarters; Hong Kong and Macau count with China.")
    is_pureplay: f.IsPureplay
    is_platform: f.IsPlatform
    symbols: f.Name | None = Field(description="Every listed line, the preferred one first; null where unlisted.")
    symbol: f.Symbol | None = Field(description="The line that is preferred for the market value; null where unlisted.")
    exchange: f.ExchangeCode | None = Field(description="Where that line is traded; null where unlisted.")
    currency: f.CurrencyCode | None = Field(description="In which that line is traded; null where unlisted.")
    units_per_line: f.UnitsPerLine | None = Field(
        description="Shares that one unit of that line stands for; null where unlisted."
    )
    listed_from_date: f.ValidDate | None = Field(
        description="First day of that line under this ticker; null where unlisted."
    )
    citation: f.Citation


class MarketCapDaily(RowContract):
    session_date: f.SessionDate
    company_id: f.CompanyId
    market_cap_usd: f.Usd = Field(description="All issued shares at the close of one line, in USD.")
    close: f.ClosePrice
    currency: f.CurrencyCode
    shares_issued: f.SharesIssued = Field(description="The newest count of all issued shares up to the session.")
    fx_date: f.RateDate | None = Field(
        description="TARGET day of the rate: the session's or the last before; null where the line trades in USD."
    )
    change_year_share: f.ValueChangeShare | None = Field(
        description="Over the market value 365 days before, or in the session before that; null where there is none."
    )


class SessionShockDaily(RowContract):
    session_date: f.SessionDate
    company_id: f.CompanyId
    change_share: f.ValueChangeShare = Field(description="Change of the market value since the session before.")
    change_usd: f.UsdChange = Field(description="The same in USD.")
    is_one_session: f.IsOneSession
    is_worst_to_date: f.IsWorstToDate


class ValueDaily(RowContract):
    value_date: f.ValueDate
    company_id: f.CompanyId = Field(description="A company; `total` is the sum of all that have a value by then.")
    value_usd: f.Usd = Field(
        description="Market value where listed, else the middle of the newest disclosed valuation."
    )
    basis: f.Basis
    basis_date: f.ValueDate = Field(description="Day of the close or of the disclosure; of a total, the oldest one.")
    is_stale: f.IsStale
