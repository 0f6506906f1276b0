"""A deadline no peer can stretch, neither by silence nor by dripping one byte at a time."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

TraceCallback = Callable[[str, dict[str, Any]], None]


class Deadline:
    """A number of seconds from now, for all calls together."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.seconds = seconds
        self._clock = clock
        self._end = clock() + seconds

    @property
    def left(self) -> float:
        return max(0.0, self._end - self._clock())

    @contextmanager
    def cutting(self) -> Iterator[TraceCallback]:
        """Shut at the deadline every connection opened within the block and reported to the yielded httpx trace.

        A read timeout starts anew with every byte, so it limits silence but not a drip, least of all a drip of
        headers. A timer shuts the socket and so wakes a blocked read. It keeps a duplicate of the socket because
        TLS detaches the first socket object.
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
            for connection in sockets:
                connection.close()


def _shut(sockets: list[socket.socket]) -> None:
    for connection in sockets:
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
