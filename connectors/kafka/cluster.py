"""A Kafka cluster as a value, and the one way to open a client."""

import logging
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tokenshare.errors import BrokerUnavailable, UsageError

if TYPE_CHECKING:  # a third of a second to import, spent by whoever opens a client
    from kafka.errors import KafkaError

PASSED_THROUGH = frozenset(
    (
        "security_protocol",
        "sasl_mechanism",
        "sasl_plain_username",
        "sasl_plain_password",
        "sasl_kerberos_name",
        "sasl_kerberos_service_name",
        "sasl_kerberos_domain_name",
        "ssl_cafile",
        "ssl_certfile",
        "ssl_keyfile",
        "ssl_password",
        "ssl_crlfile",
        "ssl_check_hostname",
    )
)
PROTOCOLS = ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
BOOTSTRAP_SECONDS = 8.0
START_OR_CORRECT = "start that Kafka, or correct TOKENSHARE_KAFKA_BOOTSTRAP_SERVERS"
CHECK_SECURITY = "correct the security protocol, the credentials or the certificates"

# Without a handler, logging would print the library's retries on stderr.
logging.getLogger("kafka").addHandler(logging.NullHandler())


@dataclass(frozen=True)
class Cluster:
    """The address of a Kafka cluster, and the settings of topics created on it.

    `retention_ms` is milliseconds, -1 for ever. `options` are security settings under kafka-python's names,
    kept out of `repr` because they include passwords. `secret` is the file with the secret of the home, which proves
    the records sent; without it they go unproven. `schemas` are the header by which the records of a topic name their
    schema in a registry, its name and its value by topic. Raises UsageError for an option not passed through.
    """

    bootstrap_servers: str
    topic_prefix: str = ""
    partitions: int = 4
    replication: int = 1
    retention_ms: int = -1
    options: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    secret: Path | None = None
    schemas: tuple[tuple[str, tuple[str, bytes]], ...] = ()

    def __post_init__(self) -> None:
        unknown = sorted({name for name, _ in self.options} - PASSED_THROUGH)
        if unknown:
            raise UsageError(
                f"Kafka option {', '.join(unknown)} is not passed through",
                f"use one of {', '.join(sorted(PASSED_THROUGH))}",
            )
        # kafka-python would treat any unknown protocol as PLAINTEXT, and send credentials in clear.
        protocol = dict(self.options).get("security_protocol", PROTOCOLS[0])
        if protocol not in PROTOCOLS:
            raise UsageError(f"Kafka security protocol {protocol} is unknown", f"use one of {', '.join(PROTOCOLS)}")

    def physical(self, name: str) -> str:
        """The broker's name for a topic or consumer group."""
        return self.topic_prefix + name

    def logical(self, name: str) -> str:
        """Our name for a topic or consumer group."""
        return name.removeprefix(self.topic_prefix)

    def client_options(self) -> dict[str, Any]:
        """The options of every kafka-python client: an unreachable broker is an error within 10 s."""
        return {
            "bootstrap_servers": [address.strip() for address in self.bootstrap_servers.split(",")],
            "client_id": "tokenshare",
            "bootstrap_timeout_ms": int(BOOTSTRAP_SECONDS * 1000),
            "request_timeout_ms": 10_000,
            "reconnect_backoff_max_ms": 1_000,
            "retry_backoff_ms": 20,  # every client waits this long between bootstrap and its first question
            **{name: _typed(name, value) for name, value in self.options},
        }


def _typed(name: str, value: str) -> str | bool:
    return value.lower() not in ("false", "0", "no") if name == "ssl_check_hostname" else value


def probe(cluster: Cluster, timeout_seconds: float) -> None:
    """Ask the cluster for its identity. Raises BrokerUnavailable, for no listener and for a refusal apart."""
    from kafka import KafkaAdminClient

    with opened(KafkaAdminClient, cluster, bootstrap_timeout_ms=int(timeout_seconds * 1000)) as admin:
        admin.describe_cluster()


@contextmanager
def opened(kind: Any, cluster: Cluster, closing: Mapping[str, Any] | None = None, **options: Any) -> Iterator[Any]:
    """Open a client of kafka-python and close it at the end. Its errors become BrokerUnavailable."""
    from kafka.errors import KafkaError

    options = {**cluster.client_options(), **options}
    reach(cluster, options["bootstrap_timeout_ms"] / 1000)
    client = _constructed(kind, cluster, options)
    try:
        yield client
    except KafkaError as error:
        raise failure_of(cluster, error) from error
    finally:
        # Every outcome has been checked by now, so a failure to close changes nothing.
        with suppress(KafkaError):
            client.close(**(closing or {}))


def failure_of(cluster: Cluster, error: "KafkaError") -> BrokerUnavailable:
    """The error of a broker that failed a client."""
    failed = f"Kafka at {cluster.bootstrap_servers} failed ({error})"
    return BrokerUnavailable(failed, "look at the broker, then run again")


def _constructed(kind: Any, cluster: Cluster, options: Mapping[str, Any]) -> Any:
    from kafka.errors import KafkaError
    from kafka.net.compat import KafkaNetClient

    nets: list[Any] = []
    reasons: list[str] = []

    def observed(**settings: Any) -> Any:
        nets.append(KafkaNetClient(**settings))
        _collect_reasons(nets[-1]._manager, reasons)
        return nets[-1]

    try:
        client = kind(kafka_client=observed, **options)
    except (KafkaError, OSError, ValueError, AssertionError) as error:
        # A client that fails to open leaves a thread and three descriptors behind.
        for net in nets:
            net.close()
        reason = "; ".join(dict.fromkeys(reasons)) or str(error)
        raise BrokerUnavailable(
            f"Kafka at {cluster.bootstrap_servers} listens but does not let us in ({reason})",
            CHECK_SECURITY,
        ) from error
    for net in nets:  # construction is over: remove the patch
        del net._manager.get_connection
    return client


def _collect_reasons(manager: Any, reasons: list[str]) -> None:
    """Collect the reasons of failed connections, until the caller deletes this patch of `get_connection`.

    kafka-python writes them to its log alone, which may be off; its error reports only a timeout.
    """
    connect = manager.get_connection

    def get_connection(*arguments: Any, **options: Any) -> Any:
        connection = connect(*arguments, **options)
        connection.init_future.add_errback(lambda error: reasons.append(str(error)))
        return connection

    manager.get_connection = get_connection


def reach(cluster: Cluster, timeout_seconds: float) -> None:
    """Connect to the first bootstrap server that accepts. Raises BrokerUnavailable if none does.

    kafka-python retries a refused connection until its timeout and then loses the reason. This costs one
    round trip and distinguishes a broker that is down from one that refuses us.
    """
    addresses = [_address(text) for text in cluster.bootstrap_servers.split(",")]
    refusals = []
    for address in addresses:
        try:
            socket.create_connection(address, timeout_seconds / len(addresses)).close()
            return
        except OSError as error:
            refusals.append(str(error))
    reason = "; ".join(refusals)
    raise BrokerUnavailable(f"nothing listens at {cluster.bootstrap_servers} ({reason})", START_OR_CORRECT)


def _address(text: str) -> tuple[str, int]:
    host, colon, port = text.strip().rpartition(":")
    if not (colon and host and port.isdecimal()):
        raise UsageError(f"bootstrap server {text.strip()!r} is not host:port", "write it as host:port")
    return host.strip("[]"), int(port)
