"""A real HTTP server on loopback for the messages of channels; it can be made to fail."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

OK = (200, b"ok", {})
DOWN = (503, b"down", {})
Answer = tuple[int, bytes, dict[str, str]]


@dataclass(frozen=True)
class Taken:
    """One request, and the status it was given."""

    path: str
    headers: dict[str, str]
    body: bytes
    status: int

    @property
    def document(self) -> dict[str, Any]:
        found = json.loads(self.body)
        assert isinstance(found, dict)
        return found


@dataclass
class Receiver:
    """`answers` are given one by one, then `otherwise`; `seconds` is how long each is thought over."""

    port: int = 0
    answers: list[Answer] = field(default_factory=list)
    otherwise: Answer = OK
    seconds: float = 0.0
    drips: bool = False
    requests: list[Taken] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def taken(self, path: str = "/") -> list[Taken]:
        """The requests answered 200 at a path."""
        return [request for request in self.requests if request.status == 200 and request.path.startswith(path)]

    def told(self, path: str = "/") -> list[tuple[str, str]]:
        """Action and key of each message answered 200."""
        return [(one.document["action"], one.document["dedup_key"]) for one in self.taken(path)]


class Listener(ThreadingHTTPServer):
    """Serves a receiver."""

    daemon_threads = True

    def __init__(self, receiver: Receiver) -> None:
        super().__init__(("127.0.0.1", receiver.port), Session)
        self.receiver = receiver


class Session(BaseHTTPRequestHandler):
    """One request: read whole, answered as set in the receiver."""

    server: Listener

    def do_POST(self) -> None:
        receiver = self.server.receiver
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status, said, headers = receiver.answers.pop(0) if receiver.answers else receiver.otherwise
        receiver.requests.append(Taken(self.path, dict(self.headers), body, status))
        time.sleep(receiver.seconds)
        with suppress(OSError):  # the other side may have had enough
            self.send_response(status)
            for name, value in {"Content-Length": str(len(said)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            for byte in said:
                self.wfile.write(bytes([byte]))
                time.sleep(0.2 if receiver.drips else 0)

    do_GET = do_POST  # noqa: N815  # as the server calls it

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def listening(**options: Any) -> Iterator[Receiver]:
    """A receiver listening for the length of the block."""
    receiver = Receiver(**options)
    with Listener(receiver) as server:
        receiver.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()
