"""Files of a folder that others may have filled: opened inside it only, regular ones only, and read up to a limit."""

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

MOST_BYTES = 512 * 1024 * 1024
PART_BYTES = 1024 * 1024
READ_ONLY = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
# A pipe without a writer would block the open itself, and a terminal would become ours.
NEVER_WAITING = os.O_NONBLOCK | os.O_NOCTTY


def has_file(folder: Path, name: str) -> bool:
    """True if something of that name is there and is no folder; `read_file` judges whether it may be read."""
    path = folder / name
    return os.path.lexists(path) and not path.is_dir()


def read_file(folder: Path, name: str, most_bytes: int = MOST_BYTES) -> bytes:
    """The bytes of a file of the folder.

    Raises OSError for a symbolic link that leaves the folder, for anything but a regular file, and for a file with more
    bytes than the limit, counted while they are read: a size stated before proves nothing.
    """
    with os.fdopen(_opened(folder.resolve(), Path(os.path.realpath(folder / name, strict=True)), name), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file", name)
        return _read_up_to(file, most_bytes, name)


def _read_up_to(file: BinaryIO, most_bytes: int, name: str) -> bytes:
    """All bytes of the file, part by part: a read of so many bytes would take their memory at once."""
    body = bytearray()
    while part := file.read(PART_BYTES):
        body += part
        if len(body) > most_bytes:
            raise OSError(errno.EFBIG, f"it is larger than {most_bytes // 2**20} MiB", name)
    return bytes(body)


def _opened(folder: Path, target: Path, name: str) -> int:
    """A descriptor of the target, reached part by part from a handle of the folder: no part is a link any more."""
    if not target.is_relative_to(folder) or target == folder:
        raise OSError(errno.ELOOP, "it is a link that leaves its folder", name)
    *parents, last = target.relative_to(folder).parts
    handle = os.open(folder, READ_ONLY | os.O_DIRECTORY)
    try:
        for part in parents:
            inner = os.open(part, READ_ONLY | os.O_DIRECTORY, dir_fd=handle)
            os.close(handle)
            handle = inner
        return os.open(last, READ_ONLY | NEVER_WAITING, dir_fd=handle)
    finally:
        os.close(handle)
