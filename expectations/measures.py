"""What one check reads, the keys at which it reads something else than it may, and how that is said."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf, isnan

import pandas as pd

from expectations.evidence import NO_DAY
from tokenshare.metrics import Interval
from tokenshare.publication import Breach

NAMED = 3  # keys that a finding names
ACCEPT = "tokenshare gates release METRIC VERSION --by NAME --reason TEXT accepts it"


@dataclass(frozen=True)
class Measure:
    """What one check read, a number per key, and where the numbers must lie.

    One that is `named` says how many keys break it and which, and how a person accepts that.
    """

    name: str
    observed: pd.Series
    interval: Interval
    needs_keys: bool = False
    is_told: bool = False
    is_named: bool = False

    @property
    def expected(self) -> str:
        """Where the numbers must lie, in words."""
        return f"{self.interval} ({ACCEPT})" if self.is_named else str(self.interval)


def ends_of(measure: Measure) -> list[float]:
    """The lowest and the highest value; one that is not known lies outside, where a null would be passed over."""
    outside = -inf if measure.interval.minimum > -inf else inf
    ends = [float(measure.observed.min(skipna=False)), float(measure.observed.max(skipna=False))]
    return [outside if isnan(end) else end for end in ends]


def breaches_of(measure: Measure) -> Iterator[Breach]:
    """The keys at which the numbers lie elsewhere."""
    inside = measure.observed.astype(float).between(measure.interval.minimum, measure.interval.maximum)
    for key, value in measure.observed[~inside].items():
        yield Breach(" ".join(map(str, key)) if isinstance(key, tuple) else str(key), f"{value:.12g}")


def said_of(measure: Measure, breaches: Sequence[Breach]) -> str:
    """What was observed, in a few words."""
    if not breaches:
        return f"{len(measure.observed)} within"
    if measure.is_named:
        return _named(breaches)
    if breaches[0].key == NO_DAY:
        return NO_DAY
    more = f" and {len(breaches) - 1} more" if len(breaches) > 1 else ""
    return f"{breaches[0].observed} at {breaches[0].key}{more}"


def _named(breaches: Sequence[Breach]) -> str:
    keys = ", ".join(breach.key for breach in breaches[:NAMED])
    more = f" and {len(breaches) - NAMED} more" if len(breaches) > NAMED else ""
    return f"{len(breaches)} rows, {keys}{more}" if len(breaches) > 1 else f"1 row, {keys}"
