"""Curated facts, as their files state them.

A fetch states its whole file, so it is compared with the fetch before as a whole.
"""

from tokenshare import fields as f
from tokenshare.events.event import Event


class DisclosureObserved(Event):
    """A curated, cited figure."""

    period = "source_id"

    known_at: f.KnownAt
    fact_id: f.FactId
    company_id: f.CompanyId
    fact_date: f.FactDate
    period_start: f.PeriodBound | None
    period_end: f.PeriodBound | None
    kind: f.FactKind
    low: f.Amount | None
    high: f.Amount | None
    unit: f.AmountUnit
    currency: f.Currency | None
    own_usd: f.Amount | None
    confidence: f.Confidence
    citation: f.Citation


class LeaderboardObserved(Event):
    """An entry of a leaderboard with its score."""

    period = "source_id"

    known_at: f.KnownAt
    board_id: f.BoardId
    ranking_date: f.RankingDate
    entry_id: f.EntryId
    model: f.Name
    vendor_id: f.VendorId
    score: f.Score
    is_open: f.IsOpenOrUnknown


class ReleaseObserved(Event):
    """A model release."""

    period = "source_id"

    known_at: f.KnownAt
    vendor_id: f.VendorId
    release_date: f.ReleaseDate
    release: f.Name
    is_major: f.IsMajor
    is_open: f.IsOpenOrUnknown
    citation: f.Citation
