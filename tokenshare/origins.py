"""The origin of numbers: measured live, recorded from real upstreams, or synthetic."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, Self, get_args

from tokenshare.codec import read_json, read_moment
from tokenshare.errors import ContractViolation

OriginKind = Literal["live", "recorded", "synthetic"]
WORLD_FILE = "world.json"
STATED = ("origin", "as_of", "citation")


@dataclass(frozen=True)
class Origin:
    """A kind of rows; `as_of` is the newest moment that they speak for, `citation` names who recorded them."""

    kind: OriginKind
    as_of: datetime | None = None
    citation: str = ""

    @property
    def label(self) -> str:
        """The words beside every heading; live numbers need none."""
        if self.kind == "recorded" and self.as_of:
            return f"recorded, as of {self.as_of:%Y-%m-%d %H:%M UTC}"
        return "" if self.kind == "live" else self.kind

    def until(self, moment: datetime) -> Self:
        """The same origin for numbers as of a moment."""
        return replace(self, as_of=self.newest(moment))

    def newest(self, moment: datetime) -> datetime:
        """The newest moment that rows as of `moment` can speak for: never later than a world's own."""
        return min(moment, self.as_of or moment)

    @property
    def fields(self) -> dict[str, Any]:
        """The origin in the JSON document of a query."""
        is_recorded = self.kind == "recorded"
        return {
            "origin": self.kind,
            "recorded_as_of": self.as_of if is_recorded else None,
            "recorded_citation": self.citation if is_recorded else "",
        }


LIVE, SYNTHETIC = Origin("live"), Origin("synthetic")


def read_origin(body: bytes) -> Origin:
    """What a world states of itself in `world.json`; raises ContractViolation.

    A world that does not state that its rows were recorded is synthetic.
    """
    stated = read_json(body)
    if not isinstance(stated, dict) or set(stated) - set(STATED):
        raise ContractViolation(f"not an object of {', '.join(STATED)} alone")
    kind, as_of, citation = (stated.get(name) for name in STATED)
    kinds = get_args(OriginKind)[1:]
    if "origin" in stated and kind not in kinds:
        raise ContractViolation(f"origin is {str(kind)[:60]!r}: not {' or '.join(kinds)}")
    if "citation" in stated and not (isinstance(citation, str) and citation.strip() and citation.isprintable()):
        raise ContractViolation("citation is not a line of text")
    moment = read_moment(as_of, "as_of") if "as_of" in stated else None
    return Origin(kind or "synthetic", moment, (citation or "").strip())
