"""Objects of an S3-compatible store under pathlib's names: as much of it as landed files and the archive use.

pyarrow's client finds address, region and login by itself, as every AWS client does; none of them passes through here.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from tokenshare.errors import StoreUnavailable, UsageError

SCHEME = "s3://"
READ_BY_CLIENT = (  # by an AWS client itself
    *("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_ROLE_ARN"),
    *("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_WEB_IDENTITY_TOKEN_FILE"),
    *("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"),
    *("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_EC2_METADATA_DISABLED"),
)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
_KEY = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9_=-][A-Za-z0-9_.=-]*)*")
_REFUSALS = ("ACCESS_DENIED", "INVALID_ACCESS_KEY_ID", "INVALID_CLIENT_TOKEN_ID", "SIGNATURE_DOES_NOT_MATCH")


@dataclass(frozen=True)
class ObjectPath:
    """An object, or all objects below it, by bucket and key. It is picklable, and opens nothing until it is asked.

    Every call raises UsageError if the store has no such bucket or refuses us, StoreUnavailable if it does not answer.
    """

    key: str

    def __str__(self) -> str:
        return f"{SCHEME}{self.key}"

    def __truediv__(self, name: str) -> "ObjectPath":
        return ObjectPath(f"{self.key}/{name}")

    @property
    def name(self) -> str:
        return PurePosixPath(self.key).name

    def with_suffix(self, suffix: str) -> "ObjectPath":
        return ObjectPath(str(PurePosixPath(self.key).with_suffix(suffix)))

    def exists(self) -> bool:
        with self._explained():
            return bool(self._store.get_file_info(self.key).is_file)

    def open(self) -> Any:
        """A file to read at any place; raises FileNotFoundError if there is no such object."""
        with self._explained():
            return self._store.open_input_file(self.key)

    def read_bytes(self) -> bytes:
        """The bytes of one version: the client asks for the size first, so what is replaced then is read again."""
        while True:
            with self._explained(), self._store.open_input_file(self.key) as file:
                body, version = bytes(file.read()), file.metadata()
            with self._explained(), self._store.open_input_file(self.key) as file:
                if file.metadata() == version:
                    return body

    def read_text(self) -> str:
        return self.read_bytes().decode()

    def write_bytes(self, body: bytes) -> None:
        """Put an object whole: until the store has all of it there is none, or the one before."""
        with self._explained():
            file = self._store.open_output_stream(self.key)
            file.write(body)
            file.close()

    def copy_to(self, other: "ObjectPath") -> None:
        """Make the other object a copy of this one, within the store."""
        with self._explained():
            self._store.copy_file(self.key, other.key)

    def unlink(self, *, missing_ok: bool = False) -> None:
        try:
            with self._explained():
                self._store.delete_file(self.key)
        except FileNotFoundError:
            if not missing_ok:
                raise

    def names(self) -> list[str]:
        """The names of all objects below, in order."""
        from pyarrow.fs import FileSelector

        with self._explained():
            found = self._store.get_file_info(FileSelector(self.key, allow_not_found=True, recursive=True))
        return sorted(info.path.removeprefix(f"{self.key}/") for info in found if info.is_file)

    def require_store(self) -> None:
        """Raise UsageError or StoreUnavailable if the store does not show us the bucket."""
        with self._explained():
            if not self._store.get_file_info(self._bucket).type:
                raise UsageError(f"there is no bucket {self._bucket}", _NO_BUCKET)

    def file_system(self) -> Any:
        """The store for DuckDB, which reads an object by the name that `str` gives."""
        from fsspec.implementations.arrow import ArrowFSWrapper

        return ArrowFSWrapper(self._store)

    @property
    def _bucket(self) -> str:
        return self.key.partition("/")[0]

    @property
    def _store(self) -> Any:
        return _store(self._bucket)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Say in one sentence what the client says in an OSError."""
        try:
            yield
        except FileNotFoundError:
            raise
        except OSError as error:
            raise _explain(self, str(error)) from error


AnyPath = Path | ObjectPath
_NO_BUCKET = "create it, or correct the setting that names it, or AWS_ENDPOINT_URL"


def path_of(text: str) -> AnyPath:
    """The path that a setting names: a folder, file:// or s3://bucket/key. Raises ValueError for anything else.

    The message never repeats what may be a login.
    """
    if not _SCHEME.match(text):
        return Path(text).expanduser().absolute()
    found = urlsplit(text)
    if found.scheme == "file" and not found.netloc and found.path.startswith("/"):
        return Path(unquote(found.path)).absolute()
    if "@" in text or "?" in text:
        raise ValueError("an address has no login and no options: set AWS_ACCESS_KEY_ID and the other AWS variables")
    key = text.removeprefix(SCHEME).rstrip("/")
    if not text.startswith(SCHEME) or not _KEY.fullmatch(key):
        raise ValueError(f"{text!r} is neither a folder nor s3://bucket/prefix")
    return ObjectPath(key)


def names_in(folder: AnyPath) -> list[str]:
    """The names of all files below a folder, or of all objects, in order."""
    if isinstance(folder, ObjectPath):
        return folder.names()
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def opened(path: AnyPath) -> Any:
    """A path as pyarrow reads it: a local one by itself."""
    return path.open() if isinstance(path, ObjectPath) else path


@cache
def _store(bucket: str) -> Any:
    from pyarrow.fs import FileSystem  # a third of a second, for those alone who have a store

    return FileSystem.from_uri(f"{SCHEME}{bucket}?allow_delayed_open=true")[0]  # delayed: a small object is one call


def _explain(path: ObjectPath, said: str) -> UsageError | StoreUnavailable:
    bucket = path.key.partition("/")[0]
    if "NO_SUCH_BUCKET" in said:
        return UsageError(f"there is no bucket {bucket}", _NO_BUCKET)
    if any(word in said for word in _REFUSALS):
        fix = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY of somebody who may read and write there"
        return UsageError(f"the object store refuses us in {SCHEME}{bucket}", fix)
    found = re.search(r"AWS Error (\w+)", said)
    reason = found[1].lower().replace("_", " ") if found else "no answer"
    fix = "start it, or correct AWS_ENDPOINT_URL and AWS_REGION, and run it again"
    return StoreUnavailable(f"the object store of {SCHEME}{bucket} does not answer ({reason})", fix)
