"""A publication: one metric, at one moment, with the evidence its gate judged."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from hashlib import sha256
from typing import Any, Literal

from tokenshare.metrics import Metric

CheckSeverity = Literal["hold", "alert"]
CheckOutcome = Literal["passed", "failed", "held", "released", "skipped"]
Status = Literal["current", "held", "released", "superseded"]
Outcome = Literal["published", "unchanged", "held", "inactive"]
Row = tuple[Any, ...]
WHOLE = "*"  # the key of a check of a whole column or table


@dataclass(frozen=True)
class Breach:
    """One key with an observed value its check does not allow."""

    key: str
    observed: str


@dataclass(frozen=True)
class Check:
    """The outcome of one check on one metric; only a failed one of severity `hold` shuts the gate.

    A `held` one holds the periods its breaches name, and lets the others out. `lowest` and `highest` are the ends of
    the numbers it observed, if it observed any and they are finite.
    """

    name: str
    outcome: CheckOutcome
    observed: str
    expected: str
    severity: CheckSeverity = "hold"
    breaches: tuple[Breach, ...] = ()
    lowest: float | None = None
    highest: float | None = None

    @property
    def shuts(self) -> bool:
        """True if it shuts the gate: failed, or not evaluated at all."""
        return self.severity == "hold" and self.outcome in ("failed", "skipped")

    @property
    def holds(self) -> bool:
        """True if it holds anything back: the whole metric, or periods of it."""
        return self.shuts or self.outcome == "held"


@dataclass(frozen=True)
class Candidate:
    """The rows a metric would show: columns in the order of its contract, sorted by its grain."""

    metric: Metric
    rows: tuple[Row, ...]

    @cached_property
    def digest(self) -> str:
        """sha256 of the rows; as_of and status are outside, so the same numbers have the same digest."""
        return sha256("\n".join(map(_ROW.encode, self.rows)).encode()).hexdigest()


@dataclass(frozen=True)
class Publication:
    """A version of a metric. `as_of` is when it was first true, `valid_through` when it was last confirmed."""

    metric: str
    version: int
    as_of: datetime
    valid_through: datetime
    rows: int
    digest: str
    suite_digest: str
    checks_evaluated: int
    status: Status
    held_since: datetime | None = None
    reason: str = ""


@dataclass(frozen=True)
class Standing:
    """The version readers see of a metric, and its held candidate, if any."""

    shown: Publication | None = None
    held: Publication | None = None
    last_version: int = 0


@dataclass(frozen=True)
class GateOutcome:
    """The outcome for a candidate, with the versions it changes, newest last."""

    status: Outcome
    publications: tuple[Publication, ...]
    reason: str = ""

    @property
    def version(self) -> int | None:
        return self.publications[-1].version if self.publications else None


def cite_sources(template: str, moment: datetime) -> str:
    """The citation of the sources behind numbers that are valid at a moment."""
    return template.replace("{as_of}", f"{moment:%Y-%m-%d}")


def reason_of(checks: Sequence[Check]) -> str:
    """The reason of a shut gate, in one line; empty for an open one."""
    return _reasons([check for check in checks if check.shuts])


def reason_of_periods(checks: Sequence[Check]) -> str:
    """The reason of held periods, in one line; empty without any."""
    return _reasons([check for check in checks if check.outcome == "held"])


def _reasons(checks: Sequence[Check]) -> str:
    return "; ".join(f"{c.name}: observed {c.observed}, expected {c.expected}" for c in checks[:3])


def decide(
    standing: Standing,
    candidate: Candidate,
    checks: Sequence[Check],
    suite_digest: str,
    as_of: datetime,
    confirmed: bool,
) -> GateOutcome:
    """Publish, keep or hold a candidate; `confirmed`: its sources answered, unchanged rows are valid at `as_of`."""
    draft = Publication(
        metric=candidate.metric.id,
        version=standing.last_version + 1,
        as_of=as_of,
        valid_through=as_of,
        rows=len(candidate.rows),
        digest=candidate.digest,
        suite_digest=suite_digest,
        checks_evaluated=sum(check.outcome not in ("skipped", "held") for check in checks),
        status="released" if any(check.outcome == "released" for check in checks) else "current",
    )
    reason = reason_of(checks)
    return _hold(standing, draft, reason) if reason or not checks else _let_out(standing, draft, confirmed)


def keep(standing: Standing, as_of: datetime, confirmed: bool) -> GateOutcome:
    """Keep the version of a metric that nothing has moved: that shown, else that held.

    Raises ValueError if there is none.
    """
    shown, held = standing.shown, standing.held
    if shown is None:
        if held is None:
            raise ValueError("there is no version to keep")
        return GateOutcome("held", (replace(held, valid_through=as_of),), held.reason)
    kept = replace(shown, valid_through=as_of) if confirmed else shown
    return GateOutcome("unchanged", (*_superseded(held), kept))


def hold_back(standing: Standing, reason: str, as_of: datetime) -> GateOutcome:
    """Hold a metric without a candidate: the last good version stays, marked `held`."""
    since = (standing.shown.held_since if standing.shown else None) or as_of
    frozen = (replace(standing.shown, status="held", held_since=since, reason=reason),) if standing.shown else ()
    return GateOutcome("held", tuple(frozen), reason)


def hold_periods(
    outcome: GateOutcome, standing: Standing, refused: Candidate | None, reason: str, since: datetime
) -> GateOutcome:
    """The outcome of a metric with held periods: its other periods are let out by `outcome`.

    The `refused` candidate, with the held periods as their sources state them, becomes the held version.
    """
    shown, known = outcome.publications[-1], standing.held
    if refused is None or refused.digest == shown.digest:
        return GateOutcome("held", (*_superseded(known), *outcome.publications), reason)
    draft = replace(
        shown,
        version=max(standing.last_version, shown.version) + 1,
        rows=len(refused.rows),
        digest=refused.digest,
        status="held",
        held_since=since,
        reason=reason,
    )
    if known and known.digest == refused.digest and known.version > shown.version:  # versions are in order of time
        draft = replace(draft, version=known.version, as_of=known.as_of)
    return GateOutcome("held", (*_superseded(known, but=draft.version), draft, *outcome.publications), reason)


def in_place(outcome: GateOutcome, replaced: Publication) -> GateOutcome:
    """The outcome with its newest version in the place of `replaced`, the newest on record."""
    newest = replace(outcome.publications[-1], version=replaced.version)
    others = (known for known in outcome.publications[:-1] if known.version != replaced.version)
    return replace(outcome, publications=(*others, newest))


def _let_out(standing: Standing, draft: Publication, confirmed: bool) -> GateOutcome:
    shown, held = standing.shown, standing.held
    if shown and shown.digest == draft.digest:
        through = draft.valid_through if confirmed else shown.valid_through
        status = shown.status if shown.status == "released" else draft.status
        kept = replace(shown, valid_through=through, status=status, held_since=None, reason="")
        return GateOutcome("unchanged", (*_superseded(held), kept))
    if held and held.digest == draft.digest:
        draft = replace(draft, version=held.version)
    return GateOutcome("published", (*_superseded(shown), *_superseded(held, but=draft.version), draft))


def _hold(standing: Standing, draft: Publication, reason: str) -> GateOutcome:
    shown, held = standing.shown, standing.held
    since = (shown.held_since if shown else None) or (held.held_since if held else None) or draft.as_of
    frozen = (replace(shown, status="held", held_since=since, reason=reason),) if shown else ()
    if shown and shown.digest == draft.digest:
        return GateOutcome("held", (*_superseded(held), *frozen), reason)
    if held and held.digest == draft.digest:
        draft = replace(draft, version=held.version, as_of=held.as_of)
    kept = replace(draft, status="held", held_since=since, reason=reason)
    return GateOutcome("held", (*_superseded(held, but=draft.version), *frozen, kept), reason)


def _superseded(publication: Publication | None, but: int | None = None) -> tuple[Publication, ...]:
    if publication is None or publication.version == but:
        return ()
    return (replace(publication, status="superseded", held_since=None),)


def _json(value: Any) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no canonical form")


_ROW = json.JSONEncoder(default=_json, check_circular=False)
