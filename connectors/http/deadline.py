"""A deadline that no peer can stretch: neither a silent one, nor one that drips a byte at a time."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

TraceCallback = Callable[[str, dict[str, Any]], None]


class Deadline:
    """So many seconds from now, for everything together."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.seconds = seconds
        self._clock = clock
        self._end = clock() + seconds

    @property
    def left(self) -> float:
        return max(0.0, self._end - self._clock())

    @contextmanager
    def cutting(self) -> Iterator[TraceCallback]:
        """Within it, connections told to the yielded trace (httpx's extension) are shut at the deadline.

        A read timeout starts anew with every byte, so it bounds silence and not a drip, least of all a drip
        of headers. Shutting the connection from a timer wakes the read wherever it is. A duplicate is kept
        because TLS takes the first socket object away.
        """
        sockets: list[socket.socket] = []
        timer = threading.Timer(self.left, _shut, (sockets,))
        timer.daemon = True

        def remember(event: str, info: dict[str, Any]) -> None:
            if event == "connection.connect_tcp.complete":
                sockets.append(info["return_value"].get_extra_info("socket").dup())
                if not self.left:
                    _shut(sockets)

        timer.start()
        try:
            yield remember
        finally:
            timer.cancel()
            for one in sockets:
                one.close()


def _shut(sockets: list[socket.socket]) -> None:
    for one in sockets:
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
