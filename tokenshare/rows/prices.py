"""Rows of the price metrics."""

from pydantic import Field

from tokenshare import fields as f
from tokenshare.rows.row import Row


class ListPriceDaily(Row):
    price_date: f.PriceDate
    model_id: f.CanonicalSlug
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
