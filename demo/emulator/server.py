"""An HTTP emulator of the upstreams: it serves a world on this machine, as it was known at one moment."""

import math
import threading
import time
import zlib
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self
from urllib.parse import parse_qsl, urlsplit

from demo.emulator.answers import Refusal, Request, Responder, Response
from demo.emulator.faults import AGE, ANSWERS, DELIVERIES, LIMITS, STALE, Wire, fault_at, read_faults
from demo.emulator.hub import hub
from demo.emulator.markets import ECB_FOLDER, EODHD_BASE, ecb, edgar, eodhd
from demo.emulator.openrouter import BASE, openrouter
from demo.emulator.world_files import available
from tokenshare.errors import UsageError

__all__ = ["Upstream", "available"]

KEY = "demo-key"
MINUTE = 60.0
CALLS_A_MINUTE = 30


class Pace:
    """The Data API's limit: so many calls a key within any minute."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._calls: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def count(self, key: str) -> None:
        """Count a call; raises Refusal(429) with the seconds until the next may come."""
        with self._lock:
            now, calls = self._clock(), self._calls.setdefault(key, deque())
            while calls and calls[0] <= now - MINUTE:
                calls.popleft()
            if len(calls) >= CALLS_A_MINUTE:
                wait = math.ceil(calls[0] + MINUTE - now)
                raise Refusal(429, "Rate limit exceeded", {"Retry-After": str(wait)})
            calls.append(now)


class WorldView:
    """A world at a moment: answers questions without a network, and accepts any key."""

    def __init__(self, world: Path, as_of: datetime, pace: Pace) -> None:
        self._parts: Sequence[Responder] = [
            openrouter(world, as_of, pace.count),
            *(part(world, as_of) for part in (eodhd, edgar, ecb, hub)),
        ]

    def answer(self, question: Request) -> Response:
        try:
            answers = (part(question) for part in self._parts)
            return next((answer for answer in answers if answer), Refusal(404, "Not Found").as_answer())
        except Refusal as refusal:
            return refusal.as_answer()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, port: int, world: Path, as_of: datetime) -> None:
        self.shown, self.faults, self.as_of = WorldView(world, as_of, Pace()), read_faults(world), as_of
        is_stale = any(fault.name == STALE for fault in self.faults)
        self.stale = WorldView(world, as_of - AGE, Pace()) if is_stale else self.shown
        self.closing = threading.Event()
        try:
            super().__init__(("127.0.0.1", port), _Handler)
        except OSError as error:
            raise UsageError(
                f"port {port} cannot be taken ({error.strerror})", "leave it out for a free one"
            ) from error

    def handle_error(self, *_: object) -> None:
        """Ignore clients hanging up in the middle: the faults make them."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_GET(self) -> None:
        self.close_connection = True
        url = urlsplit(self.path)
        fault = fault_at(self.server.faults, self.server.as_of, url.path)
        if fault and fault in ANSWERS:
            return self._send(ANSWERS[fault])
        shown = self.server.stale if fault == STALE else self.server.shown
        question = self._question(url.path, dict(parse_qsl(url.query, keep_blank_values=True)))
        answer = shown.answer(question)
        if fault and fault in LIMITS:
            return self._send(LIMITS[fault](question, answer, self.server.as_of))
        if fault is None or fault == STALE or answer.status != 200:
            return self._send(answer)
        return DELIVERIES[fault](answer, Wire(self.wfile, self.connection, self.server.closing))

    def _question(self, path: str, params: dict[str, str]) -> Request:
        scheme, _, key = self.headers.get("Authorization", "").partition(" ")
        bearer = key.strip() if scheme.lower() == "bearer" else None
        return Request(path, params, bearer, urlsplit(self.path).query)

    def _send(self, answer: Response) -> None:
        body, encoding = answer.body, {}
        if body and "gzip" in self.headers.get("Accept-Encoding", ""):
            body, encoding = zlib.compress(body, 1, 16 + zlib.MAX_WBITS), {"Content-Encoding": "gzip"}
        self.send_response(answer.status)
        headers = {
            "Content-Type": answer.content_type,
            "Content-Length": str(len(body)),
            "Connection": "close",
        }
        for name, value in (headers | encoding | dict(answer.headers)).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Log nothing: stdout belongs to the serving command."""


class Upstream:
    """The emulator, serving a world at `as_of` on a port of 127.0.0.1 (0: any free one) while entered.

    Raises UsageError if the world cannot be read. `key` is a valid key.
    """

    key = KEY

    def __init__(self, world: Path, as_of: datetime, port: int = 0) -> None:
        self._server = _Server(port, world, as_of)

    @property
    def url(self) -> str:
        """Address of the router's API."""
        return self.urls["openrouter"]

    @property
    def urls(self) -> dict[str, str]:
        """Address of each upstream by name; their documented paths never meet, so one port serves all."""
        origin = f"http://127.0.0.1:{self._server.server_port}"
        return {
            "openrouter": f"{origin}{BASE}",
            "eodhd": f"{origin}{EODHD_BASE}",
            "edgar": origin,
            "huggingface": origin,
            "ecb": f"{origin}{ECB_FOLDER}",
        }

    def serve_forever(self) -> None:
        """Serve in this thread until interrupted."""
        self._server.serve_forever(poll_interval=0.05)

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, name="upstream", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.closing.set()
        self._server.shutdown()
        self._server.server_close()
