"""One derivation: what a contract says is what Arrow stores, and what lands is read back as it was sent."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pydantic import AwareDatetime, BaseModel, Field

from connectors.arrow import ARROW_TYPES
from connectors.storage import landing
from tests.contracts.examples import passing
from tokenshare.codec import decode
from tokenshare.columns import SQL_TYPES, Column, columns_of
from tokenshare.metrics import METRICS
from tokenshare.offsets import Range, Record
from tokenshare.topics import FETCH_COMPLETED, TOPICS, USAGE_OBSERVED, Topic

KINDS = {
    int: "BIGINT", float: "DOUBLE", str: "VARCHAR", bool: "BOOLEAN", date: "DATE", datetime: "TIMESTAMPTZ",
}  # fmt: skip


class Everything(BaseModel):
    """A contract with every kind of column."""

    text: Annotated[str, Field(pattern="^a$", description="Text.")]
    number: Annotated[int, Field(ge=1, le=9, description="Number.", json_schema_extra={"unit": "count"})] | None
    share: Annotated[float, Field(ge=0, le=1)] | None = None
    flag: bool
    day: date
    moment: AwareDatetime
    words: tuple[str, ...]
    counts: dict[str, int]
    choice: Literal["a", "b"] = Field("a", description="Own words.")


def test_every_kind_of_column_is_derived() -> None:
    text, number, share, flag, day, moment, words, counts, choice = columns_of(Everything)
    assert text == Column("text", "VARCHAR", False, "Text.", pattern="^a$")
    assert number == Column("number", "BIGINT", True, "Number.", "count", 1, 9)
    assert (share.sql_type, share.is_nullable, share.minimum, share.maximum) == ("DOUBLE", True, 0, 1)
    assert [column.sql_type for column in (flag, day, moment)] == ["BOOLEAN", "DATE", "TIMESTAMPTZ"]
    assert [column.sql_type for column in (words, counts)] == ["VARCHAR[]", "MAP(VARCHAR, BIGINT)"]
    assert (choice.choices, choice.description) == (("a", "b"), "Own words.")


def test_a_type_without_a_column_is_an_error() -> None:
    class Odd(BaseModel):
        odd: complex

    with pytest.raises(KeyError):
        columns_of(Odd)


def test_every_sql_type_has_an_arrow_type() -> None:
    assert set(SQL_TYPES.values()) == ARROW_TYPES.keys()


@pytest.mark.parametrize("contract", dict.fromkeys(m.row for m in METRICS), ids=lambda row: row.__name__)
def test_a_row_contract_is_columns_in_its_order(contract: type[BaseModel]) -> None:
    columns = columns_of(contract)
    assert [column.name for column in columns] == list(contract.model_fields)
    assert {column.sql_type for column in columns} <= set(KINDS.values())
    assert columns_of(contract) is columns


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_the_arrow_schema_is_the_event_and_its_coordinates(topic: Topic) -> None:
    schema = landing.schema_of(topic)
    columns = columns_of(topic.event)
    assert schema.names == [*topic.event.model_fields, "topic", "partition", "offset", "timestamp"]
    assert [field.nullable for field in schema] == [*(column.is_nullable for column in columns), *[False] * 4]
    assert [field.type for field in schema][: len(columns)] == [ARROW_TYPES[c.sql_type] for c in columns]


def test_the_arrow_schema_of_usage_literally() -> None:
    """Files have landed with these columns: one may be added, and none may change."""
    text, moment = pa.string(), pa.timestamp("us", tz="UTC")
    landed = [
        *(pa.field(name, text, False) for name in ("event_id", "source_id")),
        pa.field("observed_at", moment, False),
        pa.field("fetch_id", text, False),
        pa.field("usage_date", pa.date32(), False),
        pa.field("model_permaslug", text, False),
        pa.field("tokens", pa.int64(), False),
        pa.field("as_of", moment, False),
        pa.field("share_of_daily_tokens", pa.float64(), True),
        *landing.COORDINATES,
    ]
    assert [field for field in landing.schema_of(USAGE_OBSERVED) if field in landed] == landed


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_what_landed_is_read_back_as_the_events_sent(topic: Topic, tmp_path: Path) -> None:
    values = [example.value for example in passing() if example.topic is topic]
    range = Range(topic.name, 3, 40, 41 + len(values))
    records = [Record(topic.name, 3, 40 + n, 1778551200123 + n, None, value) for n, value in enumerate(values)]
    events = [decode(topic, value) for value in values]
    landed = landing.write(tmp_path, topic, range, list(zip(records, events, strict=True)), rejected=1)
    table = pq.read_table(tmp_path / range.file_name, partitioning=None)
    assert landing.read_manifest(tmp_path, range) == landed
    assert table.schema.equals(landing.schema_of(topic))
    assert [topic.event(**_content(topic, row)) for row in table.to_pylist()] == events
    assert table["offset"].to_pylist() == [record.offset for record in records]
    assert table["timestamp"].cast(pa.int64()).to_pylist() == [record.timestamp for record in records]


def test_an_empty_range_leaves_an_empty_file(tmp_path: Path) -> None:
    range = Range(USAGE_OBSERVED.name, 0, 5, 9)
    assert landing.write(tmp_path, USAGE_OBSERVED, range, [], rejected=4) == landing.read_manifest(tmp_path, range)
    assert landing.read_manifest(tmp_path, range).rejected == 4


def _content(topic: Topic, row: dict[str, object]) -> dict[str, object]:
    """A landed row as the event's own fields: Arrow gives lists where the event has tuples and maps."""
    content = {name: row[name] for name in topic.event.model_fields}
    tuples = {name: tuple(value) for name, value in content.items() if isinstance(value, list)}
    maps = {"counts": dict(content["counts"])} if topic is FETCH_COMPLETED else {}  # type: ignore[call-overload]
    return content | tuples | maps
