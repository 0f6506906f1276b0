"""Whatever arrives either is an event or is refused by one kind of error; whatever is an event comes back the same."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.contracts.examples import passing
from tokenshare.codec import decode, encode, read_count, read_json
from tokenshare.errors import ContractViolation
from tokenshare.events import Event, UsageObserved, digest_of
from tokenshare.fields import LARGEST_COUNT
from tokenshare.topics import TOPICS, USAGE_OBSERVED, Topic

GOOD = [example.value for example in passing()]
NOON = datetime(2026, 5, 12, 12, tzinfo=UTC)
CONTENT: dict[str, Any] = {
    "source_id": "openrouter_rankings",
    "observed_at": NOON,
    "fetch_id": "1" * 32,
    "usage_date": date(2026, 5, 10),
    "model_permaslug": "a/b",
    "tokens": 7,
    "as_of": NOON,
}
TOPIC = st.sampled_from(TOPICS)
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
    max_leaves=4,
)
quickly = settings(max_examples=100, deadline=None, derandomize=True)


def decode_or_refuse(topic: Topic, value: bytes) -> Event | None:
    """The event, or None where it is refused; any other error is a failure of the test."""
    try:
        event = decode(topic, value)
    except ContractViolation:
        return None
    assert decode(topic, encode(event)) == event
    return event


@quickly
@given(topic=TOPIC, value=st.binary(max_size=400))
def test_arbitrary_bytes_are_refused(topic: Topic, value: bytes) -> None:
    assert decode_or_refuse(topic, value) is None


@quickly
@given(topic=TOPIC, value=ANYTHING)
def test_arbitrary_json_is_refused(topic: Topic, value: Any) -> None:
    assert decode_or_refuse(topic, json.dumps(value).encode()) is None


@quickly
@given(topic=TOPIC, good=st.sampled_from(GOOD), data=st.data())
def test_good_bytes_gone_bad_raise_nothing_else(topic: Topic, good: bytes, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(good) - 1))
    length = data.draw(st.integers(0, 4))
    decode_or_refuse(topic, good[:place] + data.draw(st.binary(max_size=4)) + good[place + length :])


@quickly
@given(example=st.sampled_from(passing()), data=st.data())
def test_any_value_in_any_field_raises_nothing_else(example: Any, data: st.DataObject) -> None:
    document = json.loads(example.value)
    document[data.draw(st.sampled_from(sorted(document)))] = data.draw(ANYTHING)
    decode_or_refuse(example.topic, json.dumps(document).encode())


@quickly
@given(
    tokens=st.integers(0, LARGEST_COUNT),
    slug=st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp"]), min_size=1, max_size=256),
    day=st.dates(date(1999, 1, 1), NOON.date()),
    moment=st.datetimes(timezones=st.just(UTC)),
    share=st.none() | st.floats(0, 1),
)
def test_an_event_survives_the_round_trip(
    tokens: int, slug: str, day: date, moment: datetime, share: float | None
) -> None:
    given = {"tokens": tokens, "model_permaslug": slug, "usage_date": day, "as_of": moment}
    event = UsageObserved.identified(**{**CONTENT, **given, "share_of_daily_tokens": share})
    assert decode(USAGE_OBSERVED, encode(event)) == event


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("observed_at", NOON + timedelta(hours=1)),
        ("fetch_id", "2" * 32),
        ("as_of", NOON + timedelta(days=1)),
    ],
)
def test_the_same_statement_has_the_same_id_whenever_it_is_made(field: str, value: Any) -> None:
    assert UsageObserved.identified(**{**CONTENT, field: value}).event_id == identity()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("source_id", "openrouter_exports"),
        ("usage_date", date(2026, 5, 11)),
        ("model_permaslug", "a/b:free"),
        ("model_permaslug", "а/b"),  # noqa: RUF001  # Cyrillic: another vendor
        ("tokens", 8),
        ("share_of_daily_tokens", 0.5),
    ],
)
def test_another_statement_has_another_id(field: str, value: Any) -> None:
    assert UsageObserved.identified(**{**CONTENT, field: value}).event_id != identity()


def test_an_id_is_the_same_in_every_process_and_release() -> None:
    assert identity() == "495123eb9abbb11e8abe378c6d40a0f1"


def identity() -> str:
    return UsageObserved.identified(**CONTENT).event_id


def test_a_digest_is_of_a_set() -> None:
    ids = ["b" * 32, "a" * 32, "b" * 32]
    assert digest_of(set(ids)) == digest_of({ids[1], ids[0]}) != digest_of({"a" * 32})
    assert digest_of(set()) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_another_zone_is_refused_even_in_python() -> None:
    beijing = NOON.astimezone(timezone(timedelta(hours=8)))
    with pytest.raises(ValueError, match="must be UTC"):
        UsageObserved.identified(**{**CONTENT, "observed_at": beijing})


@pytest.mark.parametrize(("value", "count"), [("0", 0), ("007", 7), (str(LARGEST_COUNT), LARGEST_COUNT), (5, 5)])
def test_a_count_is_read(value: Any, count: int) -> None:
    assert read_count(value, "total_tokens") == count


@pytest.mark.parametrize(
    "value",
    [
        *(True, None, 1.0, -1, LARGEST_COUNT + 1, [], {}, b"1"),
        *("", " 1", "1 ", "1\n", "+1", "-1", "1e9", "1.0", "1,234", "1_000", "0x10", "inf", "٣", "²"),
        *(str(LARGEST_COUNT + 1), "9" * 20, "9" * 5000),
    ],
    ids=lambda value: repr(value)[:12],
)
def test_what_is_no_count_is_refused_by_name(value: Any) -> None:
    with pytest.raises(ContractViolation, match="total_tokens"):
        read_count(value, "total_tokens")


@pytest.mark.parametrize("value", [b"\xef\xbb\xbf{}", b'{"a":1,"a":1}', b'{"a":{"b":1,"b":2}}', b"[NaN]", b"[-1e400]"])
def test_lax_json_is_refused(value: bytes) -> None:
    with pytest.raises(ContractViolation):
        read_json(value)


@pytest.mark.parametrize("field", ["usage_date", "as_of", "observed_at"])
def test_seconds_since_1970_are_no_moment_even_as_text(field: str) -> None:
    document = json.loads(encode(UsageObserved.identified(**CONTENT)))
    with pytest.raises(ContractViolation):
        decode(USAGE_OBSERVED, json.dumps({**document, field: "1778371200"}).encode())
