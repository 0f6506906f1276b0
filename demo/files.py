"""What a part of the synthetic world hands over: files as the emulator serves them, and known answers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Answer = tuple[str, str, str, str]  # metric, key (a JSON object), column, value


@dataclass(frozen=True)
class File:
    """A CSV file of a world."""

    name: str
    header: Sequence[str]
    rows: Iterable[Sequence[str]]
