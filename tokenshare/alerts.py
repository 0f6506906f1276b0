"""Alerts: faults, notices of their begin and end, and the document sent to channels; pure."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from tokenshare.runbooks import link_of

Kind = Literal["held", "noticed", "source", "pass", "skipped", "dead_letter", "restated", "mirror", "test"]
Action = Literal["trigger", "resolve", "inform"]
Severity = Literal["error", "warning", "info"]
SCHEMA = "tokenshare.alert.v1"
SEVERITIES: dict[Kind, Severity] = {
    "held": "error",
    "noticed": "warning",
    "source": "warning",
    "pass": "error",
    "skipped": "warning",
    "dead_letter": "warning",
    "restated": "info",
    "mirror": "warning",
    "test": "info",
}


class Frozen(BaseModel):
    """An immutable value."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Finding(Frozen):
    """The observed and the expected value of a check."""

    check: str = Field(description="Name of the check.")
    observed: str = Field(description="What it saw.")
    expected: str = Field(description="What it wanted to see.")
    runbook: str = Field(description="Link to the runbook: a page, and the check as its anchor.")


class LastGood(Frozen):
    """The version of a relation readers keep."""

    version: int = Field(description="Version that readers see.")
    as_of: datetime = Field(description="Moment through which it was last confirmed.")
    row: dict[str, str | int | float | bool | None] = Field(description="Its newest row.")


class Fault(Frozen):
    """A fault, as one pass saw it. Faults of one `key` share their messages."""

    id: str = Field(description="Names the fault for as long as it lasts.")
    key: str = Field(default="", description="What it is told of together with.", exclude=True)
    kind: Kind = Field(description="What sort of thing is wrong.")
    subject: str = Field(description="The relation, source, topic or pass that it is about.")
    reason: str = Field(description="Why, in one line.")
    since: datetime = Field(description="Since when.")
    runbook: str = Field(description="Link to the runbook: a page, and the check as its anchor.")
    findings: tuple[Finding, ...] = Field(default=(), description="The checks that shut the gate.")
    last_good: LastGood | None = Field(default=None, description="What readers go on seeing, where there is any.")


class Notice(Frozen):
    """One message: faults of one key began, last, or are over. Every try to deliver it sends the same."""

    id: str
    key: str
    action: Action
    reminder: int
    as_of: datetime
    at: datetime
    run_id: str
    is_flapping: bool
    faults: tuple[Fault, ...]


class AlertDocument(Frozen):
    """The body of the webhook: one fault, or several of one message, began or is over."""

    schema_name: str = Field(SCHEMA, alias="schema", description="Name and version of this format.")
    notice_id: str = Field(description="The same on every try to deliver this message; also the Idempotency-Key.")
    action: Action = Field(
        description="`trigger` when it begins or is told again, `resolve` when it is over; `inform` has no end."
    )
    dedup_key: str = Field(description="The same in a trigger, its reminders, and its resolve.")
    reminder: int = Field(description="0 in the first trigger, then how often it was told again.")
    kind: Kind = Field(description="What sort of thing is wrong.")
    severity: Severity = Field(description="How much it matters.")
    title: str = Field(description="What is wrong, in one line.")
    origin: str = Field(description="live, recorded (real rows, replayed) or synthetic.")
    since: datetime = Field(description="Since when.")
    as_of: datetime = Field(description="The moment that the pass spoke for.")
    at: datetime = Field(description="When the message was written, by the clock.")
    run_id: str = Field(description="The pass that saw it.")
    is_flapping: bool = Field(description="Whether it comes and goes; it then counts as over only after a calm while.")
    views: tuple[str, ...] = Field(description="The published relations that it is about.")
    faults: tuple[Fault, ...] = Field(description="What is wrong, one by one.")


def notice_of(
    action: Action, key: str, faults: Sequence[Fault], seen: Any, *, reminder: int = 0, is_flapping: bool = False
) -> Notice:
    """A message about a pass or an inspection (`seen`: as_of, at, run_id); its id is a hash of its content."""
    identity = f"{key} {action} {reminder} {seen.run_id}"
    return Notice(
        id=sha256(identity.encode()).hexdigest()[:32],
        key=key,
        action=action,
        reminder=reminder,
        as_of=seen.as_of,
        at=seen.at,
        run_id=seen.run_id,
        is_flapping=is_flapping,
        faults=tuple(faults),
    )


def document_of(notice: Notice, name: str, origin: str, runbooks: str) -> AlertDocument:
    """The message as it is sent; `name` is the name of the set-up, `runbooks` the prefix of every link."""
    faults = tuple(_linked(fault, runbooks) for fault in notice.faults)
    views = tuple(fault.subject for fault in faults if fault.kind in ("held", "noticed", "restated"))
    severities = [SEVERITIES[fault.kind] for fault in faults]
    return AlertDocument(
        schema=SCHEMA,
        notice_id=notice.id,
        action=notice.action,
        dedup_key=f"{name}/{notice.key}",
        reminder=notice.reminder,
        kind=faults[0].kind,
        severity="error" if "error" in severities else severities[0],
        title=_title(notice, name, origin),
        origin=origin,
        since=min(fault.since for fault in faults),
        as_of=notice.as_of,
        at=notice.at,
        run_id=notice.run_id,
        is_flapping=notice.is_flapping,
        views=tuple(dict.fromkeys(views)),
        faults=faults,
    )


def _linked(fault: Fault, runbooks: str) -> Fault:
    findings = tuple(one.model_copy(update={"runbook": f"{runbooks}{link_of(one.runbook)}"}) for one in fault.findings)
    return fault.model_copy(update={"runbook": f"{runbooks}{link_of(fault.runbook)}", "findings": findings})


def _title(notice: Notice, name: str, origin: str) -> str:
    states = {"trigger": "still " if notice.reminder else "", "resolve": "over: ", "inform": ""}
    invented = "" if origin == "live" else f" ({origin})"
    return f"{name}{invented}: {states[notice.action]}{_headline(notice.faults)}"


def _headline(faults: Sequence[Fault]) -> str:
    kinds = list(dict.fromkeys(fault.kind for fault in faults))
    if len(faults) == 1:
        return WORDS[kinds[0]].format(faults[0].subject)
    if len(kinds) == 1:
        more = len(faults) - 1
        return WORDS[kinds[0]].format(f"{faults[0].subject} and {more} more")
    counts = (f"{sum(fault.kind == kind for fault in faults)} {NOUNS[kind]}" for kind in kinds)
    return f"{len(faults)} faults at once ({', '.join(counts)})"


WORDS: dict[Kind, str] = {
    "held": "held {}",
    "noticed": "a finding about {}",
    "source": "no answer of {}",
    "pass": "no pass got through ({})",
    "skipped": "passes were skipped ({})",
    "dead_letter": "records left to the dead letter of {}",
    "restated": "published numbers changed in {}",
    "mirror": "the mirror {} is behind",
    "test": "test of {}",
}
NOUNS: dict[Kind, str] = {
    "held": "held",
    "noticed": "found",
    "source": "without answer",
    "pass": "failed",
    "skipped": "skipped",
    "dead_letter": "with dead letters",
    "restated": "restated",
    "mirror": "behind",
    "test": "tests",
}
