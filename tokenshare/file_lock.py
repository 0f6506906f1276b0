"""The kernel's lock on an open file. It ends with the process that owns it."""

import fcntl
from typing import IO, Any


def try_lock(file: IO[Any]) -> bool:
    """Take the lock without waiting. True if it was free."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
