"""Measures: the numbers of one check, the keys outside its interval, and their description."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf, isnan

import pandas as pd

from expectations.evidence import NO_DAY
from tokenshare.metrics import Interval
from tokenshare.publication import Breach

NAMED = 3  # keys named in a finding
ACCEPT = "tokenshare gates release METRIC VERSION --by NAME --reason TEXT accepts it"


@dataclass(frozen=True)
class Measure:
    """The numbers of one check, one per key, and their allowed interval.

    A named measure lists the number of breaking keys, the first of them, and the way to accept them. With `keeps_last`
    a breach that names a day holds that day without more.
    """

    name: str
    observed: pd.Series
    interval: Interval
    needs_keys: bool = False
    alerts_only: bool = False
    is_named: bool = False
    keeps_last: bool = False

    @property
    def expected(self) -> str:
        """The allowed interval, in words."""
        return f"{self.interval} ({ACCEPT})" if self.is_named else str(self.interval)


def ends_of(measure: Measure) -> list[float]:
    """The lowest and the highest value. An unknown value counts as outside: Great Expectations ignores nulls."""
    outside = -inf if measure.interval.minimum > -inf else inf
    ends = [float(measure.observed.min(skipna=False)), float(measure.observed.max(skipna=False))]
    return [outside if isnan(end) else end for end in ends]


def breaches_of(measure: Measure) -> Iterator[Breach]:
    """The keys with numbers outside the interval, or with an unknown one."""
    observed = measure.observed.astype(float)
    inside = observed.between(measure.interval.minimum, measure.interval.maximum)
    for key, value in observed[~inside].items():
        words = "no number" if isnan(value) else f"{value:.12g}"
        yield Breach(" ".join(map(str, key)) if isinstance(key, tuple) else str(key), words)


def describe(measure: Measure, breaches: Sequence[Breach]) -> str:
    """The observed numbers, in a few words."""
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
