"""Many values are read at once exactly as one by one: the same cells, the same refusals in the same words."""

import random
from collections.abc import Sequence

import pytest

from connectors.beam import bulk_codec
from connectors.beam.bulk_codec import SOUND_AS_WRITTEN, decode_rows
from tests.contracts.examples import failing, passing
from tokenshare.chunks import Cells, cells_of
from tokenshare.codec import decode, encode
from tokenshare.columns import columns_of
from tokenshare.errors import ContractViolation
from tokenshare.topics import TOPICS, Topic

MUTANTS = 1_500
LETTERS = b'{}[]",:.0123456789-+eEnulltrfase \n\t\x00\x80\xff\xc3\xa4ZT'


def one_by_one(topic: Topic, values: Sequence[bytes | None]) -> list[Cells | str]:
    return [outcome(topic, value) for value in values]


def outcome(topic: Topic, value: bytes | None) -> Cells | str:
    try:
        return cells_of(decode(topic, value))
    except ContractViolation as error:
        return str(error)


def at_once(topic: Topic, values: Sequence[bytes | None]) -> list[Cells | str]:
    return [str(found) if isinstance(found, ContractViolation) else found for found in decode_rows(topic, values)]


def written(topic: Topic) -> list[bytes]:
    """The valid examples as our producer writes them."""
    return [encode(decode(topic, example.value)) for example in passing() if example.topic is topic]


def examples(topic: Topic) -> list[bytes]:
    return [example.value for example in (*passing(), *failing()) if example.topic is topic]


def mutants(topic: Topic, seed: int) -> list[bytes]:
    """Values of one to three places changed, taken out, repeated or moved."""
    chance, values = random.Random(seed), written(topic)
    return [mutant(chance, chance.choice(values)) for _ in range(MUTANTS)]


def mutant(chance: random.Random, value: bytes) -> bytes:
    for _ in range(chance.randint(1, 3)):
        at, end = sorted(chance.choices(range(len(value) + 1), k=2))
        kind = chance.randrange(5)
        if kind == 0:
            value = value[:at] + bytes([chance.choice(LETTERS)]) + value[at + 1 :]
        elif kind == 1:
            value = value[:at] + value[at + 1 :]
        elif kind == 2:
            value = value[:at] + bytes([chance.choice(LETTERS)]) + value[at:]
        else:
            value = value[:at] + value[at:end] * chance.choice((0, 2)) + value[end:]
    return value


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_what_we_write_is_vouched_for_without_the_codec(topic: Topic, monkeypatch: pytest.MonkeyPatch) -> None:
    values = written(topic)
    expected = one_by_one(topic, values)
    monkeypatch.setattr(bulk_codec, "decode", None)
    assert decode_rows(topic, values) == expected
    assert [decode_rows(topic, [value]) for value in values] == [[cells] for cells in expected]
    assert decode_rows(topic, []) == []


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_examples_are_read_alike_alone_and_among_others(topic: Topic) -> None:
    values: list[bytes | None] = [*examples(topic), None, *written(topic), b"", b"null"]
    expected = one_by_one(topic, values)
    assert at_once(topic, values) == expected
    assert [found for value in values for found in at_once(topic, [value])] == expected


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_mutants_are_read_alike(topic: Topic) -> None:
    values = mutants(topic, seed=len(topic.name))
    assert at_once(topic, values) == one_by_one(topic, values)


def test_values_cut_elsewhere_are_not_taken_for_each_other() -> None:
    """Joined, these are two whole values on two lines; by themselves, neither of the two is one."""
    for topic in TOPICS:
        first, second = written(topic)[0], written(topic)[-1]
        for values in (
            [first + b"\n" + second],
            [first + b"\n" + second, b""],
            [first[:9], first[9:]],
            [first + b"\n", second],
            [b"", first],
        ):
            assert at_once(topic, values) == one_by_one(topic, values)


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_a_value_of_too_many_bytes_is_refused(topic: Topic, monkeypatch: pytest.MonkeyPatch) -> None:
    shortest, *longer = sorted(written(topic), key=len)
    monkeypatch.setattr(topic.event, "most_bytes", len(shortest))
    assert at_once(topic, [shortest, shortest + b" ", *longer]) == one_by_one(
        topic, [shortest, shortest + b" ", *longer]
    )


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_columns_without_a_check_have_no_rule(topic: Topic) -> None:
    for column in columns_of(topic.event):
        if column.sql_type in SOUND_AS_WRITTEN:
            assert (column.minimum, column.maximum, column.pattern, column.choices) == (None, None, None, ()), column
