"""The operating-system process of a local broker: recorded, recognised, found again, ended.

Anybody can write our labels into the arguments of a process. A broker of ours also runs as this user, is Java, and
holds its claim: the port, or before that a file of its node.
"""

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from connectors.kafka.node import Node, Ports
from tokenshare.errors import BrokerUnavailable

PORT = "-Dtokenshare.port="
OWNER_PORT = "-Dtokenshare.owner.port="
JAVA = "-Dtokenshare.java="
STOP_SECONDS = 20
# The clock may be adjusted meanwhile; no pid is reused within this time.
CREATED_WITHIN_SECONDS = 2.0


@dataclass(frozen=True)
class Running:
    """A broker's process. `created`, in epoch seconds, distinguishes it from a later process with its pid.

    `owner_port` asks for a login; it is 0 if an earlier version started the broker.
    """

    pid: int
    created: float
    port: int
    java: str
    owner_port: int = 0


def labels(node: Node, ports: Ports, java: str) -> list[str]:
    """Arguments from which the process table alone gives the broker and its ports."""
    return [node.label, f"{PORT}{ports.everybody}", f"{OWNER_PORT}{ports.owner}", f"{JAVA}{java}"]


def running(node: Node) -> list[Running]:
    """The node's live brokers: the recorded one, else those in the process table."""
    known = _recorded(node)
    alive = known and lives(known) and _recognised(node, known.pid)
    return [alive] if alive else list(_strays(node))


def record(node: Node, broker: Running) -> None:
    """Replace the pid file, completely or not at all."""
    draft = node.root / "pid.new"
    draft.write_text(json.dumps(asdict(broker)))
    os.replace(draft, node.root / "pid")


def forget(node: Node) -> None:
    """Remove the pid file."""
    (node.root / "pid").unlink(missing_ok=True)


def born(pid: int, ports: Ports, java: str) -> Running | None:
    """A child just started, perhaps without a visible command line yet; None if it has already ended."""
    try:
        return Running(pid, psutil.Process(pid).create_time(), ports.everybody, java, ports.owner)
    except psutil.Error:
        return None


def lives(broker: Running) -> bool:
    """True if this same process still runs; a zombie does not."""
    try:
        process = psutil.Process(broker.pid)
        apart_seconds = abs(process.create_time() - broker.created)
        return bool(apart_seconds < CREATED_WITHIN_SECONDS and process.status() != psutil.STATUS_ZOMBIE)
    except (psutil.Error, ValueError, TypeError):
        return False


def listens(broker: Running) -> bool:
    """True if this same process listens at its ports: a password goes to no other."""
    ports = {broker.port, broker.owner_port} - {0}
    try:
        return lives(broker) and all(_listens(psutil.Process(broker.pid), port) for port in ports)
    except psutil.Error:
        return False


def end(broker: Running) -> None:
    """Terminate the broker, and kill it if it still runs after 20 s. Raises BrokerUnavailable if even that fails."""
    if not lives(broker):
        return
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(broker.pid)
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except psutil.TimeoutExpired:
            process.kill()
            _await_end(process)


def _await_end(process: psutil.Process) -> None:
    try:
        process.wait(STOP_SECONDS)
    except psutil.TimeoutExpired as error:
        reason = f"the broker's process {process.pid} does not end, although it was killed"
        raise BrokerUnavailable(reason, "look at its disk, or restart the machine") from error


def _recorded(node: Node) -> Running | None:
    try:
        return Running(**json.loads((node.root / "pid").read_text()))
    except (OSError, ValueError, TypeError):
        return None


def _recognised(node: Node, pid: int) -> Running | None:
    """The node's broker with that pid; None for a zombie, another user's process or another home's broker."""
    try:
        process = psutil.Process(pid)
        if process.uids().effective != os.geteuid():
            return None
        arguments = process.cmdline()
        if node.label not in arguments or Path(process.exe()).name != "java":
            return None
        port, owner_port = int(_value(arguments, PORT)), int(_value(arguments, OWNER_PORT) or 0)
        broker = Running(pid, process.create_time(), port, _value(arguments, JAVA), owner_port)
        return broker if _listens(process, broker.port) or _has_open(process, node) else None
    except (psutil.Error, OSError, ValueError):
        return None


def _listens(process: psutil.Process, port: int) -> bool:
    found = process.net_connections("inet")
    return any(one.status == psutil.CONN_LISTEN and one.laddr.port == port for one in found)


def _has_open(process: psutil.Process, node: Node) -> bool:
    """True if a file of the node is open: a broker has its log open from its first moment."""
    return any(Path(file.path).is_relative_to(node.root) for file in process.open_files())


def _value(arguments: list[str], label: str) -> str:
    return next((text.removeprefix(label) for text in arguments if text.startswith(label)), "")


def _strays(node: Node) -> Iterator[Running]:
    found = (_recognised(node, pid) for pid in psutil.pids())
    return (broker for broker in found if broker)
