"""Rows of the public marts, for analysts to join."""

from pydantic import Field

from tokenshare import fields as f
from tokenshare.rows.row import RowContract


class UsageDaily(RowContract):
    usage_date: f.UsageDate
    model_permaslug: f.ModelPermaslug
    model_id: f.ModelId
    variant: f.Variant
    vendor_id: f.VendorId
    origin: f.Origin
    openness: f.Openness
    tokens: f.Tokens


class Model(RowContract):
    model_id: f.ModelId
    vendor_id: f.VendorId
    attributed_vendor_id: f.VendorId | None = Field(
        description="Vendor that a stealth model was attributed to; null elsewhere."
    )
    base_model: f.ModelId | None = Field(description="Declared base model; null where none is declared.")
    origin: f.Origin
    openness: f.Openness
    openness_basis: f.OpennessBasis
    repository: f.HuggingFaceId | None = Field(
        description="Repository of the open weights, org/name; null where there is none."
    )
    licence: f.Name | None = Field(description="Licence of the weights, as their repository names it.")
    name: f.Name | None = Field(description="Name in the router's catalogue; null where it was never listed.")
    first_usage_date: f.UsageDate | None = Field(description="First UTC day on which usage was observed.")


class Vendor(RowContract):
    vendor_id: f.VendorId
    valid_from: f.ValidDate = Field(description="UTC day from which the row holds.")
    vendor_name: f.Name = Field(description="The developer's name for people.")
    parent_name: f.Name = Field(description="Its ultimate parent; the vendor itself where none is known.")
    country_code: f.CountryCode
    is_chinese: f.IsChinese
    citation: f.Citation
