"""Files that are either complete or absent, also after a kill or a power loss."""

import os
import shutil
from collections.abc import Callable
from hashlib import file_digest
from pathlib import Path

from connectors.storage.home.modes import of_file_in, of_folder_in
from connectors.storage.home.objects import AnyPath, ObjectPath
from tokenshare.noop import noop

DRAFT = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC


def write(path: AnyPath, body: bytes, midway: Callable[[], None] = noop) -> None:
    """Write `body` to `path` whole, and make its folder: a temporary file, fsync, rename, fsync of the folder.

    Calls `midway` after the first half. An object needs none of that: a store shows it when it has all of it.
    """
    if isinstance(path, ObjectPath):
        midway()
        path.write_bytes(body)
        return
    make_folder(path.parent)
    draft = _draft_of(path)
    half = len(body) // 2
    with os.fdopen(os.open(draft, DRAFT, 0o600), "wb") as file:
        file.write(body[:half])
        file.flush()
        midway()
        file.write(body[half:])
        os.fchmod(file.fileno(), of_file_in(path.parent))
    move(draft, path)


def write_if_changed(path: Path, body: bytes) -> None:
    """Write the file, unless it has those bytes already."""
    if not path.exists() or path.read_bytes() != body:
        write(path, body)


def copy(source: Path, path: Path) -> None:
    """Copy a file of any size to `path` whole, as `write` does."""
    draft = _draft_of(path)
    with source.open("rb") as original, os.fdopen(os.open(draft, DRAFT, 0o600), "wb") as file:
        shutil.copyfileobj(original, file)
        os.fchmod(file.fileno(), of_file_in(path.parent))
    move(draft, path)


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


def sweep(folder: AnyPath) -> None:
    """Remove the drafts of killed writers; a store has none."""
    if isinstance(folder, ObjectPath):
        return
    for draft in folder.rglob(".*.tmp"):
        draft.unlink(missing_ok=True)


def _draft_of(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}.tmp")


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
