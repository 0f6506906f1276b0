"""The webhook and the heartbeat, against a real server: what counts as taken, and where nothing may be sent."""

import socket
from typing import Any

import pytest

from connectors.alerts.channel import DELIVERED
from connectors.alerts.webhook import Webhook, judge, says_no
from connectors.http.addresses import is_allowed_peer, read_secret_url
from tests.alerts.documents import document
from tests.alerts.outbox_home import CANARY, caller, receiver, send
from tests.receiver import OK, Receiver
from tokenshare.alerts import AlertDocument


def test_the_message_arrives_as_documented(receiver: Receiver) -> None:
    assert send(receiver) == DELIVERED
    (taken,) = receiver.requests
    assert (taken.path, taken.headers["Content-Type"]) == (f"/{CANARY}?token={CANARY}", "application/json")
    sent = AlertDocument.model_validate(taken.document)
    assert sent.model_dump() == document().model_dump()
    assert taken.headers["Idempotency-Key"] == sent.notice_id
    assert taken.document["dedup_key"] == "tokenshare/held/router"


__all__ = ["receiver"]


@pytest.mark.parametrize("header", ["soon", "-1", "1e9", "99999999999"])
def test_a_strange_retry_after_is_none(header: str) -> None:
    assert judge(503, {"retry-after": header}, b"").wait_seconds == 0


def test_a_body_that_is_no_text_says_nothing() -> None:
    assert not says_no(b"\xff\xfe\x00")
    assert not says_no(b"[]")
    assert not says_no(b"17")


@pytest.mark.parametrize("location", ["https://evil.example/", "http://169.254.169.254/latest", "/elsewhere"])
@pytest.mark.threat("X11")
def test_a_redirect_is_not_followed(receiver: Receiver, location: str) -> None:
    receiver.otherwise = (307, b"", {"Location": location})
    outcome = send(receiver)
    assert (outcome.state, outcome.is_final) == ("refused", True)
    assert len(receiver.requests) == 1


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://example.com/x", "plain http to another machine"),
        ("http://10.0.0.1/x", "plain http to another machine"),
        ("https://10.0.0.1/x", "private"),
        ("https://169.254.169.254/latest/meta-data", "private"),
        ("https://[fe80::1]/x", "private"),
        ("https://[::ffff:10.0.0.1]/x", "private"),
        ("https://[64:ff9b::a9fe:a9fe]/x", "private"),
        ("https://[2002:0a00:0001::1]/x", "private"),
        ("https://0x7f000001/x", "disguised"),
        ("https://127.1/x", "disguised"),
        ("https://2130706433/x", "disguised"),
        ("https://user:pass@example.com/x", "user or password"),
        ("https://example.com\\@10.0.0.1/x", "backslash"),
        ("https://example.com/a b", "space"),
        ("https://example.com/\r\nX: y", "space"),
        ("ftp://example.com/x", "neither http nor https"),
        ("https:///x", "neither http nor https"),
        ("https://example.com:99999/x", "not a URL"),
    ],
)
@pytest.mark.threat("X11", "X12")
def test_an_address_that_may_not_be_called_is_refused_without_repeating_it(url: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason) as refused:
        read_secret_url(f"{url}{CANARY}" if not url.endswith("x") else f"{url}/{CANARY}")
    assert CANARY not in str(refused.value)


@pytest.mark.parametrize("url", ["https://hooks.example.com/a?b=c", "http://127.0.0.1:8000/x", "http://[::1]:1/x"])
def test_an_address_that_may_be_called(url: str) -> None:
    assert read_secret_url(url).geturl() == url


@pytest.mark.parametrize(
    ("host", "peer", "is_allowed"),
    [
        ("hooks.example.com", "93.184.216.34", True),
        ("hooks.example.com", "127.0.0.1", False),
        ("hooks.example.com", "::1", False),
        ("hooks.example.com", "10.1.2.3", False),
        ("hooks.example.com", "169.254.169.254", False),
        ("hooks.example.com", "fe80::1%eth0", False),
        ("hooks.example.com", "::ffff:192.168.0.1", False),
        ("hooks.example.com", "224.0.0.1", False),
        ("127.0.0.1", "127.0.0.1", True),
        ("localhost", "::1", True),
        ("localhost", "10.0.0.1", False),
        ("hooks.example.com", "no address", False),
    ],
)
@pytest.mark.threat("X11")
def test_which_peers_may_be_spoken_to(host: str, peer: str, is_allowed: bool) -> None:
    assert is_allowed_peer(host, peer) is is_allowed


@pytest.mark.threat("X11")
def test_a_name_that_leads_to_this_machine_is_sent_nothing(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name of the internet that a resolver sends to loopback: connected to, and told nothing."""
    resolve = socket.getaddrinfo

    def rebound(host: Any, port: Any, *rest: Any, **options: Any) -> Any:
        return resolve("127.0.0.1" if host == "hooks.example.com" else host, receiver.port, *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", rebound)
    found = caller(f"https://hooks.example.com/{CANARY}").call("POST")
    assert (found.state, found.is_final) == ("refused", True)
    assert "private, link-local or reserved" in found.answer
    assert receiver.requests == []


def test_a_proxy_of_the_environment_is_not_used(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert send(receiver) == DELIVERED


@pytest.mark.threat("X12")
def test_no_outcome_and_no_repr_repeats_the_address(receiver: Receiver) -> None:
    for answer in (OK, (500, CANARY.encode(), {}), (200, b"error " + CANARY.encode(), {})):
        receiver.otherwise = answer
        assert CANARY not in repr(send(receiver))
    assert CANARY not in repr(Webhook(caller(f"{receiver.url}/{CANARY}")))
