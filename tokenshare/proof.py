"""The proof that a home wrote a record: a code over topic, key and value, made with the secret of the home. Pure."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from hmac import HMAC, compare_digest
from itertools import groupby

from tokenshare.record_batches import Headers, RecordBatch, frame_varint, read_headers

HEADER = "mac"
DOMAIN = b"tokenshare.record.v1"  # the secret makes codes for nothing else
MISSING = "unproven: without one `mac` header it is not a record that this home wrote"
FOREIGN = "unproven: its `mac` is not of this topic, key and value by the secret of this home"


def mac_of(secret: bytes, topic: str, key: bytes | None, value: bytes | None) -> bytes:
    """HMAC-SHA256 over a topic (named without prefix), a key and a value, in hex; null differs from empty."""
    (code,) = _codes(secret, topic, [key], [value])
    return code.encode()


def _codes(secret: bytes, topic: str, keys: Sequence[bytes | None], values: Sequence[bytes | None]) -> list[str]:
    """The code of each record of a topic."""
    if None in keys or None in values:
        texts: Iterable[bytes] = map(b"".join, zip(map(_framed, keys), map(_framed, values), strict=True))
    else:  # nearly always, and in half the time
        parts = (map(len, keys), keys, map(len, values), values)  # type: ignore[arg-type]
        texts = map(b"%d:%b%d:%b".__mod__, zip(*parts, strict=True))
    begun, found = _begun(secret, topic), []
    for text in texts:
        code = begun.copy()
        code.update(text)
        found.append(code.hexdigest())
    return found


def _framed(part: bytes | None) -> bytes:
    return b"-" if part is None else b"%d:%b" % (len(part), part)


@lru_cache(maxsize=64)
def _begun(secret: bytes, topic: str) -> HMAC:
    """A code that has read the secret and the topic: to copy it costs less than to begin anew."""
    return HMAC(secret, DOMAIN + _framed(topic.encode()), "sha256")


def proven(
    secret: bytes, topic: str, key: bytes | None, value: bytes | None, headers: Iterable[tuple[str, bytes]]
) -> tuple[tuple[str, bytes], ...]:
    """The headers with the proof of this topic, key and value, in place of any other proof."""
    kept = (header for header in headers if header[0] != HEADER)
    return (*kept, (HEADER, mac_of(secret, topic, key, value)))


def doubts(secret: bytes, batch: RecordBatch) -> dict[int, str]:
    """The reason for each record of a batch that is not of this home, by its offset.

    All are compared at once: equal texts have as many line feeds, so none is within a proof, and each proof is equal.
    """
    macs = _macs(batch.headers)
    codes = "\n".join(_codes(secret, batch.topic, batch.keys, batch.values)).encode()
    if None not in macs and compare_digest(b"\n".join(macs), codes):  # type: ignore[arg-type]
        return {}
    rows = zip(batch.offsets, macs, codes.split(b"\n"), strict=True)
    named = ((offset, _doubt(mac, code)) for offset, mac, code in rows)
    return {offset: reason for offset, reason in named if reason}


def _doubt(found: bytes | None, right: bytes) -> str:
    if found is None:
        return MISSING
    return "" if compare_digest(found, right) else FOREIGN


def _only_mac(headers: Headers) -> bytes | None:
    found = [value for name, value in headers if name == HEADER]
    return found[0] if len(found) == 1 else None


def _macs(headers: Sequence[bytes | Headers]) -> list[bytes | None]:
    """The proof of each record, None if it has not exactly one."""
    if set(map(type, headers)) != {bytes}:
        return [_only_mac(read_headers(found) if isinstance(found, bytes) else found) for found in headers]
    runs = (list(run) for _, run in groupby(headers, len))
    return [mac for run in runs for mac in _macs_of_run(run)]  # type: ignore[arg-type]


def _macs_of_run(headers: list[bytes]) -> list[bytes | None]:
    """The proofs in framed headers of one length.

    Records of one writer have headers of one form. If the form of the first is in all of them joined as often as there
    are some, each has it, since its length is theirs.
    """
    first = read_headers(headers[0])
    if len(headers) > 1 and _only_mac(first) is not None:
        found: list[bytes | None] = _form_of(first).findall(b"".join(headers))
        if len(found) == len(headers):
            return found
    return [_only_mac(read_headers(framed)) for framed in headers]


def _form_of(headers: Headers) -> re.Pattern[bytes]:
    """What frames headers of these names and lengths, whatever their values; the proof is its group."""
    parts = [re.escape(frame_varint(len(headers)))]
    for name, value in headers:
        parts.append(re.escape(frame_varint(len(name.encode())) + name.encode() + frame_varint(len(value))))
        parts.append(b"(.{%d})" % len(value) if name == HEADER else b".{%d}" % len(value))
    return re.compile(b"".join(parts), re.DOTALL)
