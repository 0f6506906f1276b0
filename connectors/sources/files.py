"""Sources in files: read whole from the first folder with the file, and absent if no folder has it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Self

from tokenshare.errors import SourceAbsent
from tokenshare.folder_files import has_file, read_file
from tokenshare.sources import Page, Params

CONTENT_TYPES = {".csv": "text/csv", ".json": "application/json", ".zip": "application/zip"}
SHIPPED = Path(__file__).with_name("curated")  # the files shipped with the project
MOST_BYTES = 64 * 1024 * 1024


class FileSession:
    """A tokenshare.sources.Session over folders. A page's address is the file's name, never a machine's path."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = folders

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is kept open."""

    @property
    def has_key(self) -> bool:
        """False: files need no key."""
        return False

    def get(self, path: str, params: Params | None = None, *, with_key: bool = False) -> Page:  # noqa: ARG002  # files use neither
        """The file of that name. Raises SourceAbsent if no folder has it, or it cannot be read."""
        folder = next((folder for folder in self._folders if has_file(folder, path)), None)
        if folder is None:
            raise SourceAbsent(f"{path}: there is no such file")
        try:
            body = read_file(folder, path, MOST_BYTES)
        except OSError as error:
            raise SourceAbsent(f"{path}: cannot be read ({error.strerror})") from error
        return Page(path, body, CONTENT_TYPES.get(Path(path).suffix, "application/octet-stream"))
