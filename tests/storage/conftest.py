"""Homes with landed files and archive in an object store."""

from tests.object_store import shared_store, store
from tests.route.conftest import home_of, new_scene

__all__ = ["home_of", "new_scene", "shared_store", "store"]
