"""One polite HTTP session: few calls, waits as requested, limited reads, and a guarded key."""

import random
import re
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Self

import certifi
import httpx
from socksio import SOCKSError

from connectors.http.addresses import is_loopback
from connectors.http.base_url import is_same_origin, read_base
from connectors.http.body import read_body
from connectors.http.deadline import Deadline
from connectors.http.reasons import read_reason
from connectors.http.retry import TryAgain, plan_wait, read_wait
from tokenshare.errors import SourceAbsent, UsageError
from tokenshare.secret_forms import hide
from tokenshare.sources import Page, Params

USER_AGENT = "tokenshare/1 (one daily reader)"
REDIRECTS = 3
PROXIES = "ALL_PROXY, HTTPS_PROXY, HTTP_PROXY or NO_PROXY"
_ERROR_BYTES = 64 * 1024
_KEY = re.compile(r"[!-~]+", re.ASCII)


@dataclass(frozen=True)
class Politeness:
    """The limits of one fetch. `calls` and `deadline_seconds` include retries and redirects."""

    attempts: int = 4
    calls: int = 60
    deadline_seconds: float = 60.0
    read_timeout_seconds: float = 20.0
    compressed_bytes: int = 32 * 1024 * 1024
    decompressed_bytes: int = 256 * 1024 * 1024
    backoff_seconds: float = 0.5
    backoff_cap_seconds: float = 30.0


POLITE = Politeness()


