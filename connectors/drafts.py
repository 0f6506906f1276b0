"""Drafts: each file is written beside its place under a lock, so that the draft of a killed writer can be known."""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from tokenshare.file_lock import try_lock

FLAGS = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
PATTERN = ".*.tmp"


@contextmanager
def begun(path: Path) -> Iterator[tuple[Path, BinaryIO]]:
    """A new file beside `path`, for its user alone, for the block to write and put in place; an error removes it."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with os.fdopen(_own(draft), "wb") as file:
        try:
            yield draft, file
        except BaseException:
            with suppress(OSError):  # it must not hide the first error
                draft.unlink()
            raise


def is_abandoned(draft: Path) -> bool:
    """True if no process is writing the draft with `begun`."""
    with _acquired(draft) as is_ours:
        return is_ours


def sweep(drafts: Iterable[Path]) -> None:
    """Remove those that no process is writing with `begun`."""
    for draft in drafts:
        with _acquired(draft) as is_ours:
            if is_ours:
                draft.unlink(missing_ok=True)


def _own(draft: Path) -> int:
    """A handle of the empty draft under the lock of this writer; a draft swept away before that is made again."""
    while True:
        handle = os.open(draft, FLAGS, 0o600)
        fcntl.flock(handle, fcntl.LOCK_EX)
        if draft.exists() and os.path.samestat(os.fstat(handle), draft.stat()):
            os.truncate(handle, 0)
            os.fchmod(handle, 0o600)
            return handle
        os.close(handle)


@contextmanager
def _acquired(draft: Path) -> Iterator[bool]:
    """True if the draft is there and has no writer, and for the block it gets none; a link never has one."""
    try:
        handle = os.open(draft, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        yield draft.is_symlink()
        return
    with os.fdopen(handle, "rb") as file:
        yield try_lock(file)
