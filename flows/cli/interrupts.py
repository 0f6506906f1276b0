"""Ctrl-C ends a command within a second with exit code 130, whatever library is at work.

The main thread gets a KeyboardInterrupt, as ever. But a query, a build of dbt or a thread at the end of the process may
keep it for long, so a thread of ours watches, and ends the process after a grace. A pass may be ended at any moment.
"""

import json
import os
import shutil
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import sleep
from types import FrameType

from flows.cli.pipes import unbroken
from tokenshare.errors import ExitCode, Interrupted

GRACE_SECONDS, LAST_SECONDS = 0.4, 0.3
STDERR, CLEAR, SHOW_CURSOR = 2, "\r\x1b[2K", "\x1b[?25h"
IMPORTING = "<frozen importlib._bootstrap>"


class Watch:
    """Whether Ctrl-C has come, and its one report."""

    def __init__(self) -> None:
        self._is_reported = threading.Lock()
        self.has_come = False

    def report(self) -> None:
        """Report the interrupt, unless that is done or under way. Nothing is imported: another thread may be at it."""
        if not self._is_reported.acquire(blocking=False):
            return
        error = Interrupted("interrupted", "run it again; finished work stays")
        is_terminal = os.isatty(STDERR)
        line = f"{CLEAR if is_terminal else ''}tokenshare: {error}\n{SHOW_CURSOR if is_terminal else ''}"
        with suppress(OSError):  # nobody may be reading
            os.write(STDERR, line.encode())  # around the spinner, which keeps what is printed meanwhile
        if "--json" in sys.argv:
            found = {"status": "failed", "exit_code": int(error.exit_code), "error": str(error), "fix": error.fix}
            with unbroken(sys.stdout):
                print(json.dumps(found))


@contextmanager
def ended_soon() -> Iterator[Watch]:
    """Have the process end soon after Ctrl-C inside the block, and also behind it if it came there.

    Temporary files of the process are in a folder of its own, which goes with it. A command with its own way to stop,
    such as a server, keeps it.
    """
    watch = Watch()
    if threading.current_thread() is not threading.main_thread() or not _raises():
        yield watch
        return
    own = tempfile.mkdtemp(prefix="tokenshare-")
    before, tempfile.tempdir = tempfile.tempdir, own
    reader, writer = socket.socketpair()
    writer.setblocking(False)
    signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
    signal.signal(signal.SIGINT, _interrupt)
    threading.Thread(target=_wait, args=(reader, watch, own), daemon=True).start()
    try:
        yield watch
    finally:
        tempfile.tempdir = before
        shutil.rmtree(own, ignore_errors=True)
        if not watch.has_come:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            signal.set_wakeup_fd(-1)
            writer.close()


def _interrupt(_: int, frame: FrameType | None) -> None:
    """Raise KeyboardInterrupt, but within an import: some libraries abort the process on one there."""
    while frame:
        if frame.f_code.co_filename == IMPORTING:
            return
        frame = frame.f_back
    raise KeyboardInterrupt


def _raises() -> bool:
    """True if SIGINT raises KeyboardInterrupt; a server has a handler of its own, and a job of `nohup` none."""
    return signal.getsignal(signal.SIGINT) in (signal.default_int_handler, _interrupt)


def _wait(reader: socket.socket, watch: Watch, own: str) -> None:
    with reader:
        while signals := reader.recv(64):
            if signal.SIGINT in signals and _raises():
                watch.has_come = True
                sleep(GRACE_SECONDS)
                _end(watch, own)


def _end(watch: Watch, own: str) -> None:
    """End the process from another thread than the one that is kept."""
    timer = threading.Timer(LAST_SECONDS, os._exit, [ExitCode.INTERRUPTED])
    timer.daemon = True
    timer.start()
    with suppress(Exception):
        shutil.rmtree(own, ignore_errors=True)
        watch.report()
        sys.stdout.flush()
    os._exit(ExitCode.INTERRUPTED)
