"""The files and commands of one local Kafka node, under `<home>/broker`."""

import base64
import shutil
import subprocess
import uuid
from dataclasses import dataclass
from pathlib import Path

from connectors.kafka.java import Java
from tokenshare.errors import BrokerUnavailable, UsageError

FORMAT_SECONDS = 60
CHOSEN_BY_HOME = range(20_000, 30_000, 2)
USER = "tokenshare"  # of the broker itself and of its home
LOGIN = "org.apache.kafka.common.security.plain.PlainLoginModule required"
SETTINGS = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "OWNER",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,OWNER:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT",
    "sasl.enabled.mechanisms": "PLAIN",
    "sasl.mechanism.inter.broker.protocol": "PLAIN",
    "sasl.mechanism.controller.protocol": "PLAIN",
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "super.users": f"User:{USER}",
    "auto.create.topics.enable": "false",
    "log.retention.ms": "-1",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "share.coordinator.state.topic.num.partitions": "4",
    "group.initial.rebalance.delay.ms": "0",
    "log.cleaner.dedupe.buffer.size": "8388608",
    "num.network.threads": "2",
    "num.io.threads": "4",
    # A killed node registers again only when its old session has expired: 5 s instead of 9.
    "broker.session.timeout.ms": "5000",
    "broker.heartbeat.interval.ms": "1000",
}
JVM = (
    "-Xmx256m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-Djava.awt.headless=true",
    "-Duser.language=en",
    "-Duser.country=US",
    "-Duser.timezone=UTC",
    "-Dfile.encoding=UTF-8",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
)


@dataclass(frozen=True)
class Node:
    """Paths of a node. Its Java processes run in `root`, so no setting contains a path to be quoted."""

    root: Path

    @classmethod
    def of(cls, home: Path) -> "Node":
        return cls(home.expanduser().resolve() / "broker")

    @property
    def properties(self) -> Path:
        return self.root / "server.properties"

    @property
    def login(self) -> Path:
        """The file with the password of the running broker."""
        return self.root / "login"

    @property
    def client(self) -> Path:
        """The file with the same login and the address, as Kafka's own tools read it."""
        return self.root / "client.properties"

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def log(self) -> Path:
        return self.root / "log" / "broker.log"

    @property
    def is_formatted(self) -> bool:
        return (self.data / "meta.properties").is_file()

    @property
    def is_there(self) -> bool:
        """True if the node has its folder. Raises UsageError in a home closed to this user."""
        try:
            return self.root.is_dir()
        except PermissionError as error:
            raise UsageError(f"cannot look into {self.root.parent}", "run as the user of this home") from error

    @property
    def label(self) -> str:
        """The argument that marks a process as this node's broker."""
        return f"-Dtokenshare.broker={self.properties}"


@dataclass(frozen=True)
class Ports:
    """The ports of a node: for everybody, for its home, and for itself; the last two ask for a login.

    Below the ephemeral ports: the system could give a dead broker's port to a client that keeps dialling it. A port
    that a person chose has the other two behind it.
    """

    everybody: int

    @property
    def owner(self) -> int:
        return self.everybody - 10_000 if self.everybody in CHOSEN_BY_HOME else self.everybody + 2

    @property
    def controller(self) -> int:
        return self.everybody + 1

    @property
    def all(self) -> tuple[int, int, int]:
        return self.everybody, self.owner, self.controller


def properties(ports: Ports, password: str, data: str = "data") -> str:
    """The server.properties of a node on these ports of the loopback interface."""
    listeners = f"PLAINTEXT://127.0.0.1:{ports.everybody},OWNER://127.0.0.1:{ports.owner}"
    controller = f"127.0.0.1:{ports.controller}"
    login = f'{LOGIN} username="{USER}" password="{password}" user_{USER}="{password}";'
    own = {
        "listeners": f"{listeners},CONTROLLER://{controller}",
        "advertised.listeners": listeners,
        "controller.quorum.voters": f"1@{controller}",
        "listener.name.owner.plain.sasl.jaas.config": login,
        "listener.name.controller.plain.sasl.jaas.config": login,
        "log.dirs": data,
    }
    return "".join(f"{name}={value}\n" for name, value in (SETTINGS | own).items())


def client_properties(ports: Ports, password: str) -> str:
    """The text of `client.properties`: Kafka's tools, Kafka UI and AKHQ log in with it (`--command-config`)."""
    own = {
        "bootstrap.servers": f"127.0.0.1:{ports.owner}",
        "security.protocol": "SASL_PLAINTEXT",
        "sasl.mechanism": "PLAIN",
        "sasl.jaas.config": f'{LOGIN} username="{USER}" password="{password}";',
    }
    return "".join(f"{name}={value}\n" for name, value in own.items())


def command(java: Java, jars: Path, *arguments: str) -> list[str]:
    """A Java command line over the jars."""
    return [str(java.path), *JVM, "-cp", f"{jars}/*", *arguments]


def format_data(node: Node, java: Java, jars: Path) -> None:
    """Create the node's empty data directory with an identity, complete or not at all, by a rename.

    Raises BrokerUnavailable if Kafka cannot, or if a directory without identity contains topics.
    """
    _clear(node)
    fresh = node.root / "data.new"
    shutil.rmtree(fresh, ignore_errors=True)
    settings = node.root / "format.properties"
    settings.write_text(properties(Ports(20_000), "of no use", fresh.name))
    cluster_id = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    tool = ("kafka.tools.StorageTool", "format", f"--cluster-id={cluster_id}", "-c", settings.name)
    reason = _run(node, java, command(java, jars, *tool))
    if reason:
        fix = "make room on the disk or give write access, then start again"
        raise BrokerUnavailable(f"Kafka could not format {fresh} ({reason})", fix)
    fresh.rename(node.data)


def last_cause(log: str) -> str:
    """The last cause in what Kafka printed: it explains more than the last frame of its trace; frames are indented."""
    return next((line.strip() for line in reversed(log.splitlines()) if line and not line[0].isspace()), "")


def _run(node: Node, java: Java, line: list[str]) -> str:
    """Run a tool of Kafka to its end; the reason of its failure, or nothing."""
    quiet = subprocess.DEVNULL
    try:
        done = subprocess.run(
            line,
            cwd=node.root,
            env=java.environ,
            capture_output=True,
            stdin=quiet,
            timeout=FORMAT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    printed = (done.stderr or done.stdout).decode(errors="replace")
    return (last_cause(printed) or f"exit code {done.returncode}") if done.returncode else ""


def _clear(node: Node) -> None:
    """Remove an interrupted attempt. Kafka never ran on a directory without meta.properties."""
    if not node.data.exists():
        return
    if any(path.is_dir() and not path.name.startswith("__cluster_metadata") for path in node.data.iterdir()):
        raise BrokerUnavailable(
            f"{node.data} contains topics but no meta.properties",
            "restore that file, or move the directory away to start empty",
        )
    shutil.rmtree(node.data)
