"""What every event is: frozen, strict, and identified by what it says."""

import json
from hashlib import sha256
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict

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
