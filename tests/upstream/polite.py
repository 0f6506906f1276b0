"""A polite session with small intervals, and a world serving one fault."""

from pathlib import Path
from typing import Any

import pytest

from connectors.http.session import HttpSession, Politeness
from demo.emulator.server import Upstream
from tests.upstream.worlds import AS_OF, write_world
from tokenshare.errors import SourceAbsent

PATH = "datasets/rankings-daily"
SECRET = "sk-or-v1-0123456789abcdef"
JSON_HEADER = "Content-Type: application/json"


class Naps:
    """A sleep without waiting: it only records the seconds."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


def session(url: str, naps: Naps | None = None, **politeness: Any) -> HttpSession:
    return HttpSession(url, SECRET, Politeness(**politeness), sleep=naps or Naps(), chance=lambda: 1.0)


def absent(url: str, naps: Naps | None = None, with_key: bool = False, **politeness: Any) -> str:
    """The reason of a SourceAbsent, raised without a complete answer of the upstream."""
    with session(url, naps, **politeness) as polite, pytest.raises(SourceAbsent) as absence:
        polite.get(PATH, with_key=with_key)
    assert SECRET not in str(absence.value) + repr(absence.value) + repr(polite)
    return str(absence.value)


def served(tmp_path: Path, fault: str) -> Upstream:
    return Upstream(write_world(tmp_path / "world", fault), AS_OF)
