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


ErrorForm = Callable[[int, str], tuple[bytes, str]]
Responder = Callable[[Request], Response | None]  # one upstream: None if the path is not one of its own; raises Refusal


def render(document: Any) -> bytes:
    """Write the document as JSON, as the upstream does."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def in_object(status: int, message: str) -> tuple[bytes, str]:
    """The body and content type of an error as OpenRouter writes it."""
    return render({"error": {"code": status, "message": message}}), JSON


def in_field(_: int, message: str) -> tuple[bytes, str]:
    """An error as the Hub writes it."""
    return render({"error": message}), JSON


def in_text(_: int, message: str) -> tuple[bytes, str]:
    """An error as EODHD writes it."""
    return message.encode(), "text/plain; charset=utf-8"


def in_xml(_: int, message: str) -> tuple[bytes, str]:
    """An error as the store behind EDGAR writes it."""
    text = f'<?xml version="1.0" encoding="UTF-8"?><Error><Code>NoSuchKey</Code><Message>{message}</Message></Error>'
    return text.encode(), "application/xml"


def in_page(_: int, message: str) -> tuple[bytes, str]:
    """An error as the SEC's gate before EDGAR writes it."""
    head = f"<head><title>SEC.gov | {message}</title><style>h1 {{ margin: 0 }}</style></head>"
    text = f"<!DOCTYPE html><html>{head}<body><h1>{message}</h1><p>Please declare your traffic.</p></body></html>"
    return text.encode(), "text/html"


class Refusal(Exception):
    """An error the upstream documents: a status and its message, in the form of that upstream."""

    def __init__(
        self, status: int, message: str, headers: Mapping[str, str] | None = None, form: ErrorForm = in_object
    ) -> None:
        super().__init__(message)
        self.status, self.headers, self._form = status, headers or {}, form

    def as_answer(self) -> Response:
        body, content_type = self._form(self.status, str(self))
        return Response(self.status, body, content_type, self.headers)


def stamp(moment: datetime) -> str:
    """A moment as the upstream writes it: 2026-05-12T02:00:00.000Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
