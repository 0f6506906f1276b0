"""Rows of the verdicts on claims."""

from pydantic import Field

from tokenshare import fields as f
from tokenshare.rows.row import RowContract


class ClaimVerdict(RowContract):
    claim_id: f.ClaimId
    quote: f.Quote
    about: f.AboutName
    entity: f.ClaimEntity
    stands_on: f.StandsOn | None = Field(
        description="The metric whose numbers it is held against; null where no source of ours observes them."
    )
    claimed: f.Compared = Field(description="The quoted number.")
    unit: f.ClaimUnit
    rounding: f.Compared = Field(description="The step it is quoted in; half of it either way is within.")
    comparison: f.Comparison
    claimed_method: f.ClaimMethod = Field(description="The method the claim names.")
    claimed_period: f.SpanLabel = Field(description="The period that the claim is about, first to last day.")
    nearest: f.Compared | None = Field(description="The nearest number that any method gives; null without data.")
    method: f.ClaimMethod | None = Field(description="The method that gives the nearest number.")
    period: f.SpanLabel | None = Field(description="The window in which it does.")
    numerator: f.CountedAmount | None = Field(description="What the nearest number counts.")
    denominator: f.CountedAmount | None = Field(description="What it is a share of; null for a plain count.")
    verdict: f.Verdict
    reproduced_by: str | None = Field(description="Every method that gives it within its rounding, and where; null.")
    beside: str | None = Field(description="What each method gives in the window of the nearest number.")
    variants_tried: f.Count = Field(description="Numbers it was compared with: methods times windows.")
    variants_matched: f.Count = Field(
        description="Those within its rounding; by chance enough variants match anything."
    )
    source: f.ClaimSource
