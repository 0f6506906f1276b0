"""Many values are read at once exactly as one by one: the same cells, the same refusals in the same words."""

import json
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from connectors import arrow
from connectors.beam import bulk_codec
from connectors.beam.bulk_codec import SOUND_AS_WRITTEN, decode_columns
from tests.contracts.examples import failing, passing
from tokenshare.chunks import Cells, cells_of
from tokenshare.codec import decode, encode
from tokenshare.columns import Column, columns_of
from tokenshare.errors import ContractViolation
from tokenshare.events import Event
from tokenshare.events.event import Rule
from tokenshare.topics import TOPICS, Topic

MUTANTS = 1_500
LETTERS = b'{}[]",:.0123456789-+eEnulltrfase \n\t\x00\x80\xff\xc3\xa4ZT'
MOMENT = datetime(2026, 7, 1, 6, 30, 0, 250_000, tzinfo=UTC)
TEXTS = ("", "a", 'quote " and \\ and /', "tab\tline\n", "é漢字😀", "\u2028", "\x7f", "x" * 3000, "null", "2026-07-01")
VARIETY: dict[str, tuple[Any, ...]] = {
    "VARCHAR": TEXTS,
    "BIGINT": (0, -1, 1, 2**31, 2**53 + 1, 2**63 - 1, 2**63, -(2**63), 2**64, 10**30, 1.0, 1.5, True, "1"),
    "DOUBLE": (0, 0.0, -0.0, 1, 0.1, 1.0, 1e22, 1e-7, 5e-324, 1.7976931348623157e308, -1, "0.5", True),
    "BOOLEAN": (True, False, 0, "true"),
    "DATE": ("0001-01-01", "1999-01-01", "2026-02-29", "2024-02-29", "9999-12-31", "2026-7-1", 20_000, ""),
    "TIMESTAMPTZ": (
        "0001-01-01T00:00:00Z", "1969-12-31T23:59:59.999999Z", "2026-07-01T06:00:00.000001Z", "9999-12-31T23:59:59Z",
        "2026-07-01T06:00:00.5Z", "2026-07-01T06:00:00.500000Z", "2026-07-01T06:00:00", "2026-07-01T08:00:00+02:00",
        "2026-07-01T06:00:00+00:00", "2026-07-01T24:00:00Z", "2026-06-30T23:59:60Z", "2026-07-01 06:00:00Z",
        "2026-07-01T06:00:00+23:59", "2026-07-01T06:00:00-12:00", "0001-01-01T00:00:00+02:00", 0,
    ),
    "VARCHAR[]": ([], ["a"], ["b", "a", "b"], [""], [None], [*TEXTS[:6]], "a", [1]),
    "DATE[]": ([], ["2026-07-01"], ["2026-07-01", "0001-01-01"], ["2026-7-1"], [None]),
    "MAP(VARCHAR, BIGINT)": ({}, {"fx.observed.v1": 0}, {"b.v1": 2**63 - 1, "a.v1": 1}, {"a.v1": 2**63}, {"A": 1}, []),
}  # fmt: skip
Outcome = tuple[pa.Table, dict[int, str]]


def one_by_one(topic: Topic, values: Sequence[bytes | None]) -> Outcome:
    """The cells of each value as the codec reads it, made columns value by value; by its place, why it is refused."""
    rows, refused = [], {}
    for n, value in enumerate(values):
        try:
            rows.append(cells_of(decode(topic, value)))
        except ContractViolation as error:
            refused[n] = str(error)
    return slowly(topic.event, rows), refused


def slowly(event: type[Event], rows: Sequence[Cells]) -> pa.Table:
    schema = arrow.schema_of(event)
    columns = [[list(c.items()) if isinstance(c, dict) else c for c in cells] for cells in zip(*rows, strict=True)]
    return pa.table([pa.array(*of) for of in zip(columns or [[]] * len(schema), schema.types, strict=True)], schema)


def at_once(topic: Topic, values: Sequence[bytes | None]) -> Outcome:
    columns, refused = decode_columns(topic, values)
    return columns.combine_chunks(), {n: str(error) for n, error in refused.items()}


def same(found: Outcome, expected: Outcome) -> bool:
    return found[1] == expected[1] and found[0].equals(expected[0], check_metadata=True)


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


def varied(topic: Topic) -> Iterator[bytes]:
    """Every field in turn null, absent, or another value of its kind, all written as our producer writes."""
    for value in written(topic)[:2]:
        whole = json.loads(value)
        for column in columns_of(topic.event):
            for cell in (None, *VARIETY[column.sql_type]):
                yield compact({**whole, column.name: cell})
            yield compact({name: cell for name, cell in whole.items() if name != column.name})


