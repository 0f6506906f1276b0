"""The receiver before a real Kafka: who may call, how much, and that 2xx means acknowledged."""

import gzip
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
import uvicorn

from connectors.gateway.reading import Reading
from connectors.gateway.receiver import Limits, Receiver
from connectors.gateway.tokens import Tokens, make
from tests.gateway.payloads import AT, call, export, payload
from tokenshare.errors import BrokerUnavailable, UsageError

NOW = datetime.fromtimestamp(AT, UTC)
LIMITS = Limits(body_bytes=64 * 1024, inflated_bytes=256 * 1024, requests=50, body_seconds=1.0, calls=2)


@dataclass
class Door:
    """A receiver that serves, with a delivery that a test looks at or lets fail."""

    url: str
    token: str
    delivered: list[Reading]

    def post(self, path: str = "/v1/litellm", **given: object) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}", **given.pop("headers", {})}  # type: ignore[dict-item]
        return httpx.post(f"{self.url}{path}", headers=headers, **{"timeout": 10, **given})  # type: ignore[arg-type]


@contextmanager
def serving(tmp_path: Path, deliver: Callable[[Reading], None], limits: Limits = LIMITS) -> Iterator[Door]:
    make(tmp_path / "tokens")
    tokens = Tokens(tmp_path / "tokens")
    app = Receiver(deliver, tokens, lambda: NOW, limits).app()
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield Door(f"http://127.0.0.1:{listening.getsockname()[1]}", tokens.read()[0].decode(), [])
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    delivered: list[Reading] = []
    with serving(tmp_path, delivered.append) as door:
        yield replace(door, delivered=delivered)


@pytest.mark.parametrize("shown", ["", "Bearer", "Bearer wrong", "Basic {token}", "bearer{token}", "Bearer {token}x"])
def test_a_caller_without_a_token_is_refused(door: Door, shown: str) -> None:
    answer = door.post(json=[payload()], headers={"Authorization": shown.format(token=door.token)})
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert door.delivered == []


def test_tokens_are_read_again_and_a_file_open_to_others_lets_nobody_in(door: Door, tmp_path: Path) -> None:
    file = tmp_path / "tokens"
    file.write_text("# the second one\nanother-token-of-mine\n")
    assert door.post(json=payload()).status_code == 401
    assert replace(door, token="another-token-of-mine").post(json=payload()).status_code == 200
    file.write_text("another-token-of-mine \n")
    file.chmod(0o644)
    assert replace(door, token="another-token-of-mine").post(json=payload()).status_code == 401
    with pytest.raises(UsageError, match="others may read the tokens"):
        Tokens(file).read()


@pytest.mark.parametrize("text", ["", "# nothing\n", "short\n"])
def test_a_file_without_a_token_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "tokens").write_text(text)
    (tmp_path / "tokens").chmod(0o600)
    with pytest.raises(UsageError, match="hold none, or one that is too short"):
        Tokens(tmp_path / "tokens").read()


def test_good_ones_go_through_and_bad_ones_are_named(door: Door) -> None:
    answer = door.post(json=[payload("a"), payload("bad", prompt=-1), payload("c")])
    assert answer.status_code == 200
    assert answer.json()["accepted"] == 2
    (refused,) = answer.json()["refused"]
    assert (refused["place"], refused["request_id"]) == ("payload 2", "bad")
    (reading,) = door.delivered
    assert len(reading.events) == 2
    assert "SECRET" not in f"{answer.text} {reading}"


def test_an_exporter_is_answered_in_its_own_form(door: Door) -> None:
    answer = door.post("/v1/otlp/traces", content=export(call("1")), headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()) == (200, {})
    partial = door.post("/v1/traces", content=export(call("1"), call("2", prompt=-1))).json()["partialSuccess"]
    assert (partial["rejectedSpans"], partial["errorMessage"]) == ("1", "span 2: prompt is negative")


def test_openrouters_test_call_is_well(door: Door) -> None:
    answer = door.post("/v1/otlp/traces", json={}, headers={"X-Test-Connection": "true"})
    assert answer.status_code == 200
    assert door.delivered == []


def test_a_compressed_body_is_read(door: Door) -> None:
    body = gzip.compress(json.dumps([payload()]).encode())
    assert door.post(content=body, headers={"Content-Encoding": "gzip"}).json()["accepted"] == 1


@pytest.mark.parametrize(
    ("content", "encoding", "status"),
    [
        (b"x" * 65 * 1024, "", 413),
        (gzip.compress(b" " * 300 * 1024), "gzip", 413),
        (gzip.compress(json.dumps([payload()] * 51).encode()), "gzip", 413),
        (gzip.compress(json.dumps([payload()]).encode())[:-9], "gzip", 400),
        (b"[{}]", "br", 415),
        (b"[{", "", 400),
        (b"", "", 400),
    ],
    ids=["too large", "a bomb", "too many", "cut", "unknown encoding", "no JSON", "empty"],
)
def test_a_body_beyond_its_caps_is_refused(door: Door, content: bytes, encoding: str, status: int) -> None:
    answer = door.post(content=content, headers={"Content-Encoding": encoding} if encoding else {})
    assert answer.status_code == status
    assert answer.json()["error"]
    assert door.delivered == []


def test_a_slow_caller_is_not_waited_for(door: Door) -> None:
    def drip() -> Iterator[bytes]:
        for _ in range(30):
            yield b" "
            time.sleep(0.1)

    answer = door.post(content=drip())
    assert (answer.status_code, "within 1 s" in answer.json()["error"]) == (408, True)


@pytest.mark.parametrize("error", [BrokerUnavailable("Kafka does not answer"), UsageError("no secret")])
def test_what_is_not_acknowledged_is_not_accepted(tmp_path: Path, error: Exception) -> None:
    def fail(_: Reading) -> None:
        raise error

    with serving(tmp_path, fail) as door:
        answer = door.post(json=payload())
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        counted = httpx.get(f"{door.url}/metrics").text
    assert 'tokenshare_gateway_calls_total{form="litellm",status="503"} 1.0' in counted
    assert 'outcome="accepted"} 0' not in counted


def test_more_calls_than_can_be_served_are_asked_to_come_again(tmp_path: Path) -> None:
    release, entered = threading.Event(), threading.Semaphore(0)

    def wait(_: Reading) -> None:
        entered.release()
        release.wait(10)

    with serving(tmp_path, wait) as door:
        calls = [threading.Thread(target=door.post, kwargs={"json": payload()}) for _ in range(LIMITS.calls)]
        for thread in calls:
            thread.start()
        for _ in calls:
            assert entered.acquire(timeout=10)
        refused = door.post(json=payload())
        health = httpx.get(f"{door.url}/healthz")
        release.set()
        for thread in calls:
            thread.join()
    assert (refused.status_code, refused.headers["Retry-After"], health.status_code) == (429, "5", 200)
