"""What a pass needs around it: a Kafka cluster that answers, and upstreams to ask, real or a world's."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import uuid4

import psutil

from connectors import lock
from connectors.kafka import broker, cluster
from connectors.kafka.cluster import Cluster
from connectors.sources import SOURCES
from connectors.storage.home import Home
from demo.emulator.server import Upstream, available
from flows import places
from flows.channels import open_channels
from flows.run import NOTHING_MORE, Order, Run, Upstreams
from flows.settings import ENVIRON, Settings
from tokenshare.errors import UsageError
from tokenshare.nothing import nothing

PROBE_SECONDS = 10.0
SECURITY = {
    "kafka_security_protocol": "security_protocol",
    "kafka_sasl_mechanism": "sasl_mechanism",
    "kafka_sasl_username": "sasl_plain_username",
    "kafka_sasl_password": "sasl_plain_password",
    "kafka_ssl_cafile": "ssl_cafile",
    "kafka_ssl_certfile": "ssl_certfile",
    "kafka_ssl_keyfile": "ssl_keyfile",
    "kafka_ssl_password": "ssl_password",
}


def now() -> datetime:
    """The wall clock, in UTC: asked here and handed down."""
    return datetime.now(UTC)


def whoever() -> str:
    """The user of this process, for the record of what a person decides."""
    return str(psutil.Process().username())


@contextmanager
def open_run(
    settings: Settings,
    started: datetime,
    run_id: str,
    as_of: datetime | None,
    world: Path | None,
    sources: Sequence[str],
    progress: Callable[[str], None],
    order: Order = NOTHING_MORE,
    fence: int | None = None,
) -> Iterator[Run]:
    """A pass with its surroundings; a world is served by the emulator for as long as the pass lasts.

    `fence` is the number of a pass that holds the home.
    """
    speaks_for, home = as_of or started, Home(settings.home)
    select([id for id in settings.sources_off.split(",") if id])  # a misspelt one would be asked after all
    channels = open_channels(settings)
    with open_upstreams(settings, world, speaks_for) as upstreams:
        yield Run(
            id=run_id,
            as_of=speaks_for,
            started_at=started,
            settings=settings,
            home=home,
            cluster=open_cluster(settings, progress),
            upstreams=upstreams,
            sources=select(sources),
            progress=progress,
            clock=now,
            channels=channels,
            order=order,
            fence=fence,
            mind=nothing if fence is None else partial(lock.mind, home.lock, run_id),
        )


@contextmanager
def open_upstreams(settings: Settings, world: Path | None, as_of: datetime) -> Iterator[Upstreams]:
    """The real upstreams, or the emulator over a world at a moment, which supplies a key."""
    if world is None:
        yield Upstreams(places.real(settings), None)
        return
    with serve_world(world, as_of) as served:
        yield Upstreams(places.of_world(settings, world, served.urls, served.key), frozenset(available(world)))


def serve_world(world: Path, as_of: datetime, port: int = 0) -> Upstream:
    """The emulator over a world; raises UsageError where there is none."""
    if not world.is_dir():
        raise UsageError(f"there is no world at {world}", "name a directory with CSV files, such as rankings_daily.csv")
    return Upstream(world, as_of, port)


def new_run_id(at: datetime) -> str:
    """An id that sorts by time."""
    return f"{at:%Y%m%dT%H%M%S}-{uuid4().hex[:8]}"


def open_cluster(settings: Settings, progress: Callable[[str], None]) -> Cluster:
    """Your Kafka, or the home's local broker, started where it does not run; raises BrokerUnavailable."""
    servers = settings.kafka_bootstrap_servers
    if servers is None:
        servers = broker.start(settings.home, progress, cache=settings.cache, environ=ENVIRON)
    found = cluster_of(settings, servers)
    if settings.kafka_bootstrap_servers:
        cluster.probe(found, PROBE_SECONDS)
    return found


def cluster_of(settings: Settings, servers: str) -> Cluster:
    """The cluster at `servers` as the settings describe it."""
    return Cluster(
        bootstrap_servers=servers,
        topic_prefix=settings.kafka_topic_prefix,
        partitions=settings.kafka_partitions,
        replication=settings.kafka_replication,
        retention_ms=settings.kafka_retention_ms,
        options=tuple(security(settings).items()),
    )


def security(settings: Settings) -> dict[str, str]:
    """TLS and SASL settings under the client's names, passed through untouched."""
    given = {theirs: getattr(settings, ours) for ours, theirs in SECURITY.items()}
    return {
        name: value.get_secret_value() if hasattr(value, "get_secret_value") else str(value)
        for name, value in given.items()
        if value is not None
    }


def select(ids: Sequence[str]) -> tuple[str, ...]:
    """The sources asked for, all where none is named; raises UsageError for one that does not exist."""
    known = [source.id for source in SOURCES]
    strange = sorted(set(ids) - set(known))
    if strange:
        raise UsageError(f"there is no source {', '.join(strange)}", f"choose among {', '.join(known)}")
    return tuple(ids) or tuple(known)