def compact(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_what_we_write_is_vouched_for_without_the_codec(topic: Topic, monkeypatch: pytest.MonkeyPatch) -> None:
    values = written(topic)
    expected, each = one_by_one(topic, values), [one_by_one(topic, [value]) for value in values]
    monkeypatch.setattr(bulk_codec, "decode", None)
    assert same(at_once(topic, values), expected)
    assert all(same(at_once(topic, [value]), alone) for value, alone in zip(values, each, strict=True))
    assert same(at_once(topic, []), one_by_one(topic, []))


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_examples_are_read_alike_alone_and_among_others(topic: Topic) -> None:
    values: list[bytes | None] = [*examples(topic), None, *written(topic), b"", b"null"]
    assert same(at_once(topic, values), one_by_one(topic, values))
    assert all(same(at_once(topic, [value]), one_by_one(topic, [value])) for value in values)


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_mutants_are_read_alike(topic: Topic) -> None:
    values = mutants(topic, seed=len(topic.name))
    assert same(at_once(topic, values), one_by_one(topic, values))


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_every_field_is_read_alike_whatever_is_in_it(topic: Topic, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that the codec takes are read together as well, since one that it refuses sends others its way."""
    values = list(varied(topic))
    expected = one_by_one(topic, values)
    assert same(at_once(topic, values), expected)
    taken = [value for n, value in enumerate(values) if n not in expected[1]]
    as_we_write = [value for value in taken if bulk_codec._alone(bulk_codec._reader_of(topic.event), value)]
    assert len(as_we_write) > len(taken) / 2
    together = one_by_one(topic, as_we_write)
    monkeypatch.setattr(bulk_codec, "decode", None)
    assert same(at_once(topic, as_we_write), together)


@pytest.mark.parametrize("seed", range(3))
def test_a_bad_value_is_found_wherever_it_is(seed: int) -> None:
    topic, chance = TOPICS[0], random.Random(seed)
    values: list[bytes | None] = [chance.choice(written(topic)) for _ in range(1_234)]
    for n in chance.sample(range(len(values)), 5):
        values[n] = chance.choice((None, b"{}", b"null"))
    assert same(at_once(topic, values), one_by_one(topic, values))


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
            assert same(at_once(topic, values), one_by_one(topic, values))


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_a_value_of_too_many_bytes_is_refused(topic: Topic, monkeypatch: pytest.MonkeyPatch) -> None:
    shortest, *longer = sorted(written(topic), key=len)
    monkeypatch.setattr(topic.event, "most_bytes", len(shortest))
    for values in ([shortest, shortest + b" ", *longer], longer):
        assert same(at_once(topic, values), one_by_one(topic, values))


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_columns_without_a_check_have_no_rule(topic: Topic) -> None:
    for column in columns_of(topic.event):
        if column.sql_type in SOUND_AS_WRITTEN:
            assert (column.minimum, column.maximum, column.pattern, column.choices) == (None, None, None, ()), column


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_annotations_of_numbers_are_limits(topic: Topic) -> None:
    """So the least and the largest stand for all of a column."""
    reader = bulk_codec._reader_of(topic.event)
    assert len(reader.numbers) == sum(column.is_number for column in columns_of(topic.event))
    for check in reader.numbers.values():
        schema: dict[str, Any] = check.core_schema["items_schema"]
        while schema["type"] in ("default", "nullable"):
            schema = schema["schema"]
        assert schema["type"] in ("int", "float"), schema
        assert schema.keys() <= {"type", "ge", "le", "gt", "lt", "strict", "metadata"}, schema


RULES = [(topic, rule) for topic in TOPICS for rule in topic.event.rules()]


@pytest.mark.parametrize(("topic", "rule"), RULES, ids=lambda given: getattr(given, "name", ""))
def test_a_rule_judges_columns_as_it_judges_events(topic: Topic, rule: Rule) -> None:
    columns = {column.name: column for column in columns_of(topic.event)}
    chance = random.Random(len(topic.name))
    rows = [[operand(chance, columns[name], topic) for name in rule.fields] for _ in range(2_000)]
    one = [bool(rule.is_broken(*(0 if cell is None else cell for cell in row))) for row in rows]
    schema = arrow.schema_of(topic.event)
    cells = [
        pa.array(of, schema.field(name).type) for name, of in zip(rule.fields, zip(*rows, strict=True), strict=True)
    ]
    many = rule.is_broken(*map(bulk_codec._operand, cells))
    assert np.asarray(many).tolist() == one
    assert 0 < sum(one) < len(one)
    assert all(
        rule.problem(*(cell or 0 for cell in row)) for row, is_broken in zip(rows, one, strict=True) if is_broken
    )


def operand(chance: random.Random, column: Column, topic: Topic) -> Any:
    """A value of a column near what its rules are about."""
    if column.is_nullable and chance.random() < 0.2:
        return None
    if column.sql_type == "TIMESTAMPTZ":
        day = timedelta(days=chance.choice((0, 0, 1, -1, 400, -400)))
        return MOMENT + day + timedelta(hours=chance.choice((0, 1, -1, 23)), microseconds=chance.choice((-1, 0, 1)))
    if column.sql_type == "DATE":
        return chance.choice((date(1998, 12, 31), date(1999, 1, 1), MOMENT.date() + timedelta(chance.randint(-2, 3))))
    return chance.choice(column.choices) if column.choices else chance.randrange(4)