class HttpSession:
    """A tokenshare.sources.Session over httpx: one per fetch, closed after it.

    `key` travels in the Authorization header, or in the query parameter `key_param` if set; no page's address shows
    it. Connections are not reused, so the deadline can cut each.
    """

    def __init__(
        self,
        base_url: str,
        key: str | None = None,
        politeness: Politeness = POLITE,
        *,
        key_name: str = "OPENROUTER_API_KEY",
        key_param: str = "",
        user_agent: str = USER_AGENT,
        sleep: Callable[[float], None] = time.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        if key and not _KEY.fullmatch(key):
            raise UsageError(f"{key_name} contains a space or a character not allowed in a key", "set it again")
        self._base = read_base(base_url)
        self._key, self._key_name, self._key_param, self._politeness = key, key_name, key_param, politeness
        self._sleep, self._chance = sleep, chance
        self._calls_left = politeness.calls
        self._deadline = Deadline(politeness.deadline_seconds)
        self._client = _client(user_agent, is_loopback(self._base.host))

    def __enter__(self) -> Self:
        self._deadline = Deadline(self._politeness.deadline_seconds)
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    @property
    def has_key(self) -> bool:
        """True if a key can be sent with an optional-key call."""
        return bool(self._key)

    def get(self, path: str, params: Params | None = None, *, with_key: bool = False) -> Page:
        """The whole answer with status 200, unparsed. Raises SourceAbsent with the reason and the attempts made."""
        if with_key and not self._key:
            raise SourceAbsent(f"{path}: needs a key, and {self._key_name} is not set")
        url = httpx.URL(f"{self._base}/{path}", params=httpx.QueryParams(_listed(params)))
        attempt = 1
        while True:
            try:
                return self._follow(url, with_key)
            except TryAgain as trouble:
                self._wait(trouble, attempt, path)
            except SourceAbsent as absent:
                raise SourceAbsent(f"{path}: {absent}", absent.status) from absent
            attempt += 1

    def _wait(self, trouble: TryAgain, attempt: int, path: str) -> None:
        limits, left = self._politeness, self._deadline.left
        wait = plan_wait(attempt, limits.backoff_seconds, limits.backoff_cap_seconds, self._chance())
        tried = f"tried {attempt} time{'s' if attempt > 1 else ''}"
        if attempt >= limits.attempts:
            raise SourceAbsent(f"{path}: {trouble}, {tried}")
        if max(wait, trouble.wait) >= left:
            asked = f"asked to wait {trouble.wait:.0f} s, " if trouble.wait else ""
            time_left = f"{left:.1f} s are left of {limits.deadline_seconds:g} s"
            raise SourceAbsent(f"{path}: {trouble}, {tried}; {asked}{time_left}")
        self._sleep(max(wait, trouble.wait))

    def _follow(self, url: httpx.URL, with_key: bool) -> Page:
        for _ in range(REDIRECTS + 1):
            answer = self._call(url, with_key)
            if isinstance(answer, Page):
                return answer
            url = answer
        raise SourceAbsent(f"more than {REDIRECTS} redirects")

    def _call(self, url: httpx.URL, with_key: bool) -> Page | httpx.URL:
        if not self._calls_left:
            raise SourceAbsent(f"the budget of {self._politeness.calls} calls is spent")
        self._calls_left -= 1
        try:
            with self._deadline.cutting() as trace:
                answer = self._ask(url, with_key, {"trace": trace})
        except httpx.TransportError as error:
            self._check_deadline()
            raise TryAgain(f"{_named(error)}: {self._clean(str(error))}") from error
        except SOCKSError as error:  # httpx passes it on unchanged
            raise SourceAbsent(f"the SOCKS proxy gave no answer of its protocol ({error})") from error
        self._check_deadline()  # a connection cut at the deadline can look like the end of a body without length
        return answer

    def _ask(self, url: httpx.URL, with_key: bool, extensions: dict[str, object]) -> Page | httpx.URL:
        is_shown = with_key and not self._key_param
        headers = {"Authorization": f"Bearer {self._key}"} if is_shown else {}
        dialled = url.copy_set_param(self._key_param, self._key) if with_key and self._key_param else url
        seconds = max(0.001, min(self._politeness.read_timeout_seconds, self._deadline.left))
        asked = self._client.stream("GET", dialled, headers=headers, timeout=seconds, extensions=extensions)
        with asked as response:
            status = response.status_code
            if status == 200:
                kind, following = (
                    response.headers.get("content-type", ""),
                    response.links.get("next", {}).get("url", ""),
                )
                return Page(str(url), self._read(response), kind, following)
            if response.next_request:
                return _redirected(url, response.next_request.url)
            raise self._refusal(response)

    def _read(self, response: httpx.Response) -> bytes:
        limits = self._politeness
        encoding = response.headers.get("content-encoding", "")
        return read_body(response.iter_raw(), encoding, limits.compressed_bytes, limits.decompressed_bytes)

    def _refusal(self, response: httpx.Response) -> TryAgain | SourceAbsent:
        """The error of an answer without data, in the upstream's own words."""
        status, words = response.status_code, self._words_of(response)
        if status == 429 or status >= 500:
            return TryAgain(f"status {status}: {words}" if words else f"status {status}", read_wait(response.headers))
        if status not in (401, 403):
            return SourceAbsent(f"status {status}: {words or 'no reason given'}", status)
        if not words:
            return SourceAbsent(f"status {status}: {self._key_name} is missing, wrong or expired", status)
        return SourceAbsent(f"status {status}: {words}; {self._key_name} may be missing, wrong or expired", status)

    def _words_of(self, response: httpx.Response) -> str:
        """The upstream's reason, empty if there is none to read."""
        try:
            encoding = response.headers.get("content-encoding", "")
            body = read_body(response.iter_raw(), encoding, _ERROR_BYTES, _ERROR_BYTES)
        except (TryAgain, SourceAbsent, httpx.TransportError):
            return ""
        return self._clean(read_reason(body))

    def _check_deadline(self) -> None:
        if not self._deadline.left:
            raise SourceAbsent(f"no complete answer within {self._politeness.deadline_seconds:g} s")

    def _clean(self, text: str) -> str:
        hidden = hide(text, [self._key]) if self._key else text
        return "".join(letter if letter.isprintable() else " " for letter in hidden)[:200]


def _client(user_agent: str, is_loopback: bool) -> httpx.Client:
    """A client that keeps no connection. Raises SourceAbsent if the environment names a proxy that cannot be used."""
    try:
        return httpx.Client(
            headers={"User-Agent": user_agent, "Accept-Encoding": "gzip", "Connection": "close"},
            limits=httpx.Limits(max_keepalive_connections=0),
            verify=_certificates(certifi.where()) if is_loopback else True,
            trust_env=not is_loopback,  # the internet may need a proxy, this machine never does
            follow_redirects=False,
        )
    except (ImportError, ValueError, httpx.InvalidURL) as error:
        raise SourceAbsent(f"{PROXIES} cannot be used ({str(error).splitlines()[0]}): correct or unset them") from error


@cache
def _certificates(file: str) -> ssl.SSLContext:
    """The certificates of a file, read once: a tenth of a second."""
    return ssl.create_default_context(cafile=file)


def _listed(params: Params | None) -> dict[str, str | list[str]]:
    return {name: value if isinstance(value, str) else list(value) for name, value in (params or {}).items()}


def _redirected(url: httpx.URL, target: httpx.URL) -> httpx.URL:
    if not is_same_origin(url, target) or target.userinfo:
        raise SourceAbsent("redirect to another host refused")
    return target


def _named(error: httpx.TransportError) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "timed out"
    if isinstance(error, httpx.ConnectError):
        return "no connection"
    return "the answer broke off"
