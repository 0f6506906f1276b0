"""Streams whose reader may be gone, as of `tokenshare metrics | head -1`."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO


@contextmanager
def unbroken(stream: TextIO) -> Iterator[None]:
    """Write to a stream what the block prints; if its reader is gone, the rest goes nowhere and nothing fails."""
    try:
        yield
        stream.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
