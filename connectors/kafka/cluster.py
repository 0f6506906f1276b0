"""A Kafka cluster as a value, and the one way in which clients of it are opened."""

import errno
import logging
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from kafka import KafkaAdminClient
from kafka.errors import KafkaError
from kafka.net.compat import KafkaNetClient

from tokenshare.errors import BrokerUnavailable, UsageError

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
MORE_FILES = "let this process open more files (ulimit -n)"

# A library that nobody configured would write its retries to stderr; who wants them adds a handler.
logging.getLogger("kafka").addHandler(logging.NullHandler())


@dataclass(frozen=True)
class Cluster:
    """Where Kafka is, and how topics are made there.

    `retention_ms` is milliseconds, -1 for ever; `options` are security settings under kafka-python's names,
    kept out of `repr` because passwords are among them. Raises UsageError for an option not passed through.
    """

    bootstrap_servers: str
    topic_prefix: str = ""
    partitions: int = 4
    replication: int = 1
    retention_ms: int = -1
    options: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        unknown = sorted({name for name, _ in self.options} - PASSED_THROUGH)
        if unknown:
            raise UsageError(
                f"Kafka option {', '.join(unknown)} is not passed through",
                f"use one of {', '.join(sorted(PASSED_THROUGH))}",
            )
        # kafka-python takes any other word for PLAINTEXT.
        protocol = dict(self.options).get("security_protocol", PROTOCOLS[0])
        if protocol not in PROTOCOLS:
            raise UsageError(f"Kafka security protocol {protocol} is unknown", f"use one of {', '.join(PROTOCOLS)}")

    def physical(self, name: str) -> str:
        """The broker's name of a topic or consumer group."""
        return self.topic_prefix + name

    def logical(self, name: str) -> str:
        """Our name of a topic or consumer group."""
        return name.removeprefix(self.topic_prefix)

    def client_options(self) -> dict[str, Any]:
        """What every client of kafka-python is opened with: an unreachable broker is an error within 10 s."""
        return {
            "bootstrap_servers": [address.strip() for address in self.bootstrap_servers.split(",")],
            "client_id": "tokenshare",
            "bootstrap_timeout_ms": int(BOOTSTRAP_SECONDS * 1000),
            "request_timeout_ms": 10_000,
            "reconnect_backoff_max_ms": 1_000,
            **{name: _typed(name, value) for name, value in self.options},
        }


def _typed(name: str, value: str) -> str | bool:
    return value.lower() not in ("false", "0", "no") if name == "ssl_check_hostname" else value


def probe(cluster: Cluster, timeout_seconds: float) -> None:
    """Ask the cluster who it is; BrokerUnavailable says whether nobody listens or somebody refuses."""
    with opened(KafkaAdminClient, cluster, bootstrap_timeout_ms=int(timeout_seconds * 1000)) as admin:
        admin.describe_cluster()


@contextmanager
def opened(kind: Any, cluster: Cluster, closing: Mapping[str, Any] | None = None, **options: Any) -> Iterator[Any]:
    """A client of kafka-python, closed at the end; its errors leave as BrokerUnavailable."""
    options = {**cluster.client_options(), **options}
    reach(cluster, options["bootstrap_timeout_ms"] / 1000)
    client = _constructed(kind, cluster, options)
    try:
        yield client
    except KafkaError as error:
        raise BrokerUnavailable(
            f"Kafka at {cluster.bootstrap_servers} failed ({error})", "look at the broker, then run again"
        ) from error
    finally:
        # By now every outcome has been checked; a failure to say goodbye is no news.
        with suppress(KafkaError):
            client.close(**(closing or {}))


def _constructed(kind: Any, cluster: Cluster, options: Mapping[str, Any]) -> Any:
    nets: list[Any] = []
    reasons: list[str] = []

    def overheard(**settings: Any) -> Any:
        nets.append(KafkaNetClient(**settings))
        _listen(nets[-1]._manager, reasons)
        return nets[-1]

    try:
        client = kind(kafka_client=overheard, **options)
    except (KafkaError, OSError, ValueError, AssertionError) as error:
        # A client that fails to open leaves a thread and three descriptors behind.
        for net in nets:
            net.close()
        reason = "; ".join(dict.fromkeys(reasons)) or str(error)
        raise BrokerUnavailable(
            f"Kafka at {cluster.bootstrap_servers} listens but does not let us in ({reason})",
            _fix(reason, CHECK_SECURITY),
        ) from error
    for net in nets:
        del net._manager.get_connection
    return client


def _listen(manager: Any, reasons: list[str]) -> None:
    """Note why connections fail until the class's own method is uncovered again.

    kafka-python tells its log alone, which may be off; its error says only that time ran out.
    """
    connect = manager.get_connection

    def get_connection(*arguments: Any, **options: Any) -> Any:
        connection = connect(*arguments, **options)
        connection.init_future.add_errback(lambda error: reasons.append(str(error)))
        return connection

    manager.get_connection = get_connection


def reach(cluster: Cluster, timeout_seconds: float) -> None:
    """Connect to the first bootstrap server that accepts; raises BrokerUnavailable when none does.

    kafka-python retries a refused connection until its timeout and then forgets why: this costs one round
    trip and tells a broker that is down from one that refuses us.
    """
    addresses = [_address(text) for text in cluster.bootstrap_servers.split(",")]
    refusals = []
    for address in addresses:
        try:
            socket.create_connection(address, timeout_seconds / len(addresses)).close()
            return
        except OSError as error:
            refusals.append(str(error))
    said = "; ".join(refusals)
    raise BrokerUnavailable(f"nothing listens at {cluster.bootstrap_servers} ({said})", _fix(said, START_OR_CORRECT))


def _fix(said: str, usual: str) -> str:
    """What mends it: a process that may open no more files blames whatever it wanted to open."""
    return MORE_FILES if os.strerror(errno.EMFILE) in said else usual


def _address(text: str) -> tuple[str, int]:
    host, colon, port = text.strip().rpartition(":")
    if not (colon and host and port.isdecimal()):
        raise UsageError(f"bootstrap server {text.strip()!r} is not host:port", "write it as host:port")
    return host.strip("[]"), int(port)
