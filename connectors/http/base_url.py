"""The base URL of an upstream, and which of its redirects stay at home."""

import httpx

from connectors.http.addresses import objection_to
from tokenshare.errors import UsageError

FIX = "use https://<public host>/..., or http://127.0.0.1:<port>/... for an upstream on this machine"


def read_base(text: str) -> httpx.URL:
    """The base URL of an upstream. Raises UsageError, naming the fix, if it may not be dialled."""
    try:
        url = httpx.URL(text.rstrip("/"))
    except httpx.InvalidURL as error:
        raise UsageError("the address of an upstream is not a URL", FIX) from error
    if url.userinfo:
        raise UsageError("an upstream's URL contains a user or password", "put the key in OPENROUTER_API_KEY")
    objection = "has a query or a fragment" if url.query or url.fragment else objection_to(url.scheme, url.host)
    if objection:
        shown = url.copy_with(query=None, fragment=None)  # the query may contain a key
        raise UsageError(f"{shown}: {objection}", FIX)
    return url


def is_same_origin(one: httpx.URL, other: httpx.URL) -> bool:
    """True if both have the same scheme, host and port."""
    return (one.scheme, one.host, _port(one)) == (other.scheme, other.host, _port(other))


def _port(url: httpx.URL) -> int | None:
    return url.port or {"http": 80, "https": 443}.get(url.scheme)
