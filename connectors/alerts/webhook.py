"""Our own webhook and the heartbeat: one call to one secret address, quoted in no message of ours."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from pydantic import SecretStr

from connectors.alerts.channel import DELIVERED, DeliveryOutcome
from connectors.http.addresses import is_allowed_peer, read_secret_url
from connectors.http.deadline import Deadline, TraceCallback
from tokenshare.alerts import AlertDocument

SECONDS = 10.0
MOST_BYTES = 64 * 1024
USER_AGENT = "tokenshare/1 (alerts)"
PASSING = (408, 425, 429)  # the 4xx that may succeed on a later attempt
_NO = re.compile(
    r"(?<![a-z])(error|errors|invalid|fail|failed|failure|denied|forbidden|unauthori[sz]ed|unknown|not.found)(?![a-z])"
    r"|(?<![a-z])no_[a-z]+|<html",
    re.IGNORECASE,
)
_SECONDS = re.compile(r"[0-9]{1,6}", re.ASCII)


class ForbiddenPeer(Exception):
    """The name resolved to a forbidden address."""


@dataclass(frozen=True)
class Caller:
    """Calls one address directly: no proxy, no redirects, within a deadline of `seconds`."""

    url: SecretStr = field(repr=False)
    seconds: float = SECONDS

    def call(self, method: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> DeliveryOutcome:
        """Call once, and return the outcome."""
        url = self.url.get_secret_value()
        try:
            with Deadline(self.seconds).cutting() as remember, self._client() as client:
                asked = client.build_request(method, url, content=body, headers=dict(headers or {}))
                asked.extensions["trace"] = _guarded(read_secret_url(url).hostname or "", remember)
                return _ask(client, asked)
        except ForbiddenPeer:
            return DeliveryOutcome(
                "refused", "its name leads to a private, link-local or reserved address", is_final=True
            )
        except httpx.TimeoutException:
            return DeliveryOutcome("unreachable", f"no answer within {self.seconds:g} s")
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError) as error:
            return DeliveryOutcome("unreachable", _named(error))

    def _client(self) -> httpx.Client:
        return httpx.Client(
            headers={"User-Agent": USER_AGENT, "Accept-Encoding": "identity", "Connection": "close"},
            timeout=self.seconds,
            trust_env=False,
            follow_redirects=False,
        )


@dataclass(frozen=True)
class Webhook:
    """A channel for the alert as JSON (`tokenshare.alert.v1`)."""

    caller: Caller
    name: str = "webhook"

    def send(self, document: AlertDocument) -> DeliveryOutcome:
        """Send the alert. Its id lets the receiver recognise a repetition."""
        body = document.model_dump_json(by_alias=True, exclude_none=True).encode()
        headers = {"Content-Type": "application/json", "Idempotency-Key": document.notice_id}
        return self.caller.call("POST", body, headers)


def judge(status: int, headers: Mapping[str, str], body: bytes) -> DeliveryOutcome:
    """The outcome of an answer. A success status is still a refusal if the body reports an error."""
    if 300 <= status < 400:
        return DeliveryOutcome("refused", f"status {status}: redirects are not followed", is_final=True)
    if not 200 <= status < 300:
        asked = headers.get("retry-after", "").strip()
        wait = float(asked) if _SECONDS.fullmatch(asked) else 0.0
        return DeliveryOutcome(
            "refused", f"status {status}", wait, is_final=400 <= status < 500 and status not in PASSING
        )
    if says_no(body):
        return DeliveryOutcome("refused", f"status {status}, and a body that tells of an error", is_final=True)
    return DELIVERED


def says_no(body: bytes) -> bool:
    """True if the body of an answer reports an error, as Slack's `invalid_payload` or `{"ok": false}` do."""
    text = body.decode(errors="replace").strip()
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return bool(_NO.search(text))
    if not isinstance(found, dict):
        return isinstance(found, str) and bool(_NO.search(found))
    denied = any(found.get(name) is False for name in ("ok", "success"))
    has_error = any(found.get(name) for name in ("error", "errors"))
    return denied or has_error or bool(_NO.search(str(found.get("status", ""))))


def _guarded(host: str, remember: TraceCallback) -> TraceCallback:
    """A trace closing a connection to a forbidden address before anything is sent."""

    def trace(event: str, info: dict[str, Any]) -> None:
        remember(event, info)
        if event == "connection.connect_tcp.complete":
            stream = info["return_value"]
            if not is_allowed_peer(host, str(stream.get_extra_info("server_addr")[0])):
                stream.close()
                raise ForbiddenPeer

    return trace


def _ask(client: httpx.Client, asked: httpx.Request) -> DeliveryOutcome:
    answer = client.send(asked, stream=True)
    try:
        return judge(answer.status_code, answer.headers, _read(answer))
    finally:
        answer.close()


def _read(answer: httpx.Response) -> bytes:
    """The first `MOST_BYTES` of the body; the rest is not judged."""
    found = b""
    for piece in answer.iter_raw():
        found += piece
        if len(found) >= MOST_BYTES:
            break
    return found[:MOST_BYTES]


def _named(error: Exception) -> str:
    """A transport error in our own words: its text may quote the address."""
    if isinstance(error, httpx.ConnectError):
        return "no connection, or no certificate that is trusted" if "ssl" in str(error).lower() else "no connection"
    return "the answer broke off"
