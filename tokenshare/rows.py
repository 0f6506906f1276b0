"""Row contracts: the columns of every published metric and mart."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from tokenshare import fields as f


class Row(BaseModel):
    """One row of a published relation; status columns are added at publication."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class RouterTokensWeekly(Row):
    week_start_date: f.WeekStartDate
    tokens: f.Tokens
    tokens_year_ago: f.Tokens | None
    growth_ratio: f.GrowthRatio | None


class ChinaShareWeekly(Row):
    week_start_date: f.WeekStartDate
    chinese_tokens: f.Tokens
    denominator_tokens: f.Tokens
    china_share: f.Share


class ChinaShareTrailing7Daily(Row):
    usage_date: f.UsageDate
    identified_share: f.Share
    origin_share: f.Share
    lower_share: f.Share
    upper_share: f.Share
    tokens: f.Tokens


class ChinaShareReconciliationWeekly(Row):
    week_start_date: f.WeekStartDate
    step_number: f.Rank
    step: Literal["identified", "plus lineage", "plus attributed stealth", "smaller denominator", "origin"]
    numerator_tokens: f.Tokens
    denominator_tokens: f.Tokens
    china_share: f.Share
    change_share: f.ChangeShare | None


class ChinaShareBoundsWeekly(Row):
    week_start_date: f.WeekStartDate
    lower_share: f.Share
    upper_share: f.Share
    unknown_tokens: f.Tokens
    tokens: f.Tokens


class VendorShare(Row):
    vendor_id: f.VendorId
    tokens: f.Tokens
    vendor_share: f.Share
    named_share: f.Share
    days_observed: f.Count
    upper_share: f.Share


class VendorShareDaily(VendorShare):
    usage_date: f.UsageDate


class VendorShareWeekly(VendorShare):
    week_start_date: f.WeekStartDate


class ModelRankWeekly(Row):
    week_start_date: f.WeekStartDate
    model_rank: f.Rank
    model_id: f.ModelId
    vendor_id: f.VendorId
    is_chinese: bool
    chinese_so_far_count: f.Count
    tokens: f.Tokens
    model_share: f.Share


class OpennessShareWeekly(Row):
    week_start_date: f.WeekStartDate
    openness: Literal["open_chinese", "open_other", "closed_chinese", "closed_other", "unknown"]
    tokens: f.Tokens
    openness_share: f.Share


class FreeShareWeekly(Row):
    week_start_date: f.WeekStartDate
    free_tokens: f.Tokens
    tokens: f.Tokens
    free_share: f.Share


class ListPriceDaily(Row):
    price_date: f.PriceDate
    model_id: f.CanonicalSlug
    input_usd_per_million: f.UsdPerMillion | None
    output_usd_per_million: f.UsdPerMillion | None
    blended_usd_per_million: f.UsdPerMillion | None
    is_discounted: bool


class UsageDaily(Row):
    usage_date: f.UsageDate
    model_permaslug: f.ModelPermaslug
    model_id: f.ModelId
    variant: f.Variant
    vendor_id: f.VendorId
    origin: Literal["chinese", "other", "unknown"]
    openness: Literal["open", "closed", "unknown"]
    tokens: f.Tokens


class Model(Row):
    model_id: f.ModelId
    vendor_id: f.VendorId
    attributed_vendor_id: f.VendorId | None
    base_model: f.ModelId | None
    origin: Literal["chinese", "other", "unknown"]
    openness: Literal["open", "closed", "unknown"]
    repository: f.HuggingFaceId | None
    licence: f.Name | None
    name: f.Name | None
    first_usage_date: f.UsageDate | None


class Vendor(Row):
    vendor_id: f.VendorId
    valid_from: f.ValidDate
    vendor_name: f.Name
    parent_name: f.Name
    country_code: f.CountryCode
    is_chinese: bool
    citation: f.Citation
