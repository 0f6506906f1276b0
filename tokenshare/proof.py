"""The proof that a home wrote a record: a code over topic, key and value, made with the secret of the home. Pure."""

from collections.abc import Iterable
from hmac import compare_digest, digest

from tokenshare.offsets import Record

HEADER = "mac"
DOMAIN = b"tokenshare.record.v1"  # the secret makes codes for nothing else
MISSING = "unproven: without one `mac` header it is not a record that this home wrote"
FOREIGN = "unproven: its `mac` is not of this topic, key and value by the secret of this home"


def mac_of(secret: bytes, topic: str, key: bytes | None, value: bytes | None) -> bytes:
    """HMAC-SHA256 over a topic (named without prefix), a key and a value, in hex; null differs from empty."""
    parts = (topic.encode(), key, value)
    framed = b"".join(b"-" if part is None else b"%d:%b" % (len(part), part) for part in parts)
    return digest(secret, DOMAIN + framed, "sha256").hex().encode()


def proven(
    secret: bytes, topic: str, key: bytes | None, value: bytes | None, headers: Iterable[tuple[str, bytes]]
) -> tuple[tuple[str, bytes], ...]:
    """The headers with the proof of this topic, key and value, in place of any other proof."""
    kept = (header for header in headers if header[0] != HEADER)
    return (*kept, (HEADER, mac_of(secret, topic, key, value)))


def doubt(secret: bytes, record: Record) -> str:
    """The reason why a record is not of this home; empty if its proof is right."""
    found = [value for name, value in record.headers if name == HEADER]
    if len(found) != 1:
        return MISSING
    return "" if compare_digest(found[0], mac_of(secret, record.topic, record.key, record.value)) else FOREIGN
