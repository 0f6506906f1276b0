"""The requests that a call reports: events, and refused ones, each with its reason. No content is ever read."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from tokenshare.codec import worded
from tokenshare.errors import ContractViolation
from tokenshare.events import RequestCompleted
from tokenshare.text import visible

Object = dict[str, Any]
LONGEST_REASON = 300
# What is kept of a refused request, if it is short: who reported it, and never what was said.
NAMED = ("request_id", "model", "provider", "status")


@dataclass(frozen=True)
class Refused:
    """A reported request that cannot be counted: its place in the call, the reason, and its ids and names."""

    place: str
    reason: str
    named: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Reading:
    """The requests of a call. `ignored` counts what reports no request, such as the span of a tool."""

    events: tuple[RequestCompleted, ...]
    refused: tuple[Refused, ...] = ()
    ignored: int = 0


@dataclass(frozen=True)
class Usage:
    """The tokens of one request, by whole and part."""

    prompt: int
    completion: int
    cached: int = 0
    cache_write: int = 0
    reasoning: int = 0

    @property
    def fields(self) -> dict[str, int | None]:
        """The fields of the event; a part that is 0 was not reported."""
        return {
            "prompt_tokens": self.prompt,
            "completion_tokens": self.completion,
            "reasoning_tokens": self.reasoning or None,
            "cached_tokens": self.cached or None,
            "cache_write_tokens": self.cache_write or None,
        }

    def made_whole(self, total: int | None) -> "Usage":
        """The usage with its parts inside their wholes.

        Some reporters count cached tokens beside the prompt, as Anthropic's API does, or reasoning beside the
        completion, as Gemini's does. Parts that do not fit into their whole show it, or a total that only their sum
        explains.
        """
        prompt, completion, beside = self.prompt, self.completion, self.cached + self.cache_write
        if beside > prompt or (beside and total == prompt + beside + completion):
            prompt += beside
        if self.reasoning > completion or (self.reasoning and total == prompt + completion + self.reasoning):
            completion += self.reasoning
        return Usage(prompt, completion, self.cached, self.cache_write, self.reasoning)


def read_all(items: Iterable[tuple[str, Any]], read: Callable[[Any], RequestCompleted | None]) -> Reading:
    """Read each item by itself: one that cannot be read is refused, the rest go on."""
    events, refused, ignored = [], [], 0
    for place, item in items:
        try:
            event = read(item)
        except ContractViolation as error:
            refused.append(Refused(place, visible(str(error))[:LONGEST_REASON], named(item)))
            continue
        if event is None:
            ignored += 1
        else:
            events.append(event)
    return Reading(tuple(events), tuple(refused), ignored)


def build(**content: Any) -> RequestCompleted:
    """The event with its id; raises ContractViolation naming the wrong field, and never its value."""
    try:
        return RequestCompleted.identified(**content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise ContractViolation(f"{place}: {worded(first['msg'])}" if place else worded(first["msg"])) from error


def named(item: Any) -> dict[str, str]:
    """The ids and names of an item, if they are short texts."""
    found = item if isinstance(item, dict) else getattr(item, "named", {})
    named = {"request_id": found.get("request_id") or found.get("id"), **{name: found.get(name) for name in NAMED[1:]}}
    return {name: visible(text)[:200] for name, text in named.items() if isinstance(text, str) and text}


def count(value: Any, where: str) -> int:
    """A count of tokens: a whole number, or 0 for null; raises ContractViolation."""
    if value is None:
        return 0
    is_whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    if isinstance(value, bool) or not is_whole:
        raise ContractViolation(f"{where} is not a whole number")
    if value < 0:
        raise ContractViolation(f"{where} is negative")
    return int(value)


def moment(seconds: Any, where: str) -> datetime:
    """A moment in seconds since 1970, in UTC; raises ContractViolation."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise ContractViolation(f"{where} is not a moment in seconds since 1970")
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError) as error:
        raise ContractViolation(f"{where} is not a moment in seconds since 1970") from error


def latency(start: datetime | None, end: datetime) -> int | None:
    """Milliseconds from the start to the end; raises ContractViolation if the end comes first."""
    if start is None:
        return None
    if end < start:
        raise ContractViolation("it ends before it starts")
    return round((end - start).total_seconds() * 1000)


def amount(value: Any, where: str) -> str | None:
    """An amount of money as a plain decimal string, None for null; raises ContractViolation."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ContractViolation(f"{where} is not a number")
    if value < 0:
        raise ContractViolation(f"{where} is negative")
    text = f"{Decimal(repr(value)):.18f}"
    return text.rstrip("0").rstrip(".")


def text(value: Any) -> str | None:
    """A short text of a reporter, None if it is empty or no text."""
    return visible(value.strip())[:128] or None if isinstance(value, str) else None
