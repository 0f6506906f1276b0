"""A real Prefect server in a process and a home of its own, asked through its REST API."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from signal import SIGKILL, SIGTERM
from typing import Any

import httpx

START_SECONDS = 90
PAGE = 200
# What a server could show of a pass, by the address at which it is listed.
LISTED = ("flows", "flow_runs", "task_runs", "logs", "artifacts", "variables", "block_documents", "deployments")


@dataclass(frozen=True)
class Server:
    """A running server; `home` holds its database and everything else that it keeps."""

    url: str
    home: Path

    def listed(self, kind: str) -> list[dict[str, Any]]:
        """Everything of a kind."""
        answer = httpx.post(f"{self.url}/{kind}/filter", json={"limit": PAGE}, timeout=10)
        answer.raise_for_status()
        found: list[dict[str, Any]] = answer.json()
        assert len(found) < PAGE, "the dump would not be whole"
        return found

    def dump(self) -> str:
        """All that the server tells of anything, and the bytes of its files."""
        told = [httpx.post(f"{self.url}/{kind}/filter", json={"limit": PAGE}, timeout=10).text for kind in LISTED]
        told.append(httpx.post(f"{self.url}/events/filter", json={"limit": 50}, timeout=10).text)
        kept = [path.read_bytes().decode("latin-1") for path in self.home.rglob("*") if path.is_file()]
        return "\n".join([*told, *kept])


def free_port() -> int:
    """A port of the loopback on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@contextmanager
def serving(home: Path) -> Iterator[Server]:
    """A server that is still starting: `wait` for it. It and what it started end with the block."""
    port = free_port()
    home.mkdir(parents=True)
    words = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with (home.parent / "server.log").open("w") as log:
        process = subprocess.Popen(
            words, env=environment(home), stdout=log, stderr=log, cwd=home, start_new_session=True
        )
        try:
            yield Server(f"http://127.0.0.1:{port}/api", home)
        finally:
            _end(process)


def wait(server: Server) -> Server:
    """Until it answers."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{server.url}/health", timeout=2).status_code == 200:
                return server
        except httpx.TransportError:
            time.sleep(0.2)
    raise TimeoutError((server.home.parent / "server.log").read_text())


def environment(home: Path) -> dict[str, str]:
    """Surroundings of the server: nothing of ours, and nobody is phoned."""
    others = {n: v for n, v in os.environ.items() if not n.startswith(("PREFECT_", "TOKENSHARE_", "OPENROUTER_"))}
    return {**others, "PREFECT_HOME": str(home), "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"}


def _end(process: "subprocess.Popen[bytes]") -> None:
    """The group that the server leads: itself and the workers it started."""
    os.killpg(process.pid, SIGTERM)
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, SIGKILL)
        process.wait()
