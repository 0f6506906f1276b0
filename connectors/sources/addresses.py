"""Where an upstream may lie: at an address that `tokenshare.addresses` allows, without a key in it.

Names are not resolved here: over https the certificate is the check at connect, since a name rebound to an
inner address has none there; and http is spoken to loopback only, where no name but `localhost` is taken.
"""

import httpx

from tokenshare.addresses import objection_to
from tokenshare.errors import UsageError

FIX = "use https://<public host>/..., or http://127.0.0.1:<port>/... for an upstream on this machine"


def read_base(text: str) -> httpx.URL:
    """The base URL of an upstream; raises UsageError naming the fix where it may not be dialled."""
    try:
        url = httpx.URL(text.rstrip("/"))
    except httpx.InvalidURL as error:
        raise UsageError("the address of an upstream is not a URL", FIX) from error
    if url.userinfo:
        raise UsageError("an upstream's URL holds a user or password", "put the key in OPENROUTER_API_KEY")
    objection = "has a query or a fragment" if url.query or url.fragment else objection_to(url.scheme, url.host)
    if objection:
        shown = url.copy_with(query=None, fragment=None)  # a key may stand behind the question mark
        raise UsageError(f"{shown}: {objection}", FIX)
    return url


def is_same_origin(one: httpx.URL, other: httpx.URL) -> bool:
    """Whether both name the same scheme, host and port."""
    return (one.scheme, one.host, _port(one)) == (other.scheme, other.host, _port(other))


def _port(url: httpx.URL) -> int | None:
    return url.port or {"http": 80, "https": 443}.get(url.scheme)
