"""The polite session against everything an upstream can do to it, over loopback."""

import gzip
import math
import socket
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from connectors.sources import openrouter_rankings
from connectors.sources.http import HttpSession, Politeness
from connectors.sources.payload import read_document
from connectors.sources.retry import plan_wait, read_retry_after
from demo.upstream import Upstream
from tests.upstream.worlds import AS_OF, Reply, head, ok, scripted, write_world
from tokenshare.errors import ContractViolation, PayloadRefused, SourceAbsent, UsageError
from tokenshare.sources import Fetch, Page, Window

PATH = "datasets/rankings-daily"
SECRET = "sk-or-v1-0123456789abcdef"
WINDOW = Window(AS_OF.date().replace(day=9), AS_OF.date().replace(day=11), AS_OF)
JSON_HEADER = "Content-Type: application/json"


class Naps:
    """A sleep that only writes down how long it would have been."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


def session(url: str, naps: Naps | None = None, **politeness: Any) -> HttpSession:
    return HttpSession(url, SECRET, Politeness(**politeness), sleep=naps or Naps(), chance=lambda: 1.0)


def absent(url: str, naps: Naps | None = None, with_key: bool = False, **politeness: Any) -> str:
    with session(url, naps, **politeness) as polite, pytest.raises(SourceAbsent) as absence:
        polite.get(PATH, with_key=with_key)
    assert SECRET not in str(absence.value) + repr(absence.value) + repr(polite)
    return str(absence.value)


def served(tmp_path: Path, fault: str) -> Upstream:
    return Upstream(write_world(tmp_path / "world", fault), AS_OF)


# The faults an emulator can order.


@pytest.mark.parametrize("status", ["429", "500", "503"])
def test_a_status_that_may_pass_is_asked_again_and_then_absent(tmp_path: Path, status: str) -> None:
    naps = Naps()
    with served(tmp_path, status) as upstream:
        message = absent(upstream.url, naps, with_key=True)
    assert f"status {status}, tried 4 times" in message
    assert naps.seconds == ([1.0, 1.0, 2.0] if status == "429" else [0.5, 1.0, 2.0])


@pytest.mark.parametrize(("fault", "said"), [("truncate", "the answer broke off"), ("reset", "the answer broke off")])
def test_a_body_that_breaks_off_is_never_a_page(tmp_path: Path, fault: str, said: str) -> None:
    with served(tmp_path, fault) as upstream:
        message = absent(upstream.url, with_key=True)
    assert said in message
    assert "tried 4 times" in message


@pytest.mark.parametrize("fault", ["html200", "empty200"])
def test_a_wrong_answer_with_200_is_a_page_that_parse_refuses(tmp_path: Path, fault: str) -> None:
    with served(tmp_path, fault) as upstream, session(upstream.url) as polite:
        pages = tuple(openrouter_rankings.fetch(polite, WINDOW))
    with pytest.raises(PayloadRefused):
        openrouter_rankings.parse(Fetch("openrouter_rankings", WINDOW, pages))


def test_a_redirect_to_another_host_is_refused_at_once(tmp_path: Path) -> None:
    naps = Naps()
    with served(tmp_path, "redirect") as upstream:
        assert "redirect to another host refused" in absent(upstream.url, naps, with_key=True)
    assert not naps.seconds


def test_a_drip_is_cut_at_the_deadline(tmp_path: Path) -> None:
    start = time.monotonic()
    with served(tmp_path, "slow") as upstream:
        message = absent(upstream.url, with_key=True, deadline_seconds=0.7)
    assert "no complete answer within 0.7 s" in message
    assert 0.6 < time.monotonic() - start < 2


def test_a_gzip_bomb_meets_the_cap_before_the_memory(tmp_path: Path) -> None:
    cap = 8 * 1024 * 1024
    tracemalloc.start()
    try:
        with served(tmp_path, "gzipbomb") as upstream:
            message = absent(upstream.url, with_key=True, decompressed_bytes=cap)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert f"larger than {cap} bytes" in message
    assert peak < 3 * cap


def test_a_fault_below_one_path_leaves_the_others_alone(tmp_path: Path) -> None:
    world = write_world(tmp_path / "world", "500", "/api/v1/datasets/exports/")
    with Upstream(world, AS_OF) as upstream, session(upstream.url) as polite:
        assert polite.get(PATH, with_key=True).body
        assert polite.get("models").body
        with pytest.raises(SourceAbsent, match="status 500"):
            polite.get("datasets/exports/index.json")


# What only a scripted server does.


def test_an_answer_that_comes_at_the_second_try_is_whole() -> None:
    naps = Naps()
    replies = [head("503 Busy", "Content-Length: 0"), ok(b"[1]", JSON_HEADER)]
    with scripted(replies) as (url, asked), session(url, naps) as polite:
        page = polite.get(PATH, {"a": "1"})
    assert page == Page(f"{url}/{PATH}?a=1", b"[1]", "application/json")
    assert (len(asked), naps.seconds) == (2, [0.5])


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (ok(b"[1, 2]", length=9), "the answer broke off"),
        (ok(gzip.compress(b"[1]", mtime=0)[:-9], "Content-Encoding: gzip"), "the compressed body was cut short"),
        (
            ok(gzip.compress(b"[1]" * 99, mtime=0), "Content-Encoding: gzip", length=20),
            "the compressed body was cut short",
        ),
        (ok(gzip.compress(b"[1]", mtime=0) + b"more", "Content-Encoding: gzip"), "followed by something else"),
        (ok(b"[1]", "Content-Encoding: gzip"), "not the compressed stream"),
        (b"", "the answer broke off"),
        (b"SSH-2.0-server\r\n", "the answer broke off"),
    ],
)
def test_a_garbled_answer_is_asked_again_and_then_absent(reply: bytes, said: str) -> None:
    with scripted([reply]) as (url, asked):
        message = absent(url)
    assert said in message
    assert "tried 4 times" in message
    assert len(asked) == 4


def test_a_server_that_says_nothing_times_out() -> None:
    with scripted([lambda connection: time.sleep(0.4)]) as (url, _):
        assert "timed out" in absent(url, attempts=1, read_timeout_seconds=0.1)


def test_a_port_nobody_listens_on_is_absent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert "no connection" in absent(f"http://127.0.0.1:{port}")


def test_a_peer_without_tls_is_absent() -> None:
    with scripted([b"HTTP/1.1 400 Bad Request\r\n\r\n"]) as (url, _):
        assert "no connection" in absent(url.replace("http://", "https://"), attempts=2)


def test_a_name_nobody_knows_is_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: Any, **__: Any) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert "Name or service not known" in absent("https://nowhere.invalid/api/v1")


def _drip(prefix: bytes) -> Callable[[socket.socket], None]:
    def drip(connection: socket.socket) -> None:
        connection.sendall(prefix)
        for _ in range(100):
            connection.sendall(b"a")
            time.sleep(0.05)

    return drip


@pytest.mark.parametrize(
    "prefix", [b"HTTP/1.1 200 OK\r\nX-Long: ", head("200 OK"), head("200 OK", "Content-Length: 100")]
)
def test_no_drip_outlasts_the_deadline_in_headers_or_in_a_body_without_length(prefix: bytes) -> None:
    start = time.monotonic()
    with scripted([_drip(prefix)]) as (url, _):
        assert "0.4 s" in absent(url, deadline_seconds=0.4)
    assert time.monotonic() - start < 1.5


@pytest.mark.parametrize(("status", "key"), [("401 Unauthorized", True), ("403 Forbidden", True)])
def test_a_refused_key_is_one_call_and_names_the_setting(status: str, key: bool) -> None:
    body = f'{{"error": {{"message": "bad key {SECRET}"}}}}'.encode()
    with scripted([head(status, f"Content-Length: {len(body)}") + body]) as (url, asked):
        message = absent(url, with_key=key)
    assert "OPENROUTER_API_KEY" in message
    assert status[:3] in message
    assert len(asked) == 1


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


def test_a_missing_key_costs_no_call_and_a_broken_one_is_not_repeated() -> None:
    with (
        scripted([ok(b"{}")]) as (url, asked),
        HttpSession(url) as polite,
        pytest.raises(SourceAbsent, match="OPENROUTER_API_KEY is not set"),
    ):
        polite.get(PATH, with_key=True)
    assert not asked
    with pytest.raises(UsageError) as refusal:
        HttpSession(url, "sk-or\nX-Evil: 1")
    assert "sk-or" not in str(refusal.value)


@pytest.mark.parametrize(
    ("location", "said"),
    [
        ("http://169.254.169.254/latest/meta-data", "redirect to another host refused"),
        ("https://127.0.0.1/", "redirect to another host refused"),
        ("//evil.example/", "redirect to another host refused"),
        ("http://user:pw@127.0.0.1:PORT/", "redirect to another host refused"),
        ("file:///etc/passwd", "redirect to another host refused"),
        ("/api/v1/again", "more than 3 redirects"),
    ],
)
def test_redirects_stay_at_home_and_end(location: str, said: str) -> None:
    replies: list[Reply] = []
    with scripted(replies) as (url, asked):
        port = url.split(":")[2].split("/")[0]
        replies.append(head("302 Found", f"Location: {location.replace('PORT', port)}", "Content-Length: 0"))
        assert said in absent(url, with_key=True)
    assert len(asked) == (4 if "more than" in said else 1)


def test_a_redirect_to_what_is_no_address_is_absent() -> None:
    reply = head("302 Found", "Location: http://0251.0376.0251.0376/", "Content-Length: 0")
    with scripted([reply]) as (url, _):
        assert "Invalid URL in location header" in absent(url, with_key=True)


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


def test_more_bytes_on_the_wire_than_agreed_are_not_read_to_the_end() -> None:
    with scripted([ok(b"x" * 100_000)]) as (url, asked):
        assert "larger than 1000 bytes on the wire" in absent(url, compressed_bytes=1000)
    assert len(asked) == 1


def test_an_encoding_nobody_asked_for_is_refused() -> None:
    with scripted([ok(b"x", "Content-Encoding: br")]) as (url, asked):
        assert "encoded as 'br'" in absent(url)
    assert b"Accept-Encoding: gzip\r\n" in asked[0]


def test_the_budget_of_calls_is_for_the_whole_fetch() -> None:
    with (
        scripted([ok(b"{}"), head("500 Oops", "Content-Length: 0")]) as (url, asked),
        session(url, calls=3) as polite,
    ):
        polite.get(PATH)
        with pytest.raises(SourceAbsent, match="the budget of 3 calls is spent"):
            polite.get(PATH)
    assert len(asked) == 3


@pytest.mark.parametrize("asked_for", ["61", "9" * 5000])
def test_a_wait_that_outlasts_the_deadline_is_not_begun(asked_for: str) -> None:
    naps = Naps()
    with scripted([head("429 Slow", f"Retry-After: {asked_for}", "Content-Length: 0")]) as (url, asked):
        message = absent(url, naps)
    assert "status 429, tried 1 time; asked to wait" in message
    assert (len(asked), naps.seconds) == (1, [])


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
    ("url", "objection"),
    [
        ("http://openrouter.ai/api/v1", "plain http to another machine"),
        ("http://169.254.169.254/latest", "plain http to another machine"),
        ("https://169.254.169.254/latest", "a private, link-local or reserved address"),
        ("https://10.0.0.1/", "a private, link-local or reserved address"),
        ("https://192.168.1.1:8443/", "a private, link-local or reserved address"),
        ("https://100.64.0.1/", "a private, link-local or reserved address"),
        ("https://0.0.0.0/", "a private, link-local or reserved address"),
        ("https://[fe80::1]/", "a private, link-local or reserved address"),
        ("https://[fd00::1]/", "a private, link-local or reserved address"),
        ("https://[::ffff:10.0.0.1]/", "a private, link-local or reserved address"),
        ("http://0x7f000001/", "disguised form"),
        ("https://2130706433/", "disguised form"),
        ("https://0251.0376.0251.0376/", "is not a URL"),
        ("http://localhost.evil.example/", "plain http to another machine"),
        ("ftp://127.0.0.1/", "neither http nor https"),
        ("file:///etc/passwd", "neither http nor https"),
        ("https://openrouter.ai/api/v1?x=1", "a query or a fragment"),
        ("https://openrouter.ai/api/v1?api_token=hunter2#hunter2", "^https://openrouter.ai/api/v1: has a query"),
        ("https://user:hunter2@openrouter.ai/", "a user or password"),
        ("https://[bad/", "neither http nor https to a host"),
    ],
)
def test_addresses_that_may_not_be_dialled(url: str, objection: str) -> None:
    with pytest.raises(UsageError, match=objection) as refusal:
        HttpSession(url, SECRET)
    assert refusal.value.fix
    assert "hunter2" not in str(refusal.value)


@pytest.mark.parametrize(
    "url",
    ["https://openrouter.ai/api/v1/", "http://127.0.0.1:8080/x", "http://[::1]:80", "http://localhost:1"],
)
def test_addresses_that_may_be_dialled(url: str) -> None:
    HttpSession(url).__exit__()


def test_proxies_stand_before_the_internet_and_never_before_ourselves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    with scripted([ok(b"{}")]) as (url, _), session(url) as polite:
        assert polite.get(PATH).body == b"{}"


def test_a_cut_identity_body_that_calls_itself_whole_is_no_json() -> None:
    """A Content-Length that is too short cannot be told from a short answer: the strict reader refuses it."""
    reply = ok(b'{"data": [1, 2]}', JSON_HEADER, length=12)
    with scripted([reply]) as (url, _), session(url) as polite:
        page = polite.get(PATH)
    with pytest.raises(ContractViolation, match="not JSON"):
        read_document(page)
