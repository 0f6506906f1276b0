"""A command in a network of its own, with nothing but loopback in it, where the kernel counts what is asked outside.

`unshare --map-root-user --net python -m tests.network.alone COMMAND...` exits as the command did, and prints the count
as its last line: packets and connections of any process, in any language, that found no way out.

"""

import fcntl
import socket
import struct
import subprocess
import sys
from pathlib import Path

SET_FLAGS = 0x8914  # SIOCSIFFLAGS
UP = 0x1 | 0x40  # up and running
COUNT = "asked outside:"
UNSHARED = ("unshare", "--map-root-user", "--net", sys.executable, "-m", "tests.network.alone")


def raise_loopback() -> None:
    """Bring the loopback device of this network up; a new network has it down."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        fcntl.ioctl(asking, SET_FLAGS, struct.pack("16sH14x", b"lo", UP))


def asked_outside() -> int:
    """The packets and connections in this network that had no route, of both versions of IP."""
    names, values = (line.split() for line in Path("/proc/net/snmp").read_text().splitlines() if line[:3] == "Ip:")
    newer = dict(line.split() for line in Path("/proc/net/snmp6").read_text().splitlines())
    return int(dict(zip(names, values, strict=True))["OutNoRoutes"]) + int(newer["Ip6OutNoRoutes"])


def main() -> int:
    raise_loopback()
    code = subprocess.run(sys.argv[1:], check=False).returncode
    print(f"{COUNT} {asked_outside()}")
    return code


if __name__ == "__main__":
    sys.exit(main())
