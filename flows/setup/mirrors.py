"""The mirrors of a set-up."""

from flows.settings import Settings
from tokenshare.mirrors import POSTGRESQL, STORE


def mirrors_of(settings: Settings) -> tuple[str, ...]:
    """The names of the mirrors that the settings name."""
    wanted = {POSTGRESQL: settings.mirror_dsn, STORE: settings.publish_to}
    return tuple(name for name, found in wanted.items() if found)
