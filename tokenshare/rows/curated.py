"""Rows of the metrics made of curated facts."""

from datetime import date
from typing import Literal

from pydantic import Field
from pydantic.config import JsonDict

from tokenshare import fields as f
from tokenshare.rows.row import RowContract

OF_THE_UNIT: JsonDict = {"unit": "as `unit` says"}
USD: JsonDict = {"unit": "USD"}
LOW = "Least that the source gives; null where it gives no least."
HIGH = "Most that the source gives; null where it gives no most."


class DisclosedValue(RowContract):
    fact_id: f.FactId
    company_id: f.CompanyId
    fact_date: f.FactDate
    kind: f.FactKind
    period_start: f.PeriodBound | None
    period_end: f.PeriodBound | None
    low: float | None = Field(description=LOW, json_schema_extra=OF_THE_UNIT)
    high: float | None = Field(description=HIGH, json_schema_extra=OF_THE_UNIT)
    unit: f.AmountUnit
    currency: f.Currency | None
    low_usd: float | None = Field(
        description="`low` in USD, at the rate that `usd_basis` names.", json_schema_extra=USD
    )
    high_usd: float | None = Field(
        description="`high` in USD, at the rate that `usd_basis` names.", json_schema_extra=USD
    )
    own_usd: float | None = Field(description="What the source itself says in USD.", json_schema_extra=USD)
    usd_basis: str = Field(description="By which rate it is in USD, or why it is not.")
    confidence: f.Confidence
    citation: f.Citation


class Disclosure(RowContract):
    fact_id: f.FactId
    company_id: f.CompanyId
    fact_date: f.FactDate
    known_at: f.KnownAt
    period_start: f.PeriodBound | None
    period_end: f.PeriodBound | None
    kind: f.FactKind
    low: float | None = Field(description=LOW, json_schema_extra=OF_THE_UNIT)
    high: float | None = Field(description=HIGH, json_schema_extra=OF_THE_UNIT)
    unit: f.AmountUnit
    currency: f.Currency | None
    own_usd: float | None = Field(description="What the source itself says in USD.", json_schema_extra=USD)
    is_newest: bool = Field(description="No later date is known for this fact of this company.")
    confidence: f.Confidence
    citation: f.Citation


class DisclosedRatio(RowContract):
    ratio_id: str = Field(pattern=f.SLUG, max_length=128, description="A quotient of two disclosed figures.")
    title: f.Name
    low: float | None = Field(
        description="Least quotient that both ranges allow; null where it is open or a figure is not known.",
        json_schema_extra={"unit": "ratio"},
    )
    high: float | None = Field(
        description="Largest quotient that both ranges allow; null where it is open or a figure is not known.",
        json_schema_extra={"unit": "ratio"},
    )
    numerator_fact: str | None = Field(description="Key of the figure above the line, as disclosed_value takes it.")
    denominator_fact: str | None = Field(description="Key of the figure below the line, as disclosed_value takes it.")


class LeaderboardRank(RowContract):
    board_id: f.BoardId
    ranking_date: f.RankingDate
    board_rank: f.Rank = Field(description="Place by score; equal scores share it, the next follows without a gap.")
    entry_id: f.EntryId
    model: f.Name
    vendor_id: f.VendorId
    score: float = Field(description="As the board scores; more is better.", json_schema_extra={"unit": "score"})
    is_chinese: f.IsChinese
    is_open: f.IsOpenOrUnknown
    open_rank: f.Rank | None = Field(description="Place among the entries known to be open; null for all others.")


class ReleaseCadence(RowContract):
    vendor_id: f.VendorId
    release_date: f.ReleaseDate
    release: f.Name
    is_major: f.IsMajor
    is_open: f.IsOpenOrUnknown
    releases_trailing_year_count: f.Count = Field(
        description="Major releases of the vendor in the 365 days that end with this one."
    )
    citation: f.Citation


class WatchStatus(RowContract):
    watch_id: str = Field(pattern=f.SLUG, max_length=128, description="What is watched.")
    title: f.Name
    state: Literal["quiet", "near", "crossed", "no_data"] = Field(
        description="Against the threshold; near is within a tenth of it, no_data where nothing was read."
    )
    since: date | None = Field(description="First UTC day of the readings that agree with the state.")
    value: float | None = Field(description="Newest reading.", json_schema_extra=OF_THE_UNIT)
    threshold: float = Field(description="What the reading is held against.", json_schema_extra=OF_THE_UNIT)
    unit: f.Name
    board_id: f.BoardId | None = Field(description="The board of the newest reading; null if no board is read.")
