"""Ingestion at earlier moments: fetch, archive and produce, so that one later pass builds all of it.

Some upstreams serve only the present: their history must be fetched as it happens, or replayed from a world. Nothing
is landed or decided here, so no pass goes on record.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

from connectors import lock
from connectors.kafka import producer
from connectors.kafka.cluster import Cluster
from connectors.sources import SOURCES
from connectors.storage import archive
from connectors.storage.home import Home, HomeOrigin, initialise, signature
from flows.orchestration.runner import exclusive_pass, settled
from flows.settings import Settings
from flows.setup import Progress
from flows.setup.clock import new_run_id, now
from flows.setup.cluster import open_cluster
from flows.setup.context import PassContext
from flows.setup.selection import select_sources
from flows.setup.topic_ownership import sign_topics
from flows.setup.upstreams import Upstreams, open_upstreams
from flows.stages.ingest import SourceOutcome, ingest_one
from flows.stages.proof import begin_proof
from tokenshare.errors import UsageError
from tokenshare.topics import TOPIC_NAMES


def collect(
    settings: Settings,
    world: Path | None,
    source_ids: Sequence[str],
    moments: Sequence[datetime],
    progress: Progress,
    origin: HomeOrigin,
) -> list[SourceOutcome]:
    """Ingest the sources (none named: all) at each moment, in order of time, as the only pass of the home.

    Raises UsageError if a moment precedes the last completed fetch of a source: a home does not go back.
    """
    home, started = Home(settings.home), now()
    initialise(home, origin)
    sources, id = select_sources(source_ids), new_run_id(started)
    with exclusive_pass(home, id, started, is_settled=False) as fence, settled(home, settings.folders):
        _check_past(home, sources, min(moments))
        check_lease = partial(lock.require_ownership, home.lock, id)
        cluster = open_cluster(settings, progress)
        sign_topics(cluster, signature(home))
        outcomes: list[SourceOutcome] = []
        with producer.open_sender(cluster, TOPIC_NAMES) as sender:
            for moment in sorted(moments):
                progress(f"collect {', '.join(source_ids) or 'all sources'} as of {moment:%Y-%m-%d}")
                with open_upstreams(settings, world, moment) as upstreams:
                    run = _at(moment, started, settings, cluster, upstreams, sources, progress)
                    begin_proof(run := replace(run, fence=fence, check_lease=check_lease))
                    asked = (source for source in SOURCES if source.id in run.sources)
                    outcomes += [ingest_one(run, source, sender) for source in asked]
    return outcomes


def _at(
    moment: datetime,
    started: datetime,
    settings: Settings,
    cluster: Cluster,
    upstreams: Upstreams,
    sources: tuple[str, ...],
    progress: Progress,
) -> PassContext:
    return PassContext(
        id=new_run_id(started),
        as_of=moment,
        started_at=started,
        settings=settings,
        home=Home(settings.home),
        cluster=cluster,
        upstreams=upstreams,
        sources=sources,
        progress=progress,
        clock=now,
    )


def _check_past(home: Home, source_ids: Sequence[str], first: datetime) -> None:
    for id in source_ids:
        completed = archive.read_completed(home.archive, id)
        if completed and first < completed.observed_at:
            raise UsageError(
                f"{id} was fetched as of {completed.observed_at.isoformat()}, later than {first.isoformat()}",
                "use later moments, or a new home",
            )
