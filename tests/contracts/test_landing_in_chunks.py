"""A range lands in chunks: the same file as at once, few records held at a time, no garbage collection meanwhile."""

import gc
import weakref
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from connectors.beam import transforms
from connectors.beam.transforms import CHUNK, Rejection, land_range
from connectors.storage import landing
from flows.stages.land import WriteRange
from tokenshare.codec import encode
from tokenshare.events import UsageObserved
from tokenshare.noop import noop
from tokenshare.offsets import Range, Record
from tokenshare.record_batches import RecordBatch, batch_of
from tokenshare.topics import USAGE_OBSERVED

AT = datetime(2026, 7, 1, 6, tzinfo=UTC)
ROWS = 6 * CHUNK
WHOLE = Range(USAGE_OBSERVED.name, 1, 100, 100 + ROWS)
POLLED = 500  # records that a reader returns at once
LONG = "m" * 120  # so that a column has more pages than one, and a cut could move their ends
BROKEN = {100, 100 + CHUNK, 99 + ROWS}  # the first of a chunk, and the last of all


def value(offset: int) -> bytes:
    if offset in BROKEN:
        return b"{}"
    event = UsageObserved.identified(
        source_id="openrouter_rankings",
        observed_at=AT,
        fetch_id=f"{offset // 1000:032x}",
        usage_date=date(2024, 1, 1) + timedelta(days=offset % 900),
        model_permaslug=f"author{offset % 97}/{LONG}-{offset}",
        tokens=offset * 7919,
        as_of=AT,
    )
    return encode(event)


def test_a_range_is_the_same_file_however_it_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    values = [value(offset) for offset in range(WHOLE.start, WHOLE.end)]
    files, letters = [], []
    for size in (CHUNK, ROWS, 777):
        monkeypatch.setattr(transforms, "CHUNK", size)
        sent: list[Rejection] = []
        land_range(WHOLE, lambda _: batches(values), never, sent.extend, WriteRange(tmp_path / str(size), noop))
        files.append((tmp_path / str(size) / WHOLE.file_name).read_bytes())
        letters.append([rejection.record.offset for rejection in sent])
    assert files[0] == files[1] == files[2]
    assert letters == [sorted(BROKEN)] * 3
    assert landing.read_manifest(tmp_path / "777", WHOLE) == landing.Landed(WHOLE, ROWS - 3, 3)


def test_few_records_are_held_however_large_the_range(tmp_path: Path) -> None:
    large = Range(WHOLE.topic, WHOLE.partition, 0, 4 * CHUNK)
    read = Counted(value(7), large)
    land_range(large, read, never, fail, WriteRange(tmp_path, noop))
    assert landing.read_manifest(tmp_path, large).rows == 4 * CHUNK
    assert CHUNK <= read.most_held <= 2 * CHUNK


def test_letters_are_sent_before_the_file_is_there(tmp_path: Path) -> None:
    single = Range(WHOLE.topic, WHOLE.partition, 100, 101)
    seen: list[bool] = []
    land_range(
        single, lambda _: batches([b"{}"]), never,
        lambda _: seen.append((tmp_path / single.file_name).exists()), WriteRange(tmp_path, noop),
    )  # fmt: skip
    assert (seen, (tmp_path / single.file_name).exists()) == ([False], True)


def test_nothing_is_collected_while_a_range_lands_and_all_is_after_an_error() -> None:
    states: list[bool] = []

    def write(_: Range, chunks: Iterable[landing.Chunk]) -> None:
        states.append(gc.isenabled())
        raise BrokenPipeError

    assert gc.isenabled()
    with pytest.raises(BrokenPipeError):
        land_range(WHOLE, lambda _: batches([]), never, fail, write)
    assert (states, gc.isenabled()) == ([False], True)


class Counted:
    """A reader of equal records that knows how many of them live at the same time."""

    def __init__(self, value: bytes, wanted: Range) -> None:
        self._value, self._wanted = value, wanted
        self._alive: set[weakref.ref[RecordBatch]] = set()
        self.most_held = 0

    def __call__(self, wanted: Range) -> Iterator[RecordBatch]:
        for start in range(wanted.start, wanted.end, POLLED):
            batch = batch_of(
                [Record(wanted.topic, wanted.partition, start + n, 0, None, self._value) for n in range(POLLED)]
            )
            self._alive.add(weakref.ref(batch, self._alive.discard))
            self.most_held = max(self.most_held, POLLED * len(self._alive))
            yield batch


def batches(values: list[bytes]) -> Iterator[RecordBatch]:
    """The values in batches of another length than any chunk."""
    for start in range(0, len(values), POLLED):
        yield batch_of([record(WHOLE.start + start + n, found) for n, found in enumerate(values[start:][:POLLED])])


def record(offset: int, value: bytes) -> Record:
    return Record(WHOLE.topic, WHOLE.partition, offset, 1_780_000_000_000 + offset, b"key", value)


def never(_: RecordBatch) -> dict[int, str]:
    return {}


def fail(rejections: object) -> None:
    raise AssertionError(rejections)
