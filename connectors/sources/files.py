"""Sources in files: read whole from the first folder with the file, and absent if no folder has it.

A file of the user's own folder comes first, and names the shipped one as the page that follows it.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Self

from tokenshare.errors import SourceAbsent
from tokenshare.folder_files import has_file, read_file
from tokenshare.sources import Page, Params

CONTENT_TYPES = {".csv": "text/csv", ".json": "application/json", ".zip": "application/zip"}
SHIPPED = Path(__file__).with_name("curated")  # the files shipped with the project
MOST_BYTES = 64 * 1024 * 1024
OWN_PREFIX, SHIPPED_PREFIX = "own/", "shipped/"  # of a page's address, where both files are read


class FileSession:
    """A tokenshare.sources.Session over folders, with the user's `own` folder if they have one.

    A page's address is the file's name, never a machine's path.
    """

    def __init__(self, folders: Sequence[Path], own: Path | None = None) -> None:
        self._folders, self._own = folders, own

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is kept open."""

    @property
    def has_key(self) -> bool:
        """False: files need no key."""
        return False

    def get(self, path: str, params: Params | None = None, *, with_key: bool = False) -> Page:  # noqa: ARG002  # files use neither
        """The file of that name, the user's own before the shipped one.

        Raises SourceAbsent if no folder has it, or it cannot be read.
        """
        name = path.removeprefix(SHIPPED_PREFIX)
        if self._own and name == path and has_file(self._own, name):
            return _read(self._own, name, OWN_PREFIX + name, SHIPPED_PREFIX + name)
        folder = next((folder for folder in self._folders if has_file(folder, name)), None)
        if folder is None:
            raise SourceAbsent(f"{name}: there is no such file")
        return _read(folder, name, path)


def _read(folder: Path, name: str, address: str, following: str = "") -> Page:
    try:
        body = read_file(folder, name, MOST_BYTES)
    except OSError as error:
        raise SourceAbsent(f"{address}: cannot be read ({error.strerror})") from error
    return Page(address, body, CONTENT_TYPES.get(Path(name).suffix, "application/octet-stream"), following)
