"""Small worlds and small misbehaving servers for tests over loopback."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

AS_OF = datetime(2026, 5, 12, 6, tzinfo=UTC)
RANKINGS = """known_at,date,model_permaslug,total_tokens
2026-05-10T02:05:00Z,2026-05-09,alpha/one,100
2026-05-10T02:05:00Z,2026-05-09,other,900
2026-05-11T02:05:00Z,2026-05-10,alpha/one,300
2026-05-11T02:05:00Z,2026-05-10,beta/two:free,100
2026-05-11T02:05:00Z,2026-05-10,other,600
2026-05-12T02:05:00Z,2026-05-09,alpha/one,110
2026-05-12T02:05:00Z,2026-05-10,beta/two:free,
2026-05-12T02:05:00Z,2026-05-11,beta/two,250
2026-05-12T02:05:00Z,2026-05-11,alpha/one,500
2026-05-12T02:05:00Z,2026-05-11,alpha/one,501
2026-05-12T02:05:00Z,2026-05-11,other,749
2026-05-12T05:00:00Z,2026-05-12,alpha/one,7
2026-05-13T02:05:00Z,2026-05-11,alpha/one,505
"""
MODELS = """known_at,id,canonical_slug,name,created_at,hugging_face_id,output_modalities,\
prompt_usd_per_token,completion_usd_per_token,discount,overrides_json,withdrawn
2026-05-01T00:00:00Z,alpha/one,alpha/one,Alpha One,2026-01-01T00:00:00Z,,text,0.000002,0.00001,,,
2026-05-01T00:00:00Z,beta/two,beta/two,Beta Two,2026-01-01T00:00:00Z,beta/Two-7B,text,0.000001,0.000002,0.5,\
"[{""min_prompt_tokens"": 9, ""prompt"": ""0.000003""}]",
2026-05-01T00:00:00Z,beta/two:free,beta/two,Beta Two (free),2026-01-01T00:00:00Z,beta/Two-7B,text,0,0,,,
2026-05-01T00:00:00Z,gamma/painter,gamma/painter,Gamma,2026-01-01T00:00:00Z,,text;image,-1,-1,,,
2026-05-01T00:00:00Z,gamma/pure,gamma/pure,Gamma Pure,2026-01-01T00:00:00Z,,image,,,,,
2026-05-01T00:00:00Z,~beta/two-latest,beta/two,Beta Two (latest),2026-01-01T00:00:00Z,,text,1e-06,2e-06,,,
2026-05-01T00:00:00Z,delta/gone,delta/gone,Gone,2026-01-01T00:00:00Z,,text,0,0,,,
2026-05-12T00:00:00Z,delta/gone,delta/gone,Gone,2026-01-01T00:00:00Z,,text,0,0,,,true
2026-05-12T00:00:00Z,alpha/one,alpha/one,Alpha One,2026-01-01T00:00:00Z,,text,0.000001,0.000005,,,
"""
CATEGORIES = """known_at,week_start_date,category,model_permaslug,total_tokens
2026-05-11T03:00:00Z,2026-05-04,programming,alpha/one,40
2026-05-11T03:00:00Z,2026-05-04,roleplay,alpha/one,4
"""


def write_world(directory: Path, fault: str = "", path_prefix: str = "/api/v1/", **files: str) -> Path:
    """A world with rankings and models, other `files` by stem, and one fault from the start if named."""
    contents = {"rankings_daily": RANKINGS, "models": MODELS, **files}
    if fault:
        contents["faults"] = (
            f"from,until,path_prefix,fault\n2026-05-12T00:00:00Z,2026-05-13T00:00:00Z,{path_prefix},{fault}\n"
        )
    directory.mkdir(exist_ok=True)
    for stem, text in contents.items():
        (directory / f"{stem}.csv").write_text(text, encoding="utf-8")
    return directory


Reply = bytes | Callable[[socket.socket], None]


def ok(body: bytes, *headers: str, length: int | None = None) -> bytes:
    """A 200 with these headers besides; `length` lies about the body."""
    return head("200 OK", f"Content-Length: {len(body) if length is None else length}", *headers) + body


def head(status: str, *headers: str) -> bytes:
    return "\r\n".join((f"HTTP/1.1 {status}", *headers, "", "")).encode()


@contextlib.contextmanager
def scripted(replies: Sequence[Reply]) -> Iterator[tuple[str, list[bytes]]]:
    """A server with the n-th reply for the n-th connection, then the last again; yields URL, requests."""
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_serve, args=(server, replies, asked), daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/api/v1", asked
        with contextlib.suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)


def _serve(server: socket.socket, replies: Sequence[Reply], asked: list[bytes]) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        with connection, contextlib.suppress(OSError):
            asked.append(connection.recv(65536))
            reply = replies[min(len(asked), len(replies)) - 1]
            reply(connection) if callable(reply) else connection.sendall(reply)
