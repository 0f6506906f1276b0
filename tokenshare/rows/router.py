"""Rows of the router metrics."""

from pydantic import Field

from tokenshare import fields as f
from tokenshare.rows.row import RowContract


class RouterTokensWeekly(RowContract):
    week_start_date: f.WeekStartDate
    tokens: f.Tokens
    tokens_year_ago: f.Tokens | None = Field(
        description="Tokens of the week 364 days earlier; null where it is not complete."
    )
    growth_ratio: f.GrowthRatio | None = Field(description="Tokens over tokens_year_ago; 1 is no change.")


class ChinaShareWeekly(RowContract):
    week_start_date: f.WeekStartDate
    chinese_tokens: f.Tokens = Field(description="Tokens counted as Chinese by the metric's method.")
    denominator_tokens: f.Tokens = Field(description="Tokens that the share is over; the metric says which.")
    china_share: f.Share = Field(description="Tokens counted as Chinese over the denominator.")


class ChinaShareOriginWeekly(ChinaShareWeekly):
    unknown_share: f.Share = Field(description="Part of all tokens whose origin nobody could tell.")


class ChinaShareTrailing7Daily(RowContract):
    usage_date: f.UsageDate
    identified_share: f.Share = Field(description="Tokens of identified Chinese vendors over all tokens.")
    origin_share: f.Share = Field(description="Tokens of Chinese origin over tokens whose origin is known.")
    lower_share: f.Share = Field(description="Chinese share of all tokens if nothing unknown is Chinese.")
    upper_share: f.Share = Field(description="Chinese share of all tokens if all that is unknown is Chinese.")
    unknown_share: f.Share = Field(description="Part of all tokens whose origin nobody could tell.")
    tokens: f.Tokens


class ChinaShareReconciliationWeekly(RowContract):
    week_start_date: f.WeekStartDate
    step_number: f.Rank = Field(description="Place of the step in the waterfall, from 1.")
    step: f.ReconciliationStep
    numerator_tokens: f.Tokens = Field(description="Tokens counted as Chinese up to this step.")
    denominator_tokens: f.Tokens = Field(description="Tokens that the share is over; the metric says which.")
    china_share: f.Share = Field(description="Tokens counted as Chinese over the denominator.")
    change_share: f.ChangeShare | None = Field(
        description="This share less that of the step before; null on the first."
    )


class ChinaShareBoundsWeekly(RowContract):
    week_start_date: f.WeekStartDate
    lower_share: f.Share = Field(description="Chinese share of all tokens if nothing unknown is Chinese.")
    upper_share: f.Share = Field(description="Chinese share of all tokens if all that is unknown is Chinese.")
    unknown_tokens: f.Tokens = Field(description="Tokens whose origin nobody could tell.")
    tokens: f.Tokens


class VendorShare(RowContract):
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


class ModelRankWeekly(RowContract):
    week_start_date: f.WeekStartDate
    model_rank: f.Rank = Field(description="Place by tokens; 1 is the most used.")
    model_id: f.ModelId
    vendor_id: f.VendorId
    is_chinese: f.IsChinese
    chinese_so_far_count: f.Count = Field(description="Models of Chinese origin from rank 1 down to this one.")
    tokens: f.Tokens
    model_share: f.Share = Field(description="The model's part of all tokens, `other` included.")


class OpennessShareWeekly(RowContract):
    week_start_date: f.WeekStartDate
    openness: f.OpennessByOrigin
    tokens: f.Tokens
    openness_share: f.Share = Field(description="Part of all tokens.")


class FreeShareWeekly(RowContract):
    week_start_date: f.WeekStartDate
    free_tokens: f.Tokens = Field(description="Tokens of `:free` variants.")
    tokens: f.Tokens
    free_share: f.Share = Field(description="Part of all tokens that went through `:free` variants.")


class ProgrammingShareWeekly(RowContract):
    week_start_date: f.WeekStartDate
    category_tokens: f.Tokens = Field(description="Tokens of prompts about programming, as sampled upstream.")
    tokens: f.Tokens
    programming_share: f.Share = Field(description="Part of all tokens of the week that went into programming.")


class VendorProgrammingShareWeekly(RowContract):
    week_start_date: f.WeekStartDate
    vendor_id: f.VendorId
    tokens: f.Tokens = Field(description="Tokens of the vendor's models in programming, as sampled upstream.")
    vendor_share: f.Share = Field(description="The vendor's part of the programming tokens.")


class RouterSpendShareEstimatedWeekly(RowContract):
    week_start_date: f.WeekStartDate
    vendor_id: f.VendorId
    lower_share: f.Share = Field(description="The vendor's part of spend at its cheapest, all others at their dearest.")
    upper_share: f.Share = Field(description="The vendor's part of spend at its dearest, all others at their cheapest.")
    spend_low_usd: f.Usd = Field(description="Its priced tokens, each at the cheaper of its model's two list prices.")
    spend_high_usd: f.Usd = Field(description="Its priced tokens, each at the dearer of its model's two list prices.")
    lowest_usd_per_million: f.UsdPerMillion = Field(description="spend_low_usd for a million of its priced tokens.")
    highest_usd_per_million: f.UsdPerMillion = Field(description="spend_high_usd for a million of its priced tokens.")
    priced_tokens: f.Tokens = Field(description="Tokens of the vendor whose list price is known.")
    priced_tokens_share: f.Share = Field(description="Part of the vendor's tokens whose list price is known.")
