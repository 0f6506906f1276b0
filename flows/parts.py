"""Which sources are part of a set-up, and which metrics they keep active."""

from datetime import datetime

from connectors.sources import SOURCES
from connectors.sources.files import FileSession
from connectors.storage import archive
from flows.run import Place, Run
from tokenshare.errors import SourceAbsent
from tokenshare.metrics import METRICS, Metric
from tokenshare.sources import Source


def why_apart(run: Run, source: Source) -> str:
    """Why a source is no part of this set-up; empty where it is one."""
    if _is_off(run, source):
        return "switched off by TOKENSHARE_SOURCES_OFF"
    if why_gone(run, source):
        return ""
    files = run.upstreams.files
    if files is not None and source.world_file not in files and not source.ships:
        return f"the world has no {source.world_file}"
    place = run.upstreams.places.get(source.upstream)
    if place is None:
        return f"{source.upstream} is switched off"
    if source.needs_key and not place.key:
        return f"needs a key: set {place.key_name}"
    if _is_silent(source, place, run.as_of):
        return f"no row of {source.world_file} is known yet"
    return ""


def why_gone(run: Run, source: Source) -> str:
    """Since when the world has lost a file that was read in this home before; empty where it has not.

    One that ships and was read from the project's own files is not lost with the world's.
    """
    files = run.upstreams.files
    if files is None or source.world_file in files or _is_off(run, source):
        return ""
    last = archive.last_completed(run.home.archive, source.id)
    if last is None or (source.ships and not archive.is_of_world(run.home.archive, source.id)):
        return ""
    return f"is gone from the world, last read {last:%Y-%m-%d %H:%M UTC}"


def present(run: Run) -> tuple[Source, ...]:
    """The sources that are part of the set-up, whether this pass asks them or not."""
    return tuple(source for source in SOURCES if not why_apart(run, source))


def active(run: Run) -> tuple[Metric, ...]:
    """The metrics whose needs the set-up meets; the others are in the catalog and have no rows."""
    ids = {source.id for source in present(run)}
    return tuple(metric for metric in METRICS if metric.is_met_by(ids))


def _is_off(run: Run, source: Source) -> bool:
    return source.id in run.settings.sources_off.split(",")


def _is_silent(source: Source, place: Place, as_of: datetime) -> bool:
    """Whether its file says nothing yet. One that is not there or cannot be read is asked, so that it is refused."""
    if source.first_known is None:
        return False
    try:
        first = source.first_known(FileSession(place.folders).get(source.world_file))
    except SourceAbsent:
        return False
    return first is not None and first > as_of
