"""The proof that a home wrote a record: a code over topic, key and value, made with the secret of the home. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from hmac import HMAC, compare_digest

from tokenshare.record_batches import Headers, RecordBatch, frame_varint, read_headers

HEADER = "mac"
DOMAIN = b"tokenshare.record.v1"  # the secret makes codes for nothing else
MISSING = "unproven: without one `mac` header it is not a record that this home wrote"
FOREIGN = "unproven: its `mac` is not of this topic, key and value by the secret of this home"


def mac_of(secret: bytes, topic: str, key: bytes | None, value: bytes | None) -> bytes:
    """HMAC-SHA256 over a topic (named without prefix), a key and a value, in hex; null differs from empty."""
    name, code = topic.encode(), _keyed(secret).copy()
    if key is not None and value is not None:  # nearly always, and three times as fast
        code.update(b"%d:%b%d:%b%d:%b" % (len(name), name, len(key), key, len(value), value))
    else:
        parts = (name, key, value)
        code.update(b"".join(b"-" if part is None else b"%d:%b" % (len(part), part) for part in parts))
    return code.hexdigest().encode()


@lru_cache(maxsize=4)
def _keyed(secret: bytes) -> HMAC:
    """A code that has read the secret: to copy it costs less than to begin anew."""
    return HMAC(secret, DOMAIN, "sha256")


def proven(
    secret: bytes, topic: str, key: bytes | None, value: bytes | None, headers: Iterable[tuple[str, bytes]]
) -> tuple[tuple[str, bytes], ...]:
    """The headers with the proof of this topic, key and value, in place of any other proof."""
    kept = (header for header in headers if header[0] != HEADER)
    return (*kept, (HEADER, mac_of(secret, topic, key, value)))


def doubts(secret: bytes, batch: RecordBatch) -> dict[int, str]:
    """The reason for each record of a batch that is not of this home, by its offset."""
    rows = zip(batch.offsets, batch.keys, batch.values, _macs(batch.headers), strict=True)
    named = ((offset, _doubt(mac, mac_of(secret, batch.topic, key, value))) for offset, key, value, mac in rows)
    return {offset: reason for offset, reason in named if reason}


def _doubt(found: bytes | None, right: bytes) -> str:
    if found is None:
        return MISSING
    return "" if compare_digest(found, right) else FOREIGN


def _only_mac(headers: Headers) -> bytes | None:
    found = [value for name, value in headers if name == HEADER]
    return found[0] if len(found) == 1 else None


def _macs(headers: Sequence[bytes | Headers]) -> Iterator[bytes | None]:
    """The proof of each record, None if it has not exactly one.

    Records of one writer have headers of one form: the form of one that was read tells where the next has its proof.
    """
    form: re.Pattern[bytes] | None = None
    for found in headers:
        if form and isinstance(found, bytes) and (same := form.fullmatch(found)):
            yield same[1]
            continue
        read = read_headers(found) if isinstance(found, bytes) else found
        mac = _only_mac(read)
        form = _form_of(read) if mac is not None else None
        yield mac


def _form_of(headers: Headers) -> re.Pattern[bytes]:
    """What frames headers of these names and lengths, whatever their values; the proof is its group."""
    parts = [re.escape(frame_varint(len(headers)))]
    for name, value in headers:
        parts.append(re.escape(frame_varint(len(name.encode())) + name.encode() + frame_varint(len(value))))
        parts.append(b"(.{%d})" % len(value) if name == HEADER else b".{%d}" % len(value))
    return re.compile(b"".join(parts), re.DOTALL)
