"""The schedule of the sources: deployments, derived from the crons they declare."""

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.sources import SOURCES
from tokenshare.sources import CURATED, ON_CHANGE, Source


@dataclass(frozen=True)
class Deployment:
    """Sources fetched on one schedule; `cron` is in UTC."""

    name: str
    title: str
    cron: str
    sources: tuple[str, ...]


def deployments(sources: Sequence[Source] = SOURCES) -> tuple[Deployment, ...]:
    """One for each source on the network, and one for all files: reading one costs as much as reading all."""
    asked = [source for source in sources if source.cron != ON_CHANGE]
    files = tuple(source.id for source in sources if source.cron == ON_CHANGE)
    own = tuple(Deployment(source.id, source.title, source.cron, (source.id,)) for source in asked)
    return (*own, Deployment(CURATED, "Files, when they have changed", ON_CHANGE, files)) if files else own


def with_files(ids: Sequence[str], sources: Sequence[Source] = SOURCES) -> tuple[str, ...]:
    """Those sources and every file: a pass confirms a metric only if all of its sources have answered in it."""
    return tuple(source.id for source in sources if source.id in ids or source.cron == ON_CHANGE)
