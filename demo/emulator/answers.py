"""Requests to the emulator and its responses, as plain values."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

JSON = "application/json"
PUBLIC = "https://openrouter.ai/api/v1"  # the base of addresses inside answers: a port would change digests


@dataclass(frozen=True)
class Request:
    """A GET request: `path` from the root of the host, `key` as sent, if any; `query` as sent, repetitions and all."""

    path: str
    params: Mapping[str, str]
    key: str | None
    query: str = ""


@dataclass(frozen=True)
class Response:
    """Status, body and headers, complete."""

    status: int
    body: bytes
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)


Responder = Callable[[Request], Response | None]  # one upstream: None if the path is not one of its own; raises Refusal


class Refusal(Exception):
    """An error the upstream documents: a status and its message."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers or {}

    def as_answer(self) -> Response:
        error = {"code": self.status, "message": str(self)}
        return Response(self.status, render({"error": error}), headers=self.headers)


def render(document: Any) -> bytes:
    """Write the document as JSON, as the upstream does."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def stamp(moment: datetime) -> str:
    """A moment as the upstream writes it: 2026-05-12T02:00:00.000Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
