"""The home directory: where everything of one set-up lies, which layout it has, and what its numbers come from."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from connectors.storage import durable
from tokenshare.errors import UsageError

LAYOUT = 1
Origin = Literal["live", "world", "demo"]


@dataclass(frozen=True)
class Home:
    """Paths under one root; `docs/operate.md` describes each."""

    root: Path

    @property
    def format(self) -> Path:
        return self.root / "format"

    @property
    def lock(self) -> Path:
        return self.root / "lock"

    @property
    def skipped(self) -> Path:
        return self.root / "skipped"

    @property
    def alerts(self) -> Path:
        return self.root / "alerts.json"

    @property
    def archive(self) -> Path:
        return self.root / "archive"

    @property
    def landing(self) -> Path:
        return self.root / "landing"

    @property
    def build(self) -> Path:
        return self.root / "build"

    @property
    def warehouse(self) -> Path:
        return self.build / "warehouse.duckdb"

    @property
    def published(self) -> Path:
        return self.root / "published"

    @property
    def published_file(self) -> Path:
        return self.published / "tokenshare.duckdb"


def claim(home: Home, origin: Origin) -> None:
    """Prepares the home for numbers of one origin; raises UsageError where it holds another or a newer layout.

    Synthetic and real rows must never meet under one metric, so a home keeps the origin it was made with.
    """
    found = describe(home)
    if found is None:
        _make(home, origin)
    elif found["origin"] != origin:
        raise UsageError(
            f"this home holds numbers of origin {found['origin']!r}, not {origin!r}",
            f"set TOKENSHARE_HOME to another directory than {home.root}",
        )


def describe(home: Home) -> dict[str, str | int] | None:
    """Layout and origin of the home, None where there is none yet; raises UsageError for one we cannot read."""
    if not home.format.exists():
        return None
    try:
        found = dict(json.loads(home.format.read_text()))
        layout = int(found["layout"])
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{home.format} is not readable", "set TOKENSHARE_HOME to another directory") from error
    if layout > LAYOUT:
        raise UsageError(f"this home has layout {layout}, newer than {LAYOUT}", "upgrade tokenshare")
    return found


def _make(home: Home, origin: Origin) -> None:
    try:
        for folder in (home.skipped, home.archive, home.landing, home.build, home.published):
            folder.mkdir(parents=True, exist_ok=True)
        durable.write(home.format, json.dumps({"layout": LAYOUT, "origin": origin}).encode())
    except OSError as error:
        raise UsageError(
            f"cannot write the home {home.root} ({error.strerror})",
            "set TOKENSHARE_HOME to a writable directory",
        ) from error
