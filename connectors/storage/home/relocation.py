"""Landed files and archive outside the home: whose folder it is, and the move there.

The home names the folder in its format, so that every command finds it. The folder names the home in turn: two homes,
or two copies of one, would write files of the same names.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from connectors.storage.home import KINDS, Home, Kind, adopt_folder, atomic_files, signature
from connectors.storage.home.objects import AnyPath, names_in
from tokenshare.errors import UsageError

MARKER = ".home"


def settle(home: Home, wanted: Mapping[Kind, AnyPath], *, take_over: bool = False) -> None:
    """Move landed files and archive to the wanted folders; what is not wanted elsewhere stays. The home must be owned.

    With `take_over` folders marked by another home, or by this one at another path, are this home's from now on.
    A kill leaves the home at its former folder until all files are copied. Raises UsageError if a folder is another
    home's or not writable, StoreUnavailable if a store does not answer.
    """
    for kind in KINDS:
        former, folder = home.folder(kind), wanted.get(kind, home.folder(kind))
        if folder != home.root / kind:
            _claim(home, kind, folder, take_over=take_over, is_new=folder != former)
        if folder != former:
            _move(home, kind, former, folder)


def require_own(home: Home, *kinds: Kind) -> None:
    """Raise UsageError if a folder outside the home does not name it, or is gone; a folder inside needs no name."""
    for kind in kinds or KINDS:
        folder = home.folder(kind)
        if folder != home.root / kind and _read(folder) != _name(home, kind):
            raise _refused(home, kind, folder)


def _claim(home: Home, kind: Kind, folder: AnyPath, *, take_over: bool, is_new: bool) -> None:
    """Mark a folder as this home's: an empty one, or any that is marked if `take_over`."""
    if isinstance(folder, Path):
        _check_local(home, folder)
    found = _read(folder)
    if found == _name(home, kind):
        return
    if found is None and not is_new:
        raise _refused(home, kind, folder)
    if found is None and names_in(folder):
        raise UsageError(f"{folder} has files already", f"name an empty folder in TOKENSHARE_{kind.upper()}")
    if found is not None and not (take_over and found.startswith(f"{kind} ")):
        raise _refused(home, kind, folder)
    atomic_files.write(folder / MARKER, _name(home, kind).encode())


def _move(home: Home, kind: Kind, former: AnyPath, folder: AnyPath) -> None:
    names = [name for name in names_in(former) if name != MARKER and not name.endswith(".tmp")]
    for name in names:
        atomic_files.write(folder / name, (former / name).read_bytes())
    adopt_folder(home, kind, folder)
    for name in (*names, MARKER):  # the marker last: until then the rest is known as this home's
        (former / name).unlink(missing_ok=True)


def _check_local(home: Home, folder: Path) -> None:
    name = f"another folder than {folder}"
    if folder.is_relative_to(home.root):
        raise UsageError(f"{folder} is inside the home", f"name {name}, or {home.root / folder.name}")
    parent = next(path for path in (folder, *folder.parents) if path.exists())
    if not parent.is_dir() or not os.access(parent, os.W_OK, effective_ids=True):
        raise UsageError(f"cannot write {folder}", f"run as a user who may write there, or name {name}")


def _read(folder: AnyPath) -> str | None:
    try:
        return (folder / MARKER).read_bytes().decode()
    except FileNotFoundError:
        return None


def _name(home: Home, kind: Kind) -> str:
    return f"{kind} of the home {signature(home)}\n"


def _refused(home: Home, kind: Kind, folder: AnyPath) -> UsageError:
    found = _read(folder)
    if found is None:
        return UsageError(
            f"{folder} has no {MARKER}, and this home's {kind} is there",
            f"reach the folder again, or restore it from a backup, {MARKER} included",
        )
    return UsageError(
        f"{folder} is the {found.strip()}, and not the {kind} of {home.root}",
        "name another folder, or run `tokenshare refresh --take-over` if this home replaces that one",
    )
