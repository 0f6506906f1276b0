"""The sources that a person names."""

from collections.abc import Sequence

from connectors.sources import SOURCES
from tokenshare.closest import unknown


def select_sources(ids: Sequence[str]) -> tuple[str, ...]:
    """The named sources, or all if none is named. Raises UsageError for an unknown one."""
    known = [source.id for source in SOURCES]
    for id in ids:
        if id not in known:
            raise unknown(f"there is no source {id}", id, known, "tokenshare status")
    return tuple(ids) or tuple(known)
