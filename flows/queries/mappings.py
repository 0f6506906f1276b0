"""The document of `mappings`: names that no map knows, by the mass they carry, with the rows proposed for them."""

import json
from typing import Any

from connectors.storage.home import Home
from connectors.storage.publications import catalog
from flows.settings import Settings
from tokenshare.maps import Row


def unmapped(settings: Settings, home: Home, kind: str | None) -> dict[str, Any]:
    """The unmapped names of one kind or of all, the heaviest first, and the parts of the newest week."""
    rows = catalog.read_catalog(home, "unmapped", **({"kind": kind} if kind else {}))
    return {
        "folder": str(settings.curated) if settings.curated else None,
        "unmapped": sorted(rows, key=lambda row: -(row["share"] or 0)),
        "unmapped_weekly": newest_week(home),
    }


def newest_week(home: Home) -> list[dict[str, Any]]:
    """The unmapped part of the newest complete week's tokens, by kind."""
    rows = catalog.read_catalog(home, "unmapped_weekly")
    newest = max((row["week_start_date"] for row in rows), default=None)
    return [row for row in rows if row["week_start_date"] == newest]


def read_proposal(home: Home, kind: str, name: str) -> Row:
    """The columns proposed for a name; empty if none are, as before the first pass."""
    is_shown = home.published_file.exists()
    rows = catalog.read_catalog(home, "unmapped", kind=kind, name=name) if is_shown else []
    return json.loads(rows[0]["proposal"] or "{}") if rows else {}
