"""Which addresses may be dialled: https to the public internet, plain http to this machine alone.

Names are not resolved here: over https the certificate is the check at connect, since a name rebound to an
inner address has none there; and http is spoken to loopback only, where no name but `localhost` is taken.
"""

import re
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address

import httpx

from tokenshare.errors import UsageError

FIX = "use https://<public host>/..., or http://127.0.0.1:<port>/... for an upstream on this machine"
_HOST = re.compile(r"[A-Za-z0-9._:-]+", re.ASCII)  # httpx quotes what is no host instead of refusing it


def read_base(text: str) -> httpx.URL:
    """The base URL of an upstream; raises UsageError naming the fix where it may not be dialled."""
    try:
        url = httpx.URL(text.rstrip("/"))
    except httpx.InvalidURL as error:
        raise UsageError("the address of an upstream is not a URL", FIX) from error
    if url.userinfo:
        raise UsageError("an upstream's URL holds a user or password", "put the key in OPENROUTER_API_KEY")
    objection = _objection(url)
    if objection:
        shown = url.copy_with(query=None, fragment=None)  # a key may stand behind the question mark
        raise UsageError(f"{shown}: {objection}", FIX)
    return url


def is_loopback(host: str) -> bool:
    """Whether the host is this machine, written plainly."""
    address = _address(host)
    return host == "localhost" or (address is not None and address.is_loopback)


def is_same_origin(one: httpx.URL, other: httpx.URL) -> bool:
    """Whether both name the same scheme, host and port."""
    return (one.scheme, one.host, _port(one)) == (other.scheme, other.host, _port(other))


def _objection(url: httpx.URL) -> str:
    address = _address(url.host)
    if url.scheme not in ("http", "https") or not _HOST.fullmatch(url.host):
        return "neither http nor https to a host"
    if url.query or url.fragment:
        return "has a query or a fragment"
    if address is None and _is_disguised(url.host):
        return "the address is written in a disguised form"
    if url.scheme == "http" and not is_loopback(url.host):
        return "plain http to another machine"
    if address is not None and not (address.is_loopback or address.is_global):
        return "a private, link-local or reserved address"
    return ""


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _is_disguised(host: str) -> bool:
    """0x7f000001, 127.1 and 2130706433 are addresses to a C resolver and look like names to everyone else."""
    try:
        socket.inet_aton(host.rstrip("."))
    except OSError:
        return False
    return True


def _port(url: httpx.URL) -> int | None:
    return url.port or {"http": 80, "https": 443}.get(url.scheme)
