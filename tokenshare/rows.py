"""Row contracts: the columns of every published metric and mart."""

from pydantic import BaseModel, ConfigDict, Field

from tokenshare import fields as f


class Row(BaseModel):
    """One row of a published relation; status columns are added at publication."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class RouterTokensWeekly(Row):
    week_start_date: f.WeekStartDate
    tokens: f.Tokens
    tokens_year_ago: f.Tokens | None = Field(
        description="Tokens of the week 364 days earlier; null where it is not complete."
    )
    growth_ratio: f.GrowthRatio | None = Field(description="Tokens over tokens_year_ago; 1 is no change.")


class ChinaShareWeekly(Row):
    week_start_date: f.WeekStartDate
    chinese_tokens: f.Tokens = Field(description="Tokens counted as Chinese by the metric's method.")
    denominator_tokens: f.Tokens = Field(description="Tokens that the share is over; the metric says which.")
    china_share: f.Share = Field(description="Tokens counted as Chinese over the denominator.")


class ChinaShareTrailing7Daily(Row):
    usage_date: f.UsageDate
    identified_share: f.Share = Field(description="Tokens of identified Chinese vendors over all tokens.")
    origin_share: f.Share = Field(description="Tokens of Chinese origin over tokens whose origin is known.")
    lower_share: f.Share = Field(description="Chinese share of all tokens if nothing unknown is Chinese.")
    upper_share: f.Share = Field(description="Chinese share of all tokens if all that is unknown is Chinese.")
    tokens: f.Tokens


class ChinaShareReconciliationWeekly(Row):
    week_start_date: f.WeekStartDate
    step_number: f.Rank = Field(description="Place of the step in the waterfall, from 1.")
    step: f.ReconciliationStep
    numerator_tokens: f.Tokens = Field(description="Tokens counted as Chinese up to this step.")
    denominator_tokens: f.Tokens = Field(description="Tokens that the share is over; the metric says which.")
    china_share: f.Share = Field(description="Tokens counted as Chinese over the denominator.")
    change_share: f.ChangeShare | None = Field(
        description="This share less that of the step before; null on the first."
    )


class ChinaShareBoundsWeekly(Row):
    week_start_date: f.WeekStartDate
    lower_share: f.Share = Field(description="Chinese share of all tokens if nothing unknown is Chinese.")
    upper_share: f.Share = Field(description="Chinese share of all tokens if all that is unknown is Chinese.")
    unknown_tokens: f.Tokens = Field(description="Tokens whose origin nobody could tell.")
    tokens: f.Tokens


class VendorShare(Row):
    vendor_id: f.VendorId
    tokens: f.Tokens
    vendor_share: f.Share = Field(description="The vendor's part of all tokens.")
    named_share: f.Share = Field(description="The vendor's part of the tokens of named models, `other` left out.")
    days_observed: f.Count = Field(
        description="Days on which one of the vendor's models was among the fifty most used."
    )
    upper_share: f.Share = Field(description="The vendor's share if all unknown tokens were its own.")


class VendorShareDaily(VendorShare):
    usage_date: f.UsageDate


class VendorShareWeekly(VendorShare):
    week_start_date: f.WeekStartDate


class ModelRankWeekly(Row):
    week_start_date: f.WeekStartDate
    model_rank: f.Rank = Field(description="Place by tokens; 1 is the most used.")
    model_id: f.ModelId
    vendor_id: f.VendorId
    is_chinese: f.IsChinese
    chinese_so_far_count: f.Count = Field(description="Models of Chinese origin from rank 1 down to this one.")
    tokens: f.Tokens
    model_share: f.Share = Field(description="The model's part of all tokens, `other` included.")


class OpennessShareWeekly(Row):
    week_start_date: f.WeekStartDate
    openness: f.OpennessByOrigin
    tokens: f.Tokens
    openness_share: f.Share = Field(description="Part of all tokens.")


class FreeShareWeekly(Row):
    week_start_date: f.WeekStartDate
    free_tokens: f.Tokens = Field(description="Tokens of `:free` variants.")
    tokens: f.Tokens
    free_share: f.Share = Field(description="Part of all tokens that went through `:free` variants.")


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


class UsageDaily(Row):
    usage_date: f.UsageDate
    model_permaslug: f.ModelPermaslug
    model_id: f.ModelId
    variant: f.Variant
    vendor_id: f.VendorId
    origin: f.Origin
    openness: f.Openness
    tokens: f.Tokens


class Model(Row):
    model_id: f.ModelId
    vendor_id: f.VendorId
    attributed_vendor_id: f.VendorId | None = Field(
        description="Vendor that a stealth model was attributed to; null elsewhere."
    )
    base_model: f.ModelId | None = Field(description="Declared base model; null where none is declared.")
    origin: f.Origin
    openness: f.Openness
    repository: f.HuggingFaceId | None = Field(
        description="Repository of the open weights, org/name; null where there is none."
    )
    licence: f.Name | None = Field(description="Licence of the weights, as their repository names it.")
    name: f.Name | None = Field(description="Name in the router's catalogue; null where it was never listed.")
    first_usage_date: f.UsageDate | None = Field(description="First UTC day on which usage was observed.")


class Vendor(Row):
    vendor_id: f.VendorId
    valid_from: f.ValidDate = Field(description="UTC day from which the row holds.")
    vendor_name: f.Name = Field(description="The developer's name for people.")
    parent_name: f.Name = Field(description="Its ultimate parent; the vendor itself where none is known.")
    country_code: f.CountryCode
    is_chinese: f.IsChinese
    citation: f.Citation
