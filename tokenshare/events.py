"""Event contracts: what travels on the topics, and nothing else."""

import json
from hashlib import sha256
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field

from tokenshare import fields as f


class Event(BaseModel):
    """What every event carries.

    `event_id` is a hash of source, natural key and content, so the same statement made twice has one id;
    `observed_at`, `fetch_id` and what `outside_identity` names say when it was made, not what it says.
    `period` names the field by which a fetch is compared with the one before it (None: the UTC day of fetching).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    outside_identity: ClassVar[frozenset[str]] = frozenset({"event_id", "observed_at", "fetch_id"})
    period: ClassVar[str | None] = None

    event_id: f.EventId
    source_id: f.SourceId
    observed_at: f.ObservedAt
    fetch_id: f.FetchId

    @classmethod
    def identified(cls, **content: Any) -> Self:
        """The event with its `event_id` computed; raises pydantic.ValidationError where the contract is broken."""
        draft = cls(event_id="0" * 32, **content)
        body = draft.model_dump(mode="json", exclude=set(cls.outside_identity), exclude_none=True)
        canonical = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return draft.model_copy(update={"event_id": sha256(canonical.encode()).hexdigest()[:32]})


class UsageObserved(Event):
    """Tokens of one model variant on one UTC day, as reported by one fetch."""

    outside_identity = Event.outside_identity | {"as_of"}
    period = "usage_date"

    usage_date: f.UsageDate
    model_permaslug: f.ModelPermaslug
    tokens: f.Tokens
    as_of: f.UpstreamAsOf
    share_of_daily_tokens: f.Share | None = Field(
        None, description="Part of the day's tokens, as the export computes it; only compared with."
    )


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


class FetchCompleted(Event):
    """A fetch is whole: how many events of each topic it brought, and the digest of their ids.

    `start_date` and `end_date` bound the days it was asked for, both inclusive; null where it has no days.
    """

    outside_identity = Event.outside_identity - {"fetch_id"}

    as_of: f.UpstreamAsOf
    pages: f.Pages
    counts: f.EventCounts
    digest: f.Digest
    start_date: f.AskedDate | None = None
    end_date: f.AskedDate | None = None


def digest_of(event_ids: set[str]) -> str:
    """sha256 over the sorted distinct event ids, as fetch.completed carries it and staging recomputes it."""
    return sha256("".join(sorted(event_ids)).encode()).hexdigest()
