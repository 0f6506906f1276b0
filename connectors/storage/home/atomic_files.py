"""Files that are either complete or absent, also after a kill or a power loss."""

import os
from collections.abc import Callable
from hashlib import file_digest
from pathlib import Path

from tokenshare.noop import noop


def write(path: Path, body: bytes, midway: Callable[[], None] = noop) -> None:
    """Writes `body` to `path` whole, with its folder: a temporary file, fsync, rename, fsync of the folder.

    Calls `midway` when half of it is written.
    """
    make_folder(path.parent)
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    half = len(body) // 2
    with draft.open("wb") as file:
        file.write(body[:half])
        file.flush()
        midway()
        file.write(body[half:])
    move(draft, path)


def make_folder(folder: Path) -> None:
    """Makes a folder with those above it that lack, each of them durably."""
    if not folder.exists():
        make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        _sync(folder.parent)


def move(draft: Path, path: Path) -> None:
    """Puts a finished draft in the place of `path`, durably."""
    _sync(draft)
    os.replace(draft, path)
    _sync(path.parent)


def digest_of(path: Path) -> str:
    """sha256 of a file's bytes."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def sweep(folder: Path) -> None:
    """Removes drafts that a killed writer left."""
    for draft in folder.rglob(".*.tmp"):
        draft.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
