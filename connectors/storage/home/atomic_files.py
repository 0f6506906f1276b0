"""Files that are either complete or absent, also after a kill or a power loss."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import file_digest
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from connectors import drafts
from connectors.storage.home.modes import of_file_in, of_folder_in
from connectors.storage.home.objects import AnyPath, ObjectPath
from tokenshare.noop import noop


@contextmanager
def opened(path: AnyPath) -> Iterator[BinaryIO]:
    """A file to write in the block; at its end `path` has it whole, or after an error what it had before.

    Makes the folder, and writes a draft, which is synced and renamed; then it syncs the folder. An object needs none of
    that: a store shows it when it has all of it.
    """
    if isinstance(path, ObjectPath):
        body = BytesIO()
        yield body
        path.write_bytes(body.getvalue())
        return
    make_folder(path.parent)
    with drafts.begun(path) as (draft, file):
        yield file
        file.flush()
        os.fchmod(file.fileno(), of_file_in(path.parent))
        move(draft, path)


def write(path: AnyPath, body: bytes, midway: Callable[[], None] = noop) -> None:
    """Write `body` to `path` as `opened` does; calls `midway` after the first half."""
    half = len(body) // 2
    with opened(path) as file:
        file.write(body[:half])
        file.flush()
        midway()
        file.write(body[half:])


def write_if_changed(path: Path, body: bytes) -> None:
    """Write the file, unless it has those bytes already."""
    if not path.exists() or path.read_bytes() != body:
        write(path, body)


def copy(source: Path, path: Path) -> None:
    """Copy a file of any size to `path` as `opened` does."""
    with source.open("rb") as original, opened(path) as file:
        shutil.copyfileobj(original, file)


def make_folder(folder: Path) -> None:
    """Make a folder and its missing parents, each durably."""
    if not folder.exists():
        make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        folder.chmod(of_folder_in(folder.parent))
        _sync(folder.parent)


def move(draft: Path, path: Path) -> None:
    """Replace `path` by a finished draft, durably."""
    _sync(draft)
    os.replace(draft, path)
    _sync(path.parent)


def digest_of(path: Path) -> str:
    """The sha256 of a file's bytes, in hex."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def sweep(folder: AnyPath, *, is_deep: bool = True) -> None:
    """Remove the drafts of killed writers, also from the folders inside; a store has none."""
    if not isinstance(folder, ObjectPath):
        drafts.sweep(folder.rglob(drafts.PATTERN) if is_deep else folder.glob(drafts.PATTERN))


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
