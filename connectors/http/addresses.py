"""The addresses we may dial: https to the public internet, plain http to this machine alone. Pure.

Names are not resolved here. A webhook checks the reached address with `is_allowed_peer`. An upstream needs no such
check: over https, a name rebound to an inner address lacks a valid certificate there; plain http goes to loopback
only, under no name but `localhost`.
"""

import re
import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

_HOST = re.compile(r"[A-Za-z0-9._:-]+", re.ASCII)
_SERVER = re.compile(r"(\[[0-9a-fA-F:.]+\]|[^\s:\[\]]+):(\d{1,5})", re.ASCII)
_CHANNEL = re.compile(r"([a-z0-9][a-z0-9-]{0,31}=)?[a-z][a-z0-9+.-]*://[!-~]+", re.IGNORECASE | re.ASCII)
_NAT64 = IPv6Network("64:ff9b::/96")
_PRINTABLE = re.compile(r"[!-~]+", re.ASCII)


def is_loopback(host: str) -> bool:
    """True if the host is this machine, as `localhost` or a loopback address in standard notation."""
    address = _address(host)
    return host == "localhost" or (address is not None and address.is_loopback)


def objection_to(scheme: str, host: str) -> str:
    """The reason not to dial that scheme and host; empty if it is allowed."""
    address = _address(host)
    if scheme not in ("http", "https") or not _HOST.fullmatch(host):
        return "neither http nor https to a host"
    if address is None and _is_disguised(host):
        return "the address is written in a disguised form"
    if scheme == "http" and not is_loopback(host):
        return "plain http to another machine"
    if address is not None and not (address.is_loopback or _is_public(address)):
        return "a private, link-local or reserved address"
    return ""


def read_secret_url(text: str) -> SplitResult:
    """The parts of an address with a secret path or query. Raises ValueError; its reason quotes none of the address."""
    try:
        url = urlsplit(text)
        host, _ = url.hostname or "", url.port
    except ValueError:
        raise ValueError("not a URL") from None
    if not _PRINTABLE.fullmatch(text) or "\\" in text:
        raise ValueError("not a URL: it contains a space, a backslash or a non-ASCII character")
    if "@" in url.netloc:
        raise ValueError("it contains a user or password")
    objection = objection_to(url.scheme, host)
    if objection:
        raise ValueError(f"{objection}; use https://<public host>/..., or http://127.0.0.1:<port>/... on this machine")
    return url


def read_servers(text: str) -> str:
    """Accept host:port,... and raise ValueError naming the first invalid part."""
    for server in (part.strip() for part in text.split(",")):
        found = _SERVER.fullmatch(server)
        if not found or not 1 <= int(found[2]) <= 65535:
            raise ValueError(f"{server!r} is not host:port with a port of 1 to 65535")
    return text


def read_channels(text: str) -> list[str]:
    """Addresses of services, in words; raises ValueError giving the position of a wrong one without repeating it."""
    words = text.split()
    for place, word in enumerate(words, start=1):
        if not _CHANNEL.fullmatch(word):
            raise ValueError(f"number {place} is not [name=]service://...")
    return words


def is_allowed_peer(host: str, peer: str) -> bool:
    """True if `peer`, the address reached for `host`, is allowed: this machine only if `host` names it, otherwise
    a public address only, neither private, link-local nor reserved."""
    address = _address(peer)
    if address is None:
        return False
    return address.is_loopback if is_loopback(host) else _is_public(address)


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    return address.is_global and not address.is_multicast


def _address(host: str) -> IPv4Address | IPv6Address | None:
    """The IP address written as `host`, or the IPv4 address embedded in it; None for a name."""
    try:
        found = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    if not isinstance(found, IPv6Address):
        return found
    inner = IPv4Address(int(found) & 0xFFFFFFFF) if found in _NAT64 else None
    return found.ipv4_mapped or found.sixtofour or inner or found


def _is_disguised(host: str) -> bool:
    """True for 0x7f000001, 127.1 or 2130706433: addresses to a C resolver, names to everyone else."""
    try:
        socket.inet_aton(host.rstrip("."))
    except OSError:
        return False
    return True
