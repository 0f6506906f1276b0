"""When each source is asked: the deployments of a schedule, made from what sources declare."""

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.sources import SOURCES
from tokenshare.sources import CURATED, ON_CHANGE, Source


@dataclass(frozen=True)
class Deployment:
    """A schedule of its own: the sources it asks, and the cron, in UTC, by which it does."""

    name: str
    title: str
    cron: str
    sources: tuple[str, ...]


def deployments(sources: Sequence[Source] = SOURCES) -> tuple[Deployment, ...]:
    """One for each source that is asked over the network, and one for all files: looking at one is looking at all."""
    asked = [source for source in sources if source.cron != ON_CHANGE]
    files = tuple(source.id for source in sources if source.cron == ON_CHANGE)
    own = tuple(Deployment(source.id, source.title, source.cron, (source.id,)) for source in asked)
    return (*own, Deployment(CURATED, "Files, when they have changed", ON_CHANGE, files)) if files else own


def with_files(ids: Sequence[str], sources: Sequence[Source] = SOURCES) -> tuple[str, ...]:
    """Those sources and every file: a metric is confirmed by a pass in which all that it needs has answered."""
    return tuple(source.id for source in sources if source.id in ids or source.cron == ON_CHANGE)
