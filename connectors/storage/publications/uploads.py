"""Copies of the published files, in another folder or an object store, for readers on other machines.

Each file is there by two names. One has its digest in it, such as `vendor_share_weekly/current.1f0c….parquet`, and its
bytes never change; `current.json`, written last, lists these names, so whoever reads it first sees files of one pass.
The other is the plain name, and is replaced whole: right for whoever reads one file.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any

from connectors.storage.home import Home, atomic_files
from connectors.storage.home.objects import AnyPath, ObjectPath, names_in
from tokenshare.errors import MirrorFailed, TokenshareError

POINTER = "current.json"
SCHEMA = "tokenshare.published.v1"
PAGE = "index.html"
FILES = ("current.parquet", "current.csv", "manifest.json")  # of each metric
OBJECT = re.compile(r"\.[0-9a-f]{16}\.[a-z]+$")
KEPT = timedelta(hours=1)  # for readers of files that have just been replaced
CORRECT = "make it writable, or correct TOKENSHARE_PUBLISH_TO"
OTHER = "name another folder in TOKENSHARE_PUBLISH_TO, or remove current.json there if this home replaces that one"


@dataclass(frozen=True)
class Uploaded:
    """`moved` of `total` files were uploaded."""

    moved: int
    total: int


def upload(home: Home, owner: str, folder: AnyPath, as_of: str, at: datetime) -> Uploaded:
    """Bring the folder up to what the home has published; the home must be owned, so that no file moves meanwhile.

    `owner` is the id of the home, `as_of` the moment of its numbers. A kill leaves the files that `current.json` lists.
    Raises MirrorFailed if the folder is another home's, cannot be written, or does not answer.
    """
    try:
        return _upload(home, owner, folder, as_of, at)
    except OSError as error:
        raise MirrorFailed(f"cannot write {folder} ({error.strerror or error})", CORRECT) from error
    except MirrorFailed:
        raise
    except TokenshareError as error:  # of the store, with its own fix
        raise MirrorFailed(error.message, error.fix) from error


def read_pointer(folder: AnyPath) -> dict[str, Any]:
    """The list of the files there; empty if there is none yet. Raises MirrorFailed if it is unreadable or no list."""
    try:
        found = json.loads((folder / POINTER).read_bytes())
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise MirrorFailed(f"cannot read {folder / POINTER} ({error.strerror or error})", CORRECT) from error
    except ValueError:
        found = None
    if not isinstance(found, dict) or found.get("schema") != SCHEMA:
        raise MirrorFailed(f"{folder / POINTER} is no list of published files", OTHER)
    return found


def files_of(home: Home) -> dict[str, Path]:
    """The files for readers, by the name that they get."""
    metrics = sorted(path for path in home.published.iterdir() if path.is_dir())
    wanted = {f"{folder.name}/{name}": folder / name for folder in metrics for name in FILES}
    wanted |= {home.published_file.name: home.published_file, PAGE: home.page}
    return {name: path for name, path in wanted.items() if path.exists()}


def _upload(home: Home, owner: str, folder: AnyPath, as_of: str, at: datetime) -> Uploaded:
    before = read_pointer(folder)
    if before.get("home", owner) != owner:
        raise MirrorFailed(f"{folder} has what another home has published ({before['home']})", OTHER)
    known: dict[str, Any] = before.get("files", {})
    files: dict[str, Any] = {}
    moved = []
    for name, path in files_of(home).items():
        body = path.read_bytes()
        digest = sha256(body).hexdigest()
        files[name] = {"object": _object_of(name, digest), "sha256": digest, "bytes": len(body)}
        if known.get(name) != files[name]:
            _put(folder, name, files[name]["object"], body)
            moved.append(name)
    if not moved and known == files and before.get("as_of") == as_of:
        return Uploaded(0, len(files))
    retired = _retired(before, files, at)
    stated = {"schema": SCHEMA, "home": owner, "as_of": as_of, "published_at": at.isoformat(), "files": files}
    atomic_files.write(folder / POINTER, json.dumps({**stated, "retired": retired}, indent=1).encode())
    _clear(folder, {*files, *(file["object"] for file in files.values()), *retired}, known)
    return Uploaded(len(moved), len(files))


def _put(folder: AnyPath, name: str, object_name: str, body: bytes) -> None:
    """Write a file under both of its names; a store copies it by itself."""
    atomic_files.write(folder / object_name, body)
    if isinstance(folder, ObjectPath):
        (folder / object_name).copy_to(folder / name)
    else:
        atomic_files.write(folder / name, body)


def _clear(folder: AnyPath, kept: set[str], known: Mapping[str, Any]) -> None:
    """Remove what is listed no more: plain names, and objects of ours, also those that a killed pass left."""
    ours = {name for name in names_in(folder) if name in known or OBJECT.search(name)}
    for name in sorted(ours - kept):
        (folder / name).unlink(missing_ok=True)


def _object_of(name: str, digest: str) -> str:
    path = PurePosixPath(name)
    return str(path.with_name(f"{path.stem}.{digest[:16]}{path.suffix}"))


def _retired(before: Mapping[str, Any], files: Mapping[str, Mapping[str, Any]], at: datetime) -> dict[str, str]:
    """The objects listed no more, each with the moment since when, as long as readers may still be at them."""
    current = {file["object"] for file in files.values()}
    listed = (file["object"] for file in before.get("files", {}).values())
    found = {name: at.isoformat() for name in listed} | before.get("retired", {})
    is_late = {name: at - datetime.fromisoformat(since) > KEPT for name, since in found.items()}
    return {name: since for name, since in found.items() if name not in current and not is_late[name]}
