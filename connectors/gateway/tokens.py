"""The bearer tokens that callers of the receiver must show: a file with one a line, read again when it changes."""

import secrets
from dataclasses import dataclass, field
from hmac import compare_digest
from pathlib import Path

from connectors import secret
from tokenshare.errors import UsageError

SHORTEST = 16
FIX = "write one token a line, at least 16 characters each, and `chmod 600` the file"


@dataclass
class Tokens:
    """The tokens of a file. An error on reading it again lets nobody in until it is mended."""

    path: Path
    _stamp: tuple[int, int] = (0, 0)
    _known: tuple[bytes, ...] = field(default=(), repr=False)

    def accepts(self, authorization: str) -> bool:
        """True for a header `Bearer <token>` with a token of the file."""
        scheme, _, shown = authorization.partition(" ")
        if scheme.lower() != "bearer":
            return False
        try:
            known = self.read()
        except UsageError:
            return False
        return sum(compare_digest(shown.strip().encode(), token) for token in known) > 0  # all, whichever fits

    def read(self) -> tuple[bytes, ...]:
        """The tokens. Raises UsageError if the file is missing, open to others, or has none or a short one."""
        try:
            stat = self.path.stat()
            stamp = (stat.st_mtime_ns, stat.st_size)
            if stamp != self._stamp:
                self._known, self._stamp = _parse(self.path), stamp
        except OSError as error:
            raise UsageError(f"the tokens {self.path} are not readable ({error.strerror})", FIX) from error
        return self._known


def make(path: Path) -> None:
    """Write a file with one new token for the user alone, unless there is a file."""
    if not path.exists():
        secret.replace(path, f"{secrets.token_urlsafe(32)}\n")


def _parse(path: Path) -> tuple[bytes, ...]:
    if not secret.is_private(path):
        raise UsageError(f"others may read the tokens {path}", FIX)
    lines = (line.strip() for line in path.read_bytes().splitlines())
    tokens = tuple(line for line in lines if line and not line.startswith(b"#"))
    if not tokens or min(map(len, tokens)) < SHORTEST:
        raise UsageError(f"the tokens {path} hold none, or one that is too short", FIX)
    return tokens
