"""Faults on order: the rows of faults.csv, the moments and paths they apply to, and their form on the wire."""

import os
import socket
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BufferedIOBase
from pathlib import Path
from threading import Event

from demo.emulator.answers import JSON, ErrorForm, Refusal, Request, Response, in_object, in_page, in_text
from demo.emulator.hub import refuse_base_models
from demo.emulator.markets import limit_to_a_year
from demo.emulator.world_files import available, read_cells, read_moment
from tokenshare.errors import UsageError

FILE = "faults.csv"
COLUMNS = ("from", "until", "path_prefix", "fault")
DRIP_SECONDS = 0.2
BOMB_BLOCK = b" " * (1 << 20)
BOMB_BLOCKS = 4096  # 4 GiB, from 4 MB on the wire
LOGIN_PAGE = b"<!doctype html><html><body><h1>Please sign in</h1></body></html>"
ELSEWHERE = "http://other.invalid/"
STALE, AGE = "stale", timedelta(days=1)  # an answer this old, as a cache on the way would serve it


@dataclass(frozen=True)
class Wire:
    """A connection for a fault to write to or break, and the event to stop waiting on: the emulator is closing."""

    file: BufferedIOBase
    connection: socket.socket
    closing: Event


@dataclass(frozen=True)
class UpstreamFault:
    """A fault by name for requests below a path, from `start` until `end` (exclusive)."""

    start: datetime
    end: datetime
    path_prefix: str
    name: str


def read_faults(world: Path) -> tuple[UpstreamFault, ...]:
    """Read the faults of a world; an empty `from` or `until` is open. Raises UsageError."""
    if FILE not in available(world):
        return ()
    return tuple(_read(cells, f"{world / FILE} line {line}") for line, cells in read_cells(world / FILE, COLUMNS))


def fault_at(faults: tuple[UpstreamFault, ...], as_of: datetime, path: str) -> str | None:
    """The first fault in force for a path (with its /api/v1) at a moment."""
    matching = (f for f in faults if f.start <= as_of < f.end and path.startswith(f.path_prefix))
    return next((fault.name for fault in matching), None)


def _read(cells: Mapping[str, str], where: str) -> UpstreamFault:
    if cells["fault"] not in NAMES:
        raise UsageError(f"{where}: fault is {cells['fault'][:40]!r}", f"one of {', '.join(NAMES)}")
    start = read_moment(cells["from"], f"{where}: from") if cells["from"] else datetime.min.replace(tzinfo=UTC)
    end = read_moment(cells["until"], f"{where}: until") if cells["until"] else datetime.max.replace(tzinfo=UTC)
    return UpstreamFault(start, end, cells["path_prefix"], cells["fault"])


def _status(
    status: int, message: str, headers: Mapping[str, str] | None = None, form: ErrorForm = in_object
) -> Response:
    return Refusal(status, message, headers, form).as_answer()


# Whole answers, of the wrong kind.
ANSWERS: Mapping[str, Response] = {
    "429": _status(429, "Rate limit exceeded", {"Retry-After": "1"}),
    "500": _status(500, "Internal Server Error"),
    "503": _status(503, "Service Unavailable"),
    "quota": _status(402, "You exceeded your daily API requests limit.", form=in_text),
    "plan": _status(403, "Only EOD data allowed for free users.", form=in_text),
    "too_fast": _status(403, "Request Rate Threshold Exceeded", form=in_page),
    "undeclared": _status(403, "Your Request Originates from an Undeclared Automated Tool", form=in_page),
    "html200": Response(200, LOGIN_PAGE, "text/html; charset=utf-8"),
    "empty200": Response(200, b""),
    "redirect": Response(302, b"", headers={"Location": ELSEWHERE}),
}


def _truncate(answer: Response, wire: Wire) -> None:
    wire.file.write(_head(answer, {"Content-Length": str(len(answer.body) + 1)}))
    wire.file.write(answer.body[: len(answer.body) // 2])


def _drip(answer: Response, wire: Wire) -> None:
    wire.file.write(_head(answer, {"Content-Length": str(len(answer.body))}))
    for byte in answer.body:
        wire.file.write(bytes([byte]))
        wire.file.flush()
        if wire.closing.wait(DRIP_SECONDS):
            return


def _reset(answer: Response, wire: Wire) -> None:
    """Send half the body, then RST: a socket with a linger time of zero is dropped when it is closed."""
    wire.file.write(_head(answer, {"Content-Length": str(len(answer.body))}))
    wire.file.write(answer.body[: len(answer.body) // 2])
    wire.file.flush()
    wire.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    os.close(wire.connection.detach())


def _bomb(answer: Response, wire: Wire) -> None:
    wire.file.write(_head(answer, {"Content-Encoding": "gzip"}))
    for piece in _bomb_pieces():
        if wire.closing.is_set():
            return
        wire.file.write(piece)


def _bomb_pieces() -> Iterator[bytes]:
    """A gzip stream of blanks; after a full flush a block compresses to the same bytes each time."""
    squeezer = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    yield squeezer.compress(BOMB_BLOCK) + squeezer.flush(zlib.Z_FULL_FLUSH)
    block = squeezer.compress(BOMB_BLOCK) + squeezer.flush(zlib.Z_FULL_FLUSH)
    for _ in range(BOMB_BLOCKS - 1):
        yield block


def _head(answer: Response, headers: Mapping[str, str]) -> bytes:
    lines = {"Content-Type": answer.content_type or JSON, **headers, "Connection": "close"}
    return ("HTTP/1.1 200 OK\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines.items()) + "\r\n").encode()


# Answers within the limits of a plan or of an interface.
LIMITS: Mapping[str, Callable[[Request, Response, datetime], Response]] = {
    "free_plan": limit_to_a_year,
    "no_base_models": refuse_base_models,
}


# Right answers, badly delivered.
DELIVERIES: Mapping[str, Callable[[Response, Wire], None]] = {
    "truncate": _truncate,
    "slow": _drip,
    "reset": _reset,
    "gzipbomb": _bomb,
}
NAMES = (*ANSWERS, *LIMITS, *DELIVERIES, STALE)
