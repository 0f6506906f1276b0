"""What a promise is: a sentence about every home, how it is examined, and what mends a home that breaks it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from flows.queries.verify.state import HomeReader

MOST = 20  # findings of one promise about one thing; more of the same kind are counted


@dataclass(frozen=True)
class PromiseBreach:
    """One place where a promise is broken; `mend` where it is another than the promise's own."""

    where: str
    observed: str
    expected: str
    mend: str = ""


@dataclass(frozen=True)
class Promise:
    """A promise about the state of a home. It is not examined where one that it stands on is broken."""

    name: str
    says: str
    mend: str
    examine: Callable[[HomeReader], Iterable[PromiseBreach]]
    stands_on: tuple[str, ...] = ()
