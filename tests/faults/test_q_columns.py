"""What is read fast is what is read slowly: batches as kafka-python reads them, values as the codec does."""

import json
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from kafka.errors import CorruptRecordError
from kafka.record.default_records import DefaultRecordBatch, DefaultRecordBatchBuilder

from connectors.beam.transforms import decode_chunk
from connectors.kafka import columnar
from connectors.kafka.columnar import Columns
from tests.gateway.payloads import ENVELOPE
from tests.gateway.traffic import draw, event_of
from tokenshare.codec import decode, encode
from tokenshare.errors import ContractViolation
from tokenshare.offsets import Record
from tokenshare.record_batches import RecordBatch, read_headers, read_unsigned
from tokenshare.topics import REQUEST_COMPLETED

Observe = Callable[[str, Any], None]
BATCHES, DAMAGES = 40, 250
NAME = REQUEST_COMPLETED.name
Row = tuple[int, int, bytes | None, bytes | None, list[tuple[str, bytes]]]


def framed(chance: random.Random) -> DefaultRecordBatch:
    """A batch of a few records of all kinds, as a producer builds it."""
    builder = DefaultRecordBatchBuilder(2, 0, 0, -1, -1, -1, 1 << 20)
    at = 1_795_000_000_000
    for offset in range(chance.randint(1, 6)):
        key, value = (chance.choice((None, b"", chance.randbytes(chance.choice((1, 63, 64, 200))))) for _ in range(2))
        headers = [(f"name{n}", chance.randbytes(chance.choice((0, 5, 70)))) for n in range(chance.randint(0, 3))]
        builder.append(offset, at + chance.randint(-5, 10**6), key, value, headers)
    return DefaultRecordBatch(bytes(builder.build()))


def by_kafka_python(batch: DefaultRecordBatch, body: bytes) -> list[Row] | None:
    """Its own records of these bytes; None if it refuses them."""
    start = batch.HEADER_STRUCT.size
    batch._buffer, batch._pos, batch._next_record_index = bytes(start) + body, start, 0
    try:
        return [(row.offset, row.timestamp, row.key, row.value, named(row.headers)) for row in batch]
    except Exception:  # noqa: BLE001  # of any kind: it refuses
        return None


def named(headers: list[tuple[str, bytes | None]]) -> list[tuple[str, bytes]]:
    """As we keep headers: none without a value."""
    return [(name, value or b"") for name, value in headers]


def by_columns(batch: DefaultRecordBatch, body: bytes) -> list[Row] | None:
    """Our columns of these bytes as rows; None if they are refused as corrupt, here or when headers are read."""
    try:
        found: Columns = columnar.unpack(body, batch)
        return [(*row, list(read_headers(headers))) for *row, headers in zip(*found, strict=True)]  # type: ignore[misc,arg-type]
    except (CorruptRecordError, ValueError, IndexError):
        return None


def damaged(chance: random.Random, body: bytes) -> tuple[int, bytes]:
    """A place, and the bytes with the one there changed, cut off with all after it, taken out, or put in."""
    at, byte = chance.randrange(len(body)), bytes([chance.randrange(256)])
    after = chance.choice((byte + body[at + 1 :], b"", body[at + 1 :], byte + body[at:]))
    return at, body[:at] + after


def attributes_in(body: bytes) -> set[int]:
    """The places of the attributes of records: Kafka gives them no meaning, and kafka-python reads more than one."""
    places, at = set(), 0
    while at < len(body):
        length, start = read_unsigned(body, at)
        places.add(start)
        at = start + (length >> 1)
    return places


