"""A failing upstream: asked again with patience and within bounds; then it is absent, which is not a zero."""

import gzip
import re
import socket
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from connectors.http.session import HttpSession
from connectors.sources import openrouter_rankings
from connectors.sources.payload import read_document
from tests.upstream.polite import JSON_HEADER, PATH, SECRET, Naps, absent, served, session
from tests.upstream.worlds import AS_OF, Reply, head, ok, scripted
from tokenshare.errors import ContractViolation, PayloadRefused, SourceAbsent, UsageError
from tokenshare.sources import Fetch, Page, Window

Record = Callable[[str, Any], None]
WINDOW = Window(AS_OF.date().replace(day=9), AS_OF.date().replace(day=11), AS_OF)


def _drip(prefix: bytes) -> Callable[[socket.socket], None]:
    def drip(connection: socket.socket) -> None:
        connection.sendall(prefix)
        for _ in range(100):
            connection.sendall(b"a")
            time.sleep(0.05)

    return drip


@pytest.mark.parametrize("status", ["429", "500", "503"])
def test_u01_a_status_that_may_pass_is_asked_again_and_then_absent(
    tmp_path: Path, status: str, record_property: Record
) -> None:
    """Every call is answered 429, 500 or 503."""
    naps = Naps()
    with served(tmp_path, status) as upstream:
        message = absent(upstream.url, naps, with_key=True)
    assert re.search(rf"status {status}: [A-Z][a-zA-Z ]+, tried 4 times", message)
    assert naps.seconds == ([1.0, 1.0, 2.0] if status == "429" else [0.5, 1.0, 2.0])
    record_property("observed", f"absent after 4 calls, waits of {naps.seconds} s")


def test_u01_an_answer_that_comes_at_the_second_try_is_whole(record_property: Record) -> None:
    """The first call is answered 503, the second well."""
    naps = Naps()
    replies = [head("503 Busy", "Content-Length: 0"), ok(b"[1]", JSON_HEADER)]
    with scripted(replies) as (url, asked), session(url, naps) as polite:
        page = polite.get(PATH, {"a": "1"})
    assert page == Page(f"{url}/{PATH}?a=1", b"[1]", "application/json")
    assert (len(asked), naps.seconds) == (2, [0.5])
    record_property("observed", "a whole page after 0.5 s")


@pytest.mark.parametrize("asked_for", ["61", "9" * 5000])
def test_u01_a_wait_that_outlasts_the_deadline_is_not_begun(asked_for: str, record_property: Record) -> None:
    """429 with a Retry-After beyond the deadline."""
    naps = Naps()
    with scripted([head("429 Slow", f"Retry-After: {asked_for}", "Content-Length: 0")]) as (url, asked):
        message = absent(url, naps)
    assert "status 429, tried 1 time; asked to wait" in message
    assert (len(asked), naps.seconds) == (1, [])
    record_property("observed", "one call, no wait, absent")


def test_u01_the_budget_of_calls_is_for_the_whole_fetch(record_property: Record) -> None:
    """500 after a good page, with three calls left to spend."""
    with (
        scripted([ok(b"{}"), head("500 Oops", "Content-Length: 0")]) as (url, asked),
        session(url, calls=3) as polite,
    ):
        polite.get(PATH)
        with pytest.raises(SourceAbsent, match="the budget of 3 calls is spent"):
            polite.get(PATH)
    assert len(asked) == 3
    record_property("observed", f"{len(asked)} calls, then absent")


@pytest.mark.parametrize(("fault", "said"), [("truncate", "the answer broke off"), ("reset", "the answer broke off")])
def test_u02_a_body_that_breaks_off_is_never_a_page(
    tmp_path: Path, fault: str, said: str, record_property: Record
) -> None:
    """The body is cut in the middle, by its end or by a reset."""
    with served(tmp_path, fault) as upstream:
        message = absent(upstream.url, with_key=True)
    assert said in message
    assert "tried 4 times" in message
    record_property("observed", "absent after 4 calls, no page")


def test_u02_a_drip_is_cut_at_the_deadline(tmp_path: Path, record_property: Record) -> None:
    """A whole body a byte every fifth of a second, under a deadline of 0.7 s."""
    start = time.monotonic()
    with served(tmp_path, "slow") as upstream:
        message = absent(upstream.url, with_key=True, deadline_seconds=0.7)
    assert "no complete answer within 0.7 s" in message
    assert 0.6 < time.monotonic() - start < 2
    record_property("observed", f"cut after {time.monotonic() - start:.1f} s")


@pytest.mark.parametrize(
    "prefix", [b"HTTP/1.1 200 OK\r\nX-Long: ", head("200 OK"), head("200 OK", "Content-Length: 100")]
)
@pytest.mark.threat("X14")
def test_u02_no_drip_outlasts_the_deadline_in_headers_or_in_a_body(prefix: bytes, record_property: Record) -> None:
    """Headers or body in drips, under a deadline of 0.4 s."""
    start = time.monotonic()
    with scripted([_drip(prefix)]) as (url, _):
        assert "0.4 s" in absent(url, deadline_seconds=0.4)
    assert time.monotonic() - start < 1.5
    record_property("observed", f"cut after {time.monotonic() - start:.1f} s")


def test_u02_a_server_that_says_nothing_times_out(record_property: Record) -> None:
    """A connection without an answer."""
    with scripted([lambda connection: time.sleep(0.4)]) as (url, _):
        assert "timed out" in absent(url, attempts=1, read_timeout_seconds=0.1)
    record_property("observed", "absent: timed out")


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
def test_u02_a_garbled_answer_is_asked_again_and_then_absent(reply: bytes, said: str, record_property: Record) -> None:
    """Answers cut short, compressed or not, and answers that are not HTTP."""
    with scripted([reply]) as (url, asked):
        message = absent(url)
    assert said in message
    assert "tried 4 times" in message
    assert len(asked) == 4
    record_property("observed", message[-80:])


