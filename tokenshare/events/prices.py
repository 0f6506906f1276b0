"""The catalogue and its list prices, as reported."""

from tokenshare import fields as f
from tokenshare.events.event import Event


class CatalogModelObserved(Event):
    """A catalogue entry; its prices travel on price.listed."""

    id: f.CatalogId
    canonical_slug: f.CanonicalSlug
    name: f.Name
    created_at: f.CreatedAt
    hugging_face_id: f.HuggingFaceId | None
    output_modalities: f.Modalities
    is_withdrawn: f.IsWithdrawn


class PriceListed(Event):
    """A list price with its validity, tier and time-of-day window."""

    model_id: f.CanonicalSlug
    provider: f.ProviderId
    valid_from: f.ValidDate | None
    valid_to: f.ValidDate | None
    tier_min_tokens: f.TierMinTokens
    utc_start: f.MinuteOfDay | None
    utc_end: f.MinuteOfDay | None
    input_usd_per_token: f.UsdPerToken | None
    output_usd_per_token: f.UsdPerToken | None
    is_discounted: f.IsDiscounted
