"""Quoted claims, as curated."""

from typing import ClassVar

from tokenshare import fields as f
from tokenshare.events.event import Event


class ClaimQuoted(Event):
    """A quoted number, with its subject and its rounding.

    A file of claims is one statement and one period: a row removed from the file is no longer claimed.
    """

    period: ClassVar[str | None] = "source_id"

    claim_id: f.ClaimId
    quote: f.Quote
    value: f.Figure
    unit: f.ClaimUnit
    rounding: f.RoundingStep
    about: f.AboutName
    entity: f.ClaimEntity
    period_start: f.ClaimPeriodDate
    period_end: f.ClaimPeriodDate
    source: f.ClaimSource
    method: f.ClaimMethod
    window: f.SpanName
    comparison: f.Comparison
