"""A real Prefect server on a free loopback port, and the questions its REST API is asked."""

import base64
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from random import randrange
from time import monotonic, sleep
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

QUIET = {"PREFECT_SERVER_ANALYTICS_ENABLED": "false", "PREFECT_LOGGING_LEVEL": "WARNING"}
LISTS = ("flows", "flow_runs", "task_runs", "logs", "artifacts", "events", "deployments", "work_pools", "variables")
START_SECONDS = 90
EVENT_SECONDS = 20


def until(ask: Callable[[], Any], is_enough: Callable[[Any], bool]) -> Any:
    """The answer once it is enough, or the last one in time."""
    deadline, found = monotonic() + EVENT_SECONDS, ask()
    while not is_enough(found) and monotonic() < deadline:
        sleep(0.2)
        found = ask()
    return found


@dataclass(frozen=True)
class Server:
    """A started server."""

    url: str
    home: Path
    process: "subprocess.Popen[bytes]"
    login: str = ""  # user:password, where it asks for one

    def ask(self, path: str, question: dict[str, Any] | None = None, method: str | None = None) -> Any:
        """The answer to a GET, or to a POST of a question, or to another method."""
        body = None if question is None else json.dumps(question).encode()
        headers = {"Content-Type": "application/json"}
        if self.login:
            headers["Authorization"] = f"Basic {base64.b64encode(self.login.encode()).decode()}"
        if self.login and question is not None:
            csrf = self.ask("csrf-token?client=tests")["token"]
            headers |= {"Prefect-Csrf-Token": csrf, "Prefect-Csrf-Client": "tests"}
        return _answered(Request(f"{self.url}/{path}", body, headers, method=method), monotonic() + EVENT_SECONDS)

    def events(self, name: str, resource: str) -> list[dict[str, Any]]:
        """Events of that name about it: a server stores them a little later than it receives them."""
        wanted = {"filter": {"event": {"name": [name]}, "resource": {"id": [resource]}}}
        return list(until(lambda: self.ask("events/filter", wanted)["events"], bool))

    def kill(self) -> None:
        """As a power cut would."""
        self.process.kill()
        self.process.wait()

    def wait(self) -> None:
        """Until it answers."""
        until = monotonic() + START_SECONDS
        while monotonic() < until:
            assert self.process.poll() is None, "the Prefect server ended"
            try:
                if self.ask("health") is True:
                    return
            except OSError:
                sleep(0.5)
        raise AssertionError(f"the Prefect server did not answer within {START_SECONDS} s")

    def dump(self) -> str:
        """Everything the API shows of its store."""
        return json.dumps([self.ask(f"{name}/filter", {}) for name in LISTS])


def environment(home: Path) -> dict[str, str]:
    """The environment of a Prefect isolated from other ones on this machine."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    return {**others, **QUIET, "PREFECT_HOME": str(home)}


def free_port() -> int:
    """A port nobody listens on, between the ports of local brokers and those given to clients."""
    while True:
        port = randrange(30_000, 32_000)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def _answered(question: Request, until: float) -> Any:
    """The answer of the server; one with a busy SQLite answers 503 and is asked again, as Prefect's client does."""
    while True:
        try:
            with urlopen(question, timeout=10) as response:
                answer = response.read()
                return json.loads(answer) if answer else None
        except HTTPError as error:
            if error.code != HTTPStatus.SERVICE_UNAVAILABLE or monotonic() > until:
                raise
            sleep(0.5)


@contextmanager
def start(home: Path, login: str = "", **settings: str) -> Iterator[Server]:
    """Start a server without waiting for it; it is ended at the end, by its handle."""
    port = free_port()
    words = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    home.mkdir()
    with (home / "server.log").open("wb") as log:
        process = subprocess.Popen(words, env={**environment(home), **settings}, stdout=log, stderr=log)
        try:
            yield Server(f"http://127.0.0.1:{port}/api", home, process, login)
        finally:
            process.terminate()
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
