"""What a mirror takes over: the relations of the published file as plain values, and the outcome of copying them."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

POSTGRESQL, STORE = "postgresql", "store"  # the mirrors there are, as outcomes and alerts name them
_NESTED = re.compile(r"\[\d*\]$|^(STRUCT|MAP|UNION|JSON)")


@dataclass(frozen=True)
class PublishedColumn:
    """A column with DuckDB's name of its type."""

    name: str
    type: str
    comment: str

    @property
    def is_nested(self) -> bool:
        """True if a mirror takes its values as JSON."""
        return bool(_NESTED.search(self.type))


@dataclass(frozen=True)
class PublishedRelation:
    """A relation of the published file; `digest` moves with its rows, `key` is empty if it declares none."""

    schema: str
    name: str
    comment: str
    columns: tuple[PublishedColumn, ...]
    key: tuple[str, ...]
    digest: str

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}"


@dataclass(frozen=True)
class PublishedFile:
    """The published file: whose it is, the moment its numbers speak for, and its relations.

    `lines` gives the rows of a relation in blocks of PostgreSQL's text format.
    """

    home: str
    as_of: str
    relations: Sequence[PublishedRelation]
    lines: Callable[[PublishedRelation], Iterator[bytes]]


@dataclass(frozen=True)
class MirrorOutcome:
    """What a pass did to one mirror: `moved` of `total` relations or files, or why it did nothing, and the fix."""

    id: str
    status: Literal["copied", "unchanged", "failed"]
    moved: int = 0
    total: int = 0
    seconds: float = 0.0
    reason: str = ""
    fix: str = ""
