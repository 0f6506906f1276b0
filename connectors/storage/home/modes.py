"""The modes of a home: all of it is its user's alone, except what is published for readers.

They never depend on the umask. A new folder or file is as readable as the folder it is made in.
"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

Readers = Literal["owner", "group", "everyone"]
# Of the root and of what is published. Whoever may read the one must pass through the other, and need not list it.
ROOT: dict[Readers, int] = {"owner": 0o700, "group": 0o710, "everyone": 0o711}
PUBLISHED: dict[Readers, int] = {"owner": 0o700, "group": 0o750, "everyone": 0o755}
FILES = ("format", "secret", "gateway-tokens", "lock", "alerts.json")
PRIVATE = (*FILES, "skipped", "archive", "landing", "build", "report", "log", "broker")


def make_root(root: Path) -> None:
    """Make the folder of a home for its user alone; a missing folder above it is passable, as others lie there too."""
    for folder in reversed([path for path in root.parents if not path.exists()]):
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)
    root.mkdir(mode=0o700, exist_ok=True)


def of_file_in(folder: Path) -> int:
    """The mode of a new file in a folder: whoever may list the folder may read the file."""
    return 0o600 | (0o044 & folder.stat().st_mode)


def of_folder_in(folder: Path) -> int:
    """The mode of a new folder in a folder: whoever may list the one may list the other."""
    readable = 0o044 & folder.stat().st_mode
    return 0o700 | readable | (readable >> 2)


def restrict(root: Path, published: Path, readers: Readers) -> None:
    """Close a home, also one of an earlier version, to all but its user, and open what is published to its readers.

    What another user owns is left as it is, and so is what is not of the home, such as another home inside.
    """
    _set(root, ROOT[readers])
    for path in (root / name for name in PRIVATE):
        if _is_loose(path):
            for inner in (path, *_below(path)):
                _set(inner, 0o700 if inner.is_dir() else 0o600)
    for path in (published, *_below(published)):
        _set(path, PUBLISHED[readers] if path.is_dir() else _readable(path, PUBLISHED[readers]))


def _readable(file: Path, folder: int) -> int:
    """The mode of a published file: the one that nobody may write, its user neither, stays so."""
    mode = stat.S_IMODE(file.stat().st_mode)
    return mode if not mode & 0o222 else 0o600 | (0o044 & folder)


def _is_loose(path: Path) -> bool:
    return path.exists() and not path.is_symlink() and bool(path.stat().st_mode & 0o077)


def _below(folder: Path) -> Iterator[Path]:
    """Everything in a folder, without what a link leads to."""
    for place, folders, files in os.walk(folder):
        yield from (path for name in (*folders, *files) if not (path := Path(place, name)).is_symlink())


def _set(path: Path, mode: int) -> None:
    """Set the mode of a path of ours; it may have gone since it was listed."""
    try:
        about = path.lstat()
        if stat.S_IMODE(about.st_mode) != mode and about.st_uid == os.geteuid():
            path.chmod(mode)
    except FileNotFoundError:
        return