def test_q07_a_batch_is_read_as_kafka_python_reads_it_or_is_corrupt(record_property: Observe) -> None:
    """Batches with a byte changed, cut off, taken out or put in after their checksum was found right."""
    chance, equal, refused = random.Random(11), 0, 0
    for _ in range(BATCHES):
        batch = framed(chance)
        body = bytes(batch._buffer[batch._pos :])
        whole, attributes = by_columns(batch, body), attributes_in(body)
        assert whole
        assert whole == by_kafka_python(batch, body)
        for at, given in (damaged(chance, body) for _ in range(DAMAGES)):
            ours, theirs = by_columns(batch, given), by_kafka_python(batch, given)
            assert ours is None or ours == theirs or (ours == whole and at in attributes), given
            equal, refused = equal + (ours is not None), refused + (ours is None)
    assert equal > BATCHES * 10
    record_property("observed", f"{equal} read alike, {refused} corrupt")


def sound() -> dict[str, str]:
    """The JSON of each field of an event."""
    (report,) = draw(1, ENVELOPE["observed_at"])
    given = report._replace(outcome="success", asked=100, answered=20, picodollars=10**9, milliseconds=7_000)
    return {name: json.dumps(value) for name, value in json.loads(encode(event_of(given))).items()}


def written(fields: dict[str, str]) -> bytes:
    return f"{{{','.join(f'{json.dumps(name)}:{value}' for name, value in fields.items())}}}".encode()


# A field of an event, written otherwise than we do or against its contract.
SPOILT = {
    "a fraction": ("latency_ms", "7000.0"),
    "another zone": ("completed_at", '"2026-11-18T02:00:00+02:00x"'),
    "a moment as a number": ("completed_at", "1795000000"),
    "a negative count": ("prompt_tokens", "-1"),
    "an absurd count": ("prompt_tokens", "100000001"),
    "a count as text": ("prompt_tokens", '"100"'),
    "no number": ("prompt_tokens", "NaN"),
    "a cost in words": ("cost_usd", '"USD 0.5"'),
    "another status": ("status", '"succeeded"'),
    "more reasoning than answer": ("reasoning_tokens", "21"),
    "more cached than prompt": ("cached_tokens", "101"),
    "a failure with tokens": ("status", '"failure"'),
    "a clock a day behind": ("observed_at", '"2026-11-16T12:00:00Z"'),
    "an unknown key": ("colour", '"red"'),
}


def spoilt() -> Iterator[tuple[str, bytes | None]]:
    """Values that fast parsers take, or stumble over."""
    whole = written(sound())
    yield from ((name, written({**sound(), field: value})) for name, (field, value) in SPOILT.items())
    yield "a key twice", whole.replace(b"{", b'{"event_id":"0",')
    yield "a mark before", b"\xef\xbb\xbf" + whole
    yield "letters that are none", whole.replace(b'"gateway"', b'"gate\xffway"')
    yield "two in one", whole + b"\n" + whole
    yield "too large", whole[:-1] + b" " * (1 << 20) + b"}"
    yield from (("nothing", b""), ("null", b"null"), ("nesting", b"[" * 100_000), ("no value", None))


@pytest.mark.parametrize(("name", "bad"), spoilt(), ids=lambda given: given if isinstance(given, str) else "")
def test_q08_a_bad_value_among_good_ones_is_a_dead_letter_in_the_codecs_words(
    name: str, bad: bytes | None, record_property: Observe
) -> None:
    """A value that fast parsers take and the contract refuses, between good ones, and alone."""
    good = [encode(event_of(report)) for report in draw(20, ENVELOPE["observed_at"])]
    for values in ([*good[:7], bad, *good[7:]], [bad]):
        count = len(values)
        batch = RecordBatch(NAME, 0, range(count), [0] * count, [None] * count, values, [()] * count)
        chunk, rejections = decode_chunk(batch, lambda _: {})
        words = refusal(bad)
        assert [(one.record, one.reason) for one in rejections] == [
            (Record(NAME, 0, values.index(bad), 0, None, bad), words)
        ]
        assert list(chunk.offsets) == [n for n in range(count) if values[n] is not bad]
        assert chunk.rejected == 1
    record_property("observed", "each a dead letter in the words of the strict reading; the others land")


def refusal(value: bytes | None) -> str:
    """What the codec says of it."""
    try:
        decode(REQUEST_COMPLETED, value)
    except ContractViolation as error:
        return str(error)
    pytest.fail("the codec takes it")
