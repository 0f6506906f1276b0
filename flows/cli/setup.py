"""The set-up a command works on. The heads of commands import none of it, so that `--help` pays for no setting."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connectors.storage.home import Home
    from flows.settings import Settings


def load_settings(**given: str) -> "Settings":
    """The settings of the environment, and options given in their place; raises UsageError naming an unusable one."""
    from flows import settings

    options = {f"TOKENSHARE_{name.upper()}": value for name, value in given.items() if value}
    return settings.load({**settings.ENVIRON, **options})


def find_home(settings: "Settings | None" = None) -> "Home":
    """The home of these settings, by default those of the environment; raises UsageError if there is none."""
    from flows.queries import overview

    return overview.find_home(settings or load_settings())


@contextmanager
def reading(home: "Home") -> Iterator[None]:
    """Keep the published file open, so that each query of a look joins the first, and all read one file.

    An opening costs twenty times a query. Raises UsageError if nothing is published.
    """
    from connectors.storage.publications.published import open_published

    with open_published(home.published_file):
        yield
