"""The polite session over loopback: what it sends, follows, and waits for; faults lie in tests/faults."""

import math
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from connectors.http.retry import plan_wait, read_retry_after
from connectors.http.session import HttpSession, Politeness
from demo.emulator.server import Upstream
from tests.upstream.polite import PATH, SECRET, absent, session
from tests.upstream.worlds import AS_OF, head, ok, scripted, write_world
from tokenshare.errors import SourceAbsent


def test_a_fault_below_one_path_leaves_the_others_alone(tmp_path: Path) -> None:
    world = write_world(tmp_path / "world", "500", "/api/v1/datasets/exports/")
    with Upstream(world, AS_OF) as upstream, session(upstream.url) as polite:
        assert polite.get(PATH, with_key=True).body
        assert polite.get("models").body
        with pytest.raises(SourceAbsent, match="status 500"):
            polite.get("datasets/exports/index.json")


def test_another_4xx_is_one_call_and_says_the_upstreams_reason_harmlessly() -> None:
    body = b'{"error": {"code": 400, "message": "span \\u001b[31m too long ' + SECRET.encode() + b"x" * 500 + b'"}}'
    with scripted([head("400 Bad Request", f"Content-Length: {len(body)}") + body]) as (url, asked):
        message = absent(url)
    assert "status 400: span  [31m too long ***" in message
    assert message.isprintable()
    assert len(message) < 300
    assert len(asked) == 1


def test_the_key_travels_in_one_header_and_only_where_asked() -> None:
    with scripted([ok(b"{}")]) as (url, asked), session(url) as polite:
        keyless, keyed = polite.get(PATH), polite.get(PATH, with_key=True)
    assert SECRET.encode() not in asked[0]
    assert asked[1].count(SECRET.encode()) == 1
    assert f"Authorization: Bearer {SECRET}".encode() in asked[1]
    assert SECRET not in repr((keyless, keyed, polite))


def test_a_redirect_within_the_upstream_is_followed() -> None:
    with (
        scripted([head("301 Moved", "Location: /api/v1/new", "Content-Length: 0"), ok(b"{}")]) as (
            url,
            asked,
        ),
        session(url) as polite,
    ):
        assert polite.get(PATH).url == f"{url}/new"
    assert asked[1].startswith(b"GET /api/v1/new ")


def test_an_encoding_nobody_asked_for_is_refused() -> None:
    with scripted([ok(b"x", "Content-Encoding: br")]) as (url, asked):
        assert "encoded as 'br'" in absent(url)
    assert b"Accept-Encoding: gzip\r\n" in asked[0]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0),
        ({"retry-after": "7"}, 7),
        ({"retry-after": "9" * 5000}, math.inf),
        ({"retry-after": "-5"}, 0),
        ({"retry-after": "soon"}, 0),
        ({"retry-after": "Tue, 12 May 2026 06:00:30 GMT", "date": "Tue, 12 May 2026 06:00:00 GMT"}, 30),
        ({"retry-after": "Tue, 12 May 2026 05:00:00 GMT", "date": "Tue, 12 May 2026 06:00:00 GMT"}, 0),
        ({"retry-after": "Tue, 12 May 2026 06:00:30 GMT"}, 0),
    ],
)
def test_retry_after_in_seconds_or_as_a_date_of_the_upstreams_clock(headers: dict[str, str], seconds: float) -> None:
    assert read_retry_after(headers) == seconds


def test_waits_double_to_a_cap_and_scatter() -> None:
    assert [plan_wait(n, 0.5, 30, 1.0) for n in (1, 2, 3, 7, 8, 60)] == [0.5, 1, 2, 30, 30, 30]
    assert plan_wait(3, 0.5, 30, 0.0) == 1


@pytest.mark.parametrize(
    "url",
    ["https://openrouter.ai/api/v1/", "http://127.0.0.1:8080/x", "http://[::1]:80", "http://localhost:1"],
)
def test_addresses_that_may_be_dialled(url: str) -> None:
    HttpSession(url).__exit__()


@pytest.mark.parametrize(
    ("proxy", "reason"),
    [
        ("socks5://127.0.0.1:9", "no connection"),
        ("socks5h://127.0.0.1:9", "no connection"),
        ("socks://127.0.0.1:9/", "ALL_PROXY, .* cannot be used .*Unknown scheme.*: correct or unset them"),
    ],
)
@pytest.mark.threat("X24")
def test_any_proxy_of_a_desktop_is_used_or_refused_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, proxy: str, reason: str
) -> None:
    for name in ("ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, proxy)
    with (
        pytest.raises(SourceAbsent, match=reason),
        HttpSession("https://upstream.example", politeness=Politeness(attempts=1)) as asking,
    ):
        asking.get(PATH)


@pytest.mark.threat("X24")
def test_a_list_of_exceptions_that_cannot_be_read_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "::1,[fe80::1],localhost")
    with pytest.raises(SourceAbsent, match="NO_PROXY cannot be used"):
        HttpSession("https://upstream.example")


def test_a_proxy_that_speaks_another_protocol_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer() -> None:
        connection, _ = server.accept()
        with connection:
            connection.recv(64)
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor(1) as pool:
        pool.submit(answer)
        monkeypatch.setenv("ALL_PROXY", f"socks5://127.0.0.1:{server.getsockname()[1]}")
        with (
            pytest.raises(SourceAbsent, match="the SOCKS proxy gave no answer of its protocol"),
            HttpSession("https://upstream.example") as asking,
        ):
            asking.get(PATH)


@pytest.mark.threat("X24")
def test_proxies_stand_before_the_internet_and_never_before_ourselves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    with scripted([ok(b"{}")]) as (url, _), session(url) as polite:
        assert polite.get(PATH).body == b"{}"
