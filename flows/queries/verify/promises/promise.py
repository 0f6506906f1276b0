"""A promise: a sentence about every home, its examination, and the fix of a breach."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from flows.queries.verify.state import HomeReader

MOST = 20  # breaches of one kind listed for one thing; the rest is counted


@dataclass(frozen=True)
class PromiseBreach:
    """One breach: its place, the observed and the expected state; `mend` replaces the fix of the promise."""

    where: str
    observed: str
    expected: str
    mend: str = ""


@dataclass(frozen=True)
class Promise:
    """A promise about the state of a home, skipped if a promise in `stands_on` is broken."""

    name: str
    says: str
    mend: str
    examine: Callable[[HomeReader], Iterable[PromiseBreach]]
    stands_on: tuple[str, ...] = ()
