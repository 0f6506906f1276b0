"""Rows of the price metrics and their mart."""

from pydantic import Field

from tokenshare import fields as f
from tokenshare.rows.row import RowContract


class ListPriceDaily(RowContract):
    price_date: f.PriceDate
    model_id: f.CanonicalSlug
    source_id: f.SourceId = Field(description="Whose price it is: the catalogue's, or else the price book's.")
    input_usd_per_million: f.UsdPerMillion | None = Field(
        description="List price of a million input tokens; null where unknown, 0 where free."
    )
    output_usd_per_million: f.UsdPerMillion | None = Field(
        description="List price of a million output tokens; null where unknown, 0 where free."
    )
    blended_usd_per_million: f.UsdPerMillion | None = Field(
        description="Three parts input to one part output; null where either is unknown."
    )
    is_discounted: f.IsDiscounted


class PriceRatioDaily(RowContract):
    price_date: f.PriceDate
    model_id: f.CanonicalSlug
    reference_model_id: f.CanonicalSlug = Field(description="The model whose price of that day is the denominator.")
    input_ratio: f.PriceRatio | None = Field(
        description="Input price over the reference's; null where either is unknown or the reference is free."
    )
    output_ratio: f.PriceRatio | None = Field(
        description="Output price over the reference's; null where either is unknown or the reference is free."
    )
    blended_ratio: f.PriceRatio | None = Field(
        description="Blended price over the reference's; null where either is unknown or the reference is free."
    )


class PricesDaily(RowContract):
    price_date: f.PriceDate
    model_id: f.CanonicalSlug
    source_id: f.SourceId
    provider: f.ProviderId
    tier_min_tokens: f.TierMinTokens
    time_window: f.TimeWindow
    is_discounted: f.IsDiscounted
    input_usd_per_million: f.UsdPerMillion | None = Field(
        description="Price of a million input tokens; null where unknown, 0 where free."
    )
    output_usd_per_million: f.UsdPerMillion | None = Field(
        description="Price of a million output tokens; null where unknown, 0 where free."
    )
