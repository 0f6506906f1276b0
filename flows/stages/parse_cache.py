"""dbt's parse of the project, kept for all homes of a user: parsing takes six seconds, and reading it a third of one.

What is kept may name any SQL, so it counts only if the user alone can have written it, and whole. Everything else is
as good as nothing: the project is parsed again.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from connectors.storage.home import atomic_files

KEPT = 8  # the newest parses: other checkouts and versions of a user
DIGEST_LENGTH = 64
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
OTHERS = stat.S_IRWXG | stat.S_IRWXO


def read(cache: Path, key: str) -> Any:
    """dbt's manifest kept under a key; None without one that the user wrote whole."""
    from dbt.contracts.graph.manifest import Manifest
    from dbt.parser.manifest import extended_mashumuro_decoder

    with suppress(OSError, ValueError), _opened(_folder(cache)) as folder:
        handle = os.open(key, _FILE, dir_fd=folder)
        with os.fdopen(handle, "rb") as file:
            _require_own(handle)
            digest, body = file.read(DIGEST_LENGTH), file.read()
        if digest == _digest(body):
            return Manifest.from_msgpack(body, decoder=extended_mashumuro_decoder)
    return None


def keep(cache: Path, key: str, manifest: Any) -> None:
    """Keep a manifest under a key, and of older ones the newest. A folder that cannot be written keeps nothing."""
    from dbt.parser.manifest import extended_mashumaro_encoder

    body = manifest.to_msgpack(extended_mashumaro_encoder)
    path = _folder(cache) / key
    with suppress(OSError, ValueError):
        cache.mkdir(parents=True, exist_ok=True)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        with _opened(path.parent):
            atomic_files.write(path, _digest(body) + body)
            for older in sorted(path.parent.iterdir(), key=_age)[KEPT:]:
                older.unlink(missing_ok=True)


def _folder(cache: Path) -> Path:
    return cache / "dbt"


@contextmanager
def _opened(folder: Path) -> Iterator[int]:
    """The folder, open; raises ValueError if others have rights to it."""
    handle = os.open(folder, _FOLDER)
    try:
        _require_own(handle)
        yield handle
    finally:
        os.close(handle)


def _require_own(handle: int) -> None:
    found = os.fstat(handle)
    if found.st_uid != os.geteuid() or found.st_mode & OTHERS:
        raise ValueError("others have rights to it")


def _digest(body: bytes) -> bytes:
    return sha256(body).hexdigest().encode()


def _age(path: Path) -> float:
    return -path.lstat().st_mtime
