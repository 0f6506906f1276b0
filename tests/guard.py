"""A guard over the whole run: what a test, or a process forked from it, asks outside this machine fails that test.

A hook of Python sees each address before a socket does, and refuses it as an unreachable network or an unknown name
would. Other programs, Java and C libraries among them, are counted by the kernel in tests/network.

"""

import errno
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import pytest

from connectors.kafka import broker, distribution
from tokenshare.errors import BrokerUnavailable

TRIED = "TESTS_TRIED_OUTSIDE"  # names the file in which processes note what they tried
MARKER = "outside"
CONNECTING = ("socket.connect", "socket.sendto", "socket.sendmsg")
LOOKING_UP = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr")
OURS = ("", "localhost", "localhost.localdomain", "ip6-localhost", socket.gethostname())
_notes: list[Path] = []


def address_of(host: str) -> IPv4Address | IPv6Address | None:
    """The address written there; None for a name."""
    try:
        return ip_address(host.partition("%")[0])
    except ValueError:
        return None


def is_foreign_name(host: str) -> bool:
    """True for a name that only a server of names outside knows: an address needs none."""
    return address_of(host) is None and host.lower() not in {name.lower() for name in OURS}


def is_outside(host: str) -> bool:
    """True unless it is an address or a name of this machine."""
    address = address_of(host)
    return is_foreign_name(host) if address is None else not (address.is_loopback or address.is_unspecified)


def install(notes: Path) -> None:
    """Guard this process and those forked from it, for good; what they try is noted there."""
    if not _notes:
        sys.addaudithook(_watch)
    _notes[:] = [notes]


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event in CONNECTING:
        family, address = arguments[0].family, arguments[1]
        if family in (socket.AF_INET, socket.AF_INET6) and address and is_outside(str(address[0])):
            _note(f"{address[0]} port {address[1]}")
            raise OSError(errno.ENETUNREACH, f"tests reach this machine alone, and not {address[0]}")
    elif event in LOOKING_UP and arguments[0] and is_foreign_name(_text(arguments[0])):
        _note(_text(arguments[0]))
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


def _text(host: str | bytes) -> str:
    return host.decode(errors="replace") if isinstance(host, bytes) else str(host)


def _note(place: str) -> None:
    with _notes[0].open("a", encoding="utf-8") as file:
        file.write(f"{place}\n")


def pytest_configure(config: pytest.Config) -> None:
    """Guard each process of the run; a worker has a file of its own."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        _fetch_kafka()
    config.addinivalue_line("markers", f"{MARKER}(*hosts, reason): tries these hosts on purpose, and reaches none")
    with NamedTemporaryFile(prefix="tried-outside-", delete=False) as file:
        os.environ[TRIED] = file.name
    install(Path(file.name))


def _fetch_kafka() -> None:
    """Fetch what the local broker needs, while that may be; without network the first test with a broker says so."""
    with suppress(BrokerUnavailable):
        distribution.jars(broker.user_cache(), print)


def pytest_unconfigure() -> None:
    _notes[0].unlink(missing_ok=True)


@pytest.fixture(autouse=True)
def _nothing_outside(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that tried to reach anything but this machine, itself or in what it waited for."""
    yield
    tried = _notes[0].read_text(encoding="utf-8").splitlines()
    if tried:
        os.truncate(_notes[0], 0)
    marker = request.node.get_closest_marker(MARKER)
    expected = marker.args if marker and marker.kwargs["reason"] else ()
    if strange := [place for place in dict.fromkeys(tried) if place.partition(" ")[0] not in expected]:
        pytest.fail(f"it tried to reach {', '.join(strange)}, and tests reach this machine alone")


if TRIED in os.environ:  # imported by the server of forks, or by a worker
    install(Path(os.environ[TRIED]))
