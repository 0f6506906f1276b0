"""Reading the body of an answer in pieces: inflated on the way, and stopped at its caps."""

import zlib
from collections.abc import Iterable, Iterator

from connectors.http.retry import TryAgain
from tokenshare.errors import SourceAbsent

_STEP = 1 << 20
_ANY_HEADER = 32 + zlib.MAX_WBITS  # gzip and zlib announce themselves
_INFLATED = ("gzip", "x-gzip", "deflate")


def read_body(pieces: Iterable[bytes], encoding: str, compressed_cap: int, decompressed_cap: int) -> bytes:
    """The whole decoded body. Raises TryAgain if it is cut or garbled, SourceAbsent above a cap (in bytes)."""
    encoding = encoding.strip().lower()
    if encoding not in ("", "identity", *_INFLATED):
        raise SourceAbsent(f"the answer is encoded as {encoding[:40]!r}, which was not asked for")
    raw = _capped(pieces, compressed_cap, "bytes on the wire")
    plain = _inflate(raw) if encoding in _INFLATED else raw
    return b"".join(_capped(plain, decompressed_cap, "bytes"))


def _capped(pieces: Iterable[bytes], cap: int, unit: str) -> Iterator[bytes]:
    total = 0
    for piece in pieces:
        total += len(piece)
        if total > cap:
            raise SourceAbsent(f"the answer is larger than {cap} {unit}")
        yield piece


def _inflate(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The inflated pieces, at most `_STEP` bytes each, so that a zip bomb reaches the cap before it fills memory."""
    inflater = zlib.decompressobj(_ANY_HEADER)
    try:
        for piece in pieces:
            while piece and not inflater.eof:
                yield inflater.decompress(piece, _STEP)
                piece = inflater.unconsumed_tail
    except zlib.error as error:
        raise TryAgain("the body is not the compressed stream it says it is") from error
    if not inflater.eof:
        raise TryAgain("the compressed body was cut short")
    if inflater.unused_data:
        raise TryAgain("the compressed body is followed by something else")
