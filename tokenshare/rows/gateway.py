"""Rows of the metrics of a gateway of one's own."""

from pydantic import Field

from tokenshare import fields as f
from tokenshare.rows.row import RowContract


class RequestsHourly(RowContract):
    usage_date: f.UsageDate
    usage_hour: f.UsageHour
    vendor_id: f.VendorId
    model_id: f.ModelId
    app: f.AppOrUnknown
    task: f.TaskOrUnknown
    requests_count: f.Count = Field(description="Requests that a model answered.")
    failures_count: f.Count = Field(description="Requests that no model answered.")
    cache_hits_count: f.Count = Field(description="Requests that the gateway answered from its own cache.")
    prompt_tokens: f.Tokens = Field(description="Tokens of prompts, cached ones included.")
    completion_tokens: f.Tokens = Field(description="Tokens of answers, reasoning included.")
    cached_tokens: f.Tokens = Field(description="Part of the prompts read from a provider's cache.")
    cache_write_tokens: f.Tokens = Field(description="Part of the prompts written to a provider's cache.")
    reasoning_tokens: f.Tokens = Field(description="Part of the answers that was reasoning.")
    tokens: f.Tokens
    unpriced_tokens: f.Tokens = Field(description="Tokens that have neither a reported cost nor a list price.")
    spend_usd: f.Usd = Field(description="Reported cost, else list price; what has no price is left out.")
    is_estimated: f.IsEstimated


class GatewayTokenShareDaily(RowContract):
    usage_date: f.UsageDate
    vendor_id: f.VendorId
    tokens: f.Tokens
    vendor_share: f.Share = Field(description="The vendor's part of all tokens of the gateway.")


class GatewaySpendShareDaily(RowContract):
    usage_date: f.UsageDate
    vendor_id: f.VendorId
    spend_usd: f.Usd
    vendor_share: f.Share = Field(description="The vendor's part of all spend of the gateway.")
    is_estimated: f.IsEstimated
    unpriced_tokens: f.Tokens = Field(description="Tokens that have neither a reported cost nor a list price.")


class GatewayTokenSpendGapDaily(RowContract):
    usage_date: f.UsageDate
    vendor_id: f.VendorId
    token_share: f.Share = Field(description="The vendor's part of all tokens of the gateway.")
    spend_share: f.Share = Field(description="The vendor's part of all spend of the gateway.")
    gap_share: f.ChangeShare = Field(description="Token share less spend share.")
    gap_ratio: f.GrowthRatio | None = Field(description="Token share over spend share; null if nothing was spent.")


class GatewayShareHourly(RowContract):
    usage_date: f.UsageDate
    usage_hour: f.UsageHour
    vendor_id: f.VendorId
    tokens: f.Tokens
    token_share: f.Share = Field(description="The vendor's part of all tokens of the hour.")
    spend_usd: f.Usd
    spend_share: f.Share | None = Field(description="The vendor's part of all spend of the hour; null if none.")
    is_estimated: f.IsEstimated
