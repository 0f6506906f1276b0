"""The operating-system process of a local broker: recorded, recognised, found again, ended."""

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass

import psutil

from connectors.kafka.node import Node

PORT = "-Dtokenshare.port="
JAVA = "-Dtokenshare.java="
STOP_SECONDS = 20
# Clocks are adjusted; two processes do not get one pid within this time.
CREATED_WITHIN_SECONDS = 2.0


@dataclass(frozen=True)
class Running:
    """A broker's process: `created` is epoch seconds and tells it from a later one with its pid."""

    pid: int
    created: float
    port: int
    java: str


def labels(node: Node, port: int, java: str) -> list[str]:
    """Arguments that make the process table enough to find the broker and its port again."""
    return [node.label, f"{PORT}{port}", f"{JAVA}{java}"]


def running(node: Node) -> list[Running]:
    """The node's brokers that are alive: the recorded one, else whatever the process table holds."""
    known = _recorded(node)
    alive = known and lives(known) and _recognised(node, known.pid)
    return [alive] if alive else list(_strays(node))


def record(node: Node, broker: Running) -> None:
    """Write the pid file: complete or as it was."""
    draft = node.root / "pid.new"
    draft.write_text(json.dumps(asdict(broker)))
    os.replace(draft, node.root / "pid")


def forget(node: Node) -> None:
    """Remove the pid file."""
    (node.root / "pid").unlink(missing_ok=True)


def born(pid: int, port: int, java: str) -> Running | None:
    """A child just started, whose command line may not show yet; None where it has ended already."""
    try:
        return Running(pid, psutil.Process(pid).create_time(), port, java)
    except psutil.Error:
        return None


def lives(broker: Running) -> bool:
    """Whether this very process is still at work, which a zombie is not."""
    try:
        process = psutil.Process(broker.pid)
        apart_seconds = abs(process.create_time() - broker.created)
        return bool(apart_seconds < CREATED_WITHIN_SECONDS and process.status() != psutil.STATUS_ZOMBIE)
    except (psutil.Error, ValueError, TypeError):
        return False


def end(broker: Running) -> None:
    """Ask it to stop, and kill it where it has not after 20 s."""
    if not lives(broker):
        return
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(broker.pid)
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except psutil.TimeoutExpired:
            process.kill()
            process.wait(STOP_SECONDS)


def _recorded(node: Node) -> Running | None:
    try:
        return Running(**json.loads((node.root / "pid").read_text()))
    except (OSError, ValueError, TypeError):
        return None


def _recognised(node: Node, pid: int) -> Running | None:
    """A zombie, another user's process and another home's broker are not ours."""
    try:
        process = psutil.Process(pid)
        arguments = process.cmdline()
        if node.label not in arguments:
            return None
        return Running(pid, process.create_time(), int(_value(arguments, PORT)), _value(arguments, JAVA))
    except (psutil.Error, ValueError):
        return None


def _value(arguments: list[str], label: str) -> str:
    return next((text.removeprefix(label) for text in arguments if text.startswith(label)), "")


def _strays(node: Node) -> Iterator[Running]:
    found = (_recognised(node, pid) for pid in psutil.pids())
    return (broker for broker in found if broker)
