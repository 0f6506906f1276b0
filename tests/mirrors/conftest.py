"""What is published, and the places that it is copied to."""

from tests.object_store import shared_store, store
from tests.postgresql import dsn, server
from tests.route.conftest import home_of, new_scene
from tests.verify.conftest import clean, published_then

__all__ = ["clean", "dsn", "home_of", "new_scene", "published_then", "server", "shared_store", "store"]
