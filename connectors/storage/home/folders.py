"""Folders as people name them in settings."""

from pathlib import Path


def absolute(path: Path) -> Path:
    """Expand `~` and make the path independent of the working directory; raise ValueError if `~` means nothing."""
    try:
        return path.expanduser().absolute()
    except RuntimeError as error:
        raise ValueError(f"there is no home directory for the ~ in {path}") from error


def existing(path: Path) -> Path:
    """A folder that exists; raise ValueError for any other path, since nothing would be read from it."""
    folder = absolute(path)
    if not folder.is_dir():
        raise ValueError(f"there is no folder {folder}")
    return folder
