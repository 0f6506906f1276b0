"""What the tests of object stores share."""

from typing import Any

from tests.object_store import ObjectStore
from tests.scene import Scene


def silent(_: str) -> None:
    """No progress."""


def apart(store: ObjectStore, name: str = "home") -> dict[str, str]:
    """The settings of a home with landed files and archive in the store."""
    return {f"TOKENSHARE_{kind.upper()}": str(store.path(name, kind)) for kind in ("landing", "archive")}


def numbers(scene: Scene) -> dict[str, list[dict[str, Any]]]:
    """The published rows of every metric."""
    shown = [one["metric"] for one in scene.catalog("publications") if one["status"] in ("current", "released")]
    return {id: scene.metric(id) for id in sorted(shown)}
