"""The sources of a set-up, and the metrics they keep active."""

from datetime import datetime

from connectors.sources import SOURCES
from connectors.sources.files import FileSession
from connectors.storage import archive
from connectors.storage.archive import Completed
from connectors.storage.warehouse import ledger, open_warehouse
from flows.setup.context import PassContext
from flows.setup.upstreams import Endpoint
from flows.stages.bulkhead import contain
from tokenshare.errors import PayloadRefused, SourceAbsent
from tokenshare.metrics import METRICS, Metric
from tokenshare.sources import Source, Window
from tokenshare.topics import PUSHED


def inactive_reason(run: PassContext, source: Source, completed: Completed | None) -> str:
    """The reason for a source not in this set-up, else empty. `completed` is its newest complete fetch."""
    if _is_off(run, source):
        return "switched off by TOKENSHARE_SOURCES_OFF"
    if missing_reason(run, source, completed):
        return ""
    if _is_missing(run, source) and not source.ships:
        return f"the world has no {source.world_file}"
    endpoint = run.upstreams.endpoints.get(source.upstream)
    if endpoint is None:
        return f"{source.upstream} is switched off"
    if source.needs_key and not endpoint.key:
        return f"needs a key: set {endpoint.key_name}"
    if _is_silent(source, endpoint, run.as_of):
        return f"no row of {source.world_file} is known yet"
    return ""


def missing_reason(run: PassContext, source: Source, completed: Completed | None) -> str:
    """The reason, with the last read, if the world has lost a file read in this home before; else empty.

    A shipped file, if read from the project's own copy, is not lost with the world's.
    """
    if not _is_missing(run, source) or completed is None or (source.ships and not completed.is_of_world):
        return ""
    return f"is gone from the world, last read {completed.observed_at:%Y-%m-%d %H:%M UTC}"


def missing_reasons(run: PassContext) -> dict[str, str]:
    """The reasons for files lost by the world, by source."""
    return {s.id: reason for s in SOURCES if (reason := missing_reason(run, s, _completed(run, s)))}


def active_sources(run: PassContext) -> tuple[Source, ...]:
    """The sources of the set-up, including those not fetched by this pass."""
    return tuple(source for source in SOURCES if not inactive_reason(run, source, _completed(run, source)))


def active_metrics(run: PassContext) -> tuple[Metric, ...]:
    """The metrics with all their needs met by the set-up; the others are in the catalog, without rows.

    A receiver is part of it once anything it took in has landed.
    """
    ids = {source.id for source in active_sources(run)} | _receivers(run)
    return tuple(metric for metric in METRICS if metric.is_met_by(ids))


def _receivers(run: PassContext) -> set[str]:
    with open_warehouse(run.home.warehouse) as connection:
        landed = ledger.landed_topics(connection)
    return {receiver for receiver, topic in PUSHED.items() if topic.name in landed}


def _completed(run: PassContext, source: Source) -> Completed | None:
    """Its newest complete fetch, read only if the world lacks its file: otherwise nothing here depends on it."""
    return archive.read_completed(run.home.archive, source.id) if _is_missing(run, source) else None


def _is_missing(run: PassContext, source: Source) -> bool:
    """True if the world lacks the source's file."""
    files = run.upstreams.files
    return files is not None and source.world_file not in files and not _is_off(run, source)


def _is_off(run: PassContext, source: Source) -> bool:
    return source.id in run.settings.sources_off.split(",")


def _is_silent(source: Source, endpoint: Endpoint, as_of: datetime) -> bool:
    """True if no row of its file is known yet. A missing or unreadable file is left to the fetch, for refusal there."""
    if source.first_known is None:
        return False
    try:
        with contain(PayloadRefused):
            window = Window(as_of.date(), as_of.date(), as_of)
            firsts = [*map(source.first_known, source.fetch(FileSession(endpoint.folders, endpoint.own), window))]
    except (SourceAbsent, PayloadRefused):
        return False
    return all(first is not None and first > as_of for first in firsts)