@pytest.mark.parametrize("fault", ["html200", "empty200"])
def test_u03_a_wrong_answer_with_200_is_a_page_that_parse_refuses(
    tmp_path: Path, fault: str, record_property: Record
) -> None:
    """A login page, or nothing, with status 200."""
    with served(tmp_path, fault) as upstream, session(upstream.url) as polite:
        pages = tuple(openrouter_rankings.fetch(polite, WINDOW))
    with pytest.raises(PayloadRefused):
        openrouter_rankings.parse(Fetch("openrouter_rankings", WINDOW, pages))
    record_property("observed", "kept as it came, refused by the parser")


@pytest.mark.threat("X11")
def test_u04_a_redirect_to_another_host_is_refused_at_once(tmp_path: Path, record_property: Record) -> None:
    """A redirect to another host."""
    naps = Naps()
    with served(tmp_path, "redirect") as upstream:
        assert "redirect to another host refused" in absent(upstream.url, naps, with_key=True)
    assert not naps.seconds
    record_property("observed", "refused after one call")


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
def test_u04_redirects_stay_at_home_and_end(location: str, said: str, record_property: Record) -> None:
    """Redirects to a metadata address, to other schemes and hosts, and in a circle."""
    replies: list[Reply] = []
    with scripted(replies) as (url, asked):
        port = url.split(":")[2].split("/")[0]
        replies.append(head("302 Found", f"Location: {location.replace('PORT', port)}", "Content-Length: 0"))
        assert said in absent(url, with_key=True)
    assert len(asked) == (4 if "more than" in said else 1)
    record_property("observed", f"{said}, {len(asked)} calls")


def test_u04_a_redirect_to_what_is_no_address_is_absent(record_property: Record) -> None:
    """A redirect to an address in octal."""
    reply = head("302 Found", "Location: http://0251.0376.0251.0376/", "Content-Length: 0")
    with scripted([reply]) as (url, _):
        assert "Invalid URL in location header" in absent(url, with_key=True)
    record_property("observed", "absent, nothing dialled")


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
@pytest.mark.threat("X11")
def test_u04_addresses_that_may_not_be_dialled(url: str, objection: str, record_property: Record) -> None:
    """A base address of a private, link-local, disguised or plain kind."""
    with pytest.raises(UsageError, match=objection) as refusal:
        HttpSession(url, SECRET)
    assert refusal.value.fix
    assert "hunter2" not in str(refusal.value)
    record_property("observed", f"refused: {objection}")


def test_u05_a_port_nobody_listens_on_is_absent(record_property: Record) -> None:
    """No process listens on the port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert "no connection" in absent(f"http://127.0.0.1:{port}")
    record_property("observed", "absent: no connection")


def test_u05_a_peer_without_tls_is_absent(record_property: Record) -> None:
    """The upstream speaks no TLS."""
    with scripted([b"HTTP/1.1 400 Bad Request\r\n\r\n"]) as (url, _):
        assert "no connection" in absent(url.replace("http://", "https://"), attempts=2)
    record_property("observed", "absent: no connection")


def test_u05_a_name_nobody_knows_is_absent(monkeypatch: pytest.MonkeyPatch, record_property: Record) -> None:
    """The resolver does not know the host."""

    def unknown(*_: Any, **__: Any) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert "Name or service not known" in absent("https://nowhere.invalid/api/v1")
    record_property("observed", "absent, with the name")


@pytest.mark.parametrize(("status", "key"), [("401 Unauthorized", True), ("403 Forbidden", True)])
def test_u06_a_refused_key_is_one_call_and_names_the_setting(status: str, key: bool, record_property: Record) -> None:
    """The upstream answers 401, then 403."""
    body = f'{{"error": {{"message": "bad key {SECRET}"}}}}'.encode()
    with scripted([head(status, f"Content-Length: {len(body)}") + body]) as (url, asked):
        message = absent(url, with_key=key)
    assert "OPENROUTER_API_KEY" in message
    assert status[:3] in message
    assert len(asked) == 1
    record_property("observed", f"{len(asked)} call, absent, the setting named")


def test_u06_a_missing_key_costs_no_call_and_a_broken_one_is_not_repeated(record_property: Record) -> None:
    """The key is missing, or has a line break."""
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
    record_property("observed", "no call; the key is in no message")


@pytest.mark.threat("X14")
def test_u07_a_gzip_bomb_meets_the_cap_before_the_memory(tmp_path: Path, record_property: Record) -> None:
    """4 MB on the wire, unpacking to 4 GiB."""
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
    record_property("observed", f"absent at {cap >> 20} MiB, {peak >> 20} MiB of memory at most")


@pytest.mark.threat("X14")
def test_u07_more_bytes_on_the_wire_than_agreed_are_not_read_to_the_end(record_property: Record) -> None:
    """A body a hundred times as long as agreed."""
    with scripted([ok(b"x" * 100_000)]) as (url, asked):
        assert "larger than 1000 bytes on the wire" in absent(url, compressed_bytes=1000)
    assert len(asked) == 1
    record_property("observed", "absent after one call")


def test_u07_a_cut_body_that_calls_itself_whole_is_no_json(record_property: Record) -> None:
    """A Content-Length shorter than the body."""
    reply = ok(b'{"data": [1, 2]}', JSON_HEADER, length=12)
    with scripted([reply]) as (url, _), session(url) as polite:
        page = polite.get(PATH)
    with pytest.raises(ContractViolation, match="not JSON"):
        read_document(page)
    record_property("observed", "refused by the strict reader")
