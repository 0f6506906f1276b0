"""The output of each part of the synthetic world: files for the emulator."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class File:
    """A CSV file of a world."""

    name: str
    header: Sequence[str]
    rows: Iterable[Sequence[str]]
