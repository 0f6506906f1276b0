"""The file with the secret of a home, by which its records are proven. Its bytes are in no other place of ours."""

import os
import re
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from connectors import drafts
from tokenshare.errors import UsageError

BYTES = 32
_WRITTEN = re.compile(rb"([0-9a-f]{64})\n?")
RESTORE = "restore it from a backup of this home (docs/howto/backup.md says what to do if it is lost)"


def make(path: Path) -> None:
    """Write a new secret for the user alone, whole and durably; an existing one stays, whoever was first."""
    if path.exists():
        return
    with _draft_of(path, f"{secrets.token_hex(BYTES)}\n") as draft:
        try:
            os.link(draft, path)  # unlike a rename, it replaces nothing
        except FileExistsError:
            pass
        except OSError:  # a file system without links
            os.replace(draft, path)
        draft.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def replace(path: Path, text: str) -> None:
    """Replace a file by one that its user alone reads, completely or not at all."""
    with _draft_of(path, text) as draft:
        os.replace(draft, path)


@contextmanager
def _draft_of(path: Path, text: str) -> Iterator[Path]:
    """A new file beside `path` with this text, synced and for the user alone."""
    with drafts.begun(path) as (draft, file):
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())
        yield draft


def read(path: Path) -> bytes:
    """The secret. Raises UsageError if the file is missing, unreadable or damaged."""
    try:
        found = _WRITTEN.fullmatch(path.read_bytes())
    except OSError as error:
        raise UsageError(f"the secret {path} is not readable ({error.strerror})", RESTORE) from error
    if found is None:
        raise UsageError(f"the secret {path} is damaged", RESTORE)
    return bytes.fromhex(found[1].decode())


def is_private(path: Path) -> bool:
    """True if nobody but its user may read or write the file."""
    return not stat.S_IMODE(path.stat().st_mode) & 0o077
