"""The base of every event: frozen, strict, and identified by its content."""

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cache, partial
from hashlib import sha256
from typing import Any, ClassVar, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, model_validator

from tokenshare import fields as f
from tokenshare.errors import ContractViolation

EARLIEST = date(1999, 1, 1)  # reference rates begin here; no source of ours is older
AHEAD = timedelta(days=1)  # clocks differ, and so do days
CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True, check_circular=False)


class Rule(NamedTuple):
    """What must hold between fields, absent numbers counted as 0: whether it does not, and what to say of it then.

    `is_broken` takes the values of one event, or arrays of those of many, and answers alike.
    """

    fields: tuple[str, ...]
    is_broken: Callable[..., Any]
    problem: Callable[..., str]


class Event(BaseModel):
    """The fields of every event.

    `event_id` is a hash of source, natural key and content, so the same statement made twice has one id.
    `observed_at`, `fetch_id` and the fields in `outside_identity` date a statement and are not part of the hash.
    `period` names the field for comparing a fetch with the fetch before it (None: the UTC day of fetching). An encoded
    event has at most `most_bytes`, so that every topic takes it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)
    outside_identity: ClassVar[frozenset[str]] = frozenset({"event_id", "observed_at", "fetch_id"})
    period: ClassVar[str | None] = None
    most_bytes: ClassVar[int] = 64 * 1024

    event_id: f.EventId
    source_id: f.SourceId
    observed_at: f.ObservedAt
    fetch_id: f.FetchId

    @classmethod
    @cache
    def rules(cls) -> tuple[Rule, ...]:
        """The rules between fields, for one event as for whole columns of them."""
        if cls.period is None or cls.model_fields[cls.period].annotation is not date:
            return ()
        return (Rule((cls.period, "observed_at"), _is_implausible, partial(_implausible, cls.period)),)

    @model_validator(mode="after")
    def _keeps_its_rules(self) -> Self:
        for rule in self.rules():
            values = [getattr(self, name) or 0 for name in rule.fields]
            if rule.is_broken(*values):
                raise ValueError(rule.problem(*values))
        return self

    @classmethod
    def check_size(cls, encoded: int) -> None:
        """Raise ContractViolation if an encoded event is larger than the contract allows."""
        if encoded > cls.most_bytes:
            raise ContractViolation(f"the event has {encoded} bytes, more than {cls.most_bytes}")

    @classmethod
    def identified(cls, **content: Any) -> Self:
        """The event with its `event_id` computed.

        Raises pydantic.ValidationError if a field breaks the contract, and ContractViolation if all are too many bytes.
        """
        draft = cls(event_id="0" * 32, **content)
        body = draft.model_dump(mode="json", exclude=cls.outside_identity, exclude_none=True)  # type: ignore[arg-type]
        canonical = CANONICAL.encode(body)
        if len(canonical) > cls.most_bytes // 2:  # it escapes letters and leaves out nulls: near, not exact
            cls.check_size(len(draft.model_dump_json().encode()))
        draft.__dict__["event_id"] = sha256(canonical.encode()).hexdigest()[:32]  # nobody else has the draft yet
        return draft


def _is_implausible(day: Any, observed_at: Any) -> Any:
    """A day to come, as nobody has observed it, and one at the epoch, a misread number."""
    today = observed_at.date() if isinstance(observed_at, datetime) else observed_at.astype(day.dtype)
    return (day < EARLIEST) | (day - today > AHEAD)


def _implausible(name: str, day: date, observed_at: datetime) -> str:
    what = "a day before there was anything" if day < EARLIEST else "a day to come"
    return f"event_time_implausible: {name} is {day}, {what} on {observed_at.date()}"
