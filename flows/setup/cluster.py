"""The Kafka cluster of a set-up: the user's own, or the local broker of the home."""

from dataclasses import replace

from connectors.kafka import broker, cluster
from connectors.kafka.cluster import Cluster
from connectors.kafka.rights import Ours
from connectors.storage.home import Home, schema_headers
from flows.settings import ENVIRON, Settings
from flows.setup import Progress
from tokenshare.errors import BrokerUnavailable
from tokenshare.topics import CONSUMER_GROUP, TOPIC_NAMES

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


def open_cluster(settings: Settings, progress: Progress) -> Cluster:
    """The user's Kafka, or the home's local broker, started if it does not run. Raises BrokerUnavailable."""
    if settings.kafka_bootstrap_servers is None:
        prefix = settings.kafka_topic_prefix
        ours = Ours(tuple(f"{prefix}{name}" for name in TOPIC_NAMES), (f"{prefix}{CONSUMER_GROUP}",))
        port = settings.kafka_port
        broker.start(settings.home, progress, cache=settings.cache, environ=ENVIRON, ours=ours, port=port)
    found = running_cluster(settings)
    if found is None:
        raise BrokerUnavailable("the local Kafka has ended", "run again, or read broker/log/broker.log in this home")
    if settings.kafka_bootstrap_servers:
        cluster.probe(found, PROBE_SECONDS)
    return found


def running_cluster(settings: Settings) -> Cluster | None:
    """The user's Kafka, or the home's local broker with the home's login; None if that one does not run."""
    if settings.kafka_bootstrap_servers:
        return cluster_of(settings, settings.kafka_bootstrap_servers)
    own = broker.own_access(settings.home)
    return replace(cluster_of(settings, own.bootstrap_servers), options=own.options) if own else None


def cluster_of(settings: Settings, servers: str) -> Cluster:
    """The cluster at `servers` as the settings describe it."""
    named = schema_headers.read(Home(settings.home).schemas, settings.schema_registry_url)
    return Cluster(
        bootstrap_servers=servers,
        topic_prefix=settings.kafka_topic_prefix,
        partitions=settings.kafka_partitions,
        replication=settings.kafka_replication,
        retention_ms=settings.kafka_retention_ms,
        options=tuple(security(settings).items()),
        secret=Home(settings.home).secret,
        schemas=tuple((topic, (schema_headers.HEADER, value)) for topic, value in named.items()),
    )


def security(settings: Settings) -> dict[str, str]:
    """TLS and SASL settings under the client's names, with unchanged values."""
    given = {theirs: getattr(settings, ours) for ours, theirs in SECURITY.items()}
    return {
        name: value.get_secret_value() if hasattr(value, "get_secret_value") else str(value)
        for name, value in given.items()
        if value is not None
    }
