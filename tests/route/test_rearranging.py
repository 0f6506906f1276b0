"""Landed files merged, taken apart and read again: the same rows whatever happens, also to a process that is killed."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from connectors.storage import landing, warehouse
from connectors.storage.home import Home
from connectors.storage.landing import compaction, dead_letters, file_replacement
from connectors.storage.landing.dead_letters import DeadLetterOutcome
from connectors.storage.landing.file_replacement import Change
from connectors.storage.warehouse import ledger, open_warehouse
from tokenshare.errors import UsageError
from tokenshare.events import UsageObserved
from tokenshare.noop import noop
from tokenshare.offsets import Landed, Range, Record, RecordId
from tokenshare.topics import USAGE_OBSERVED

TOPIC = USAGE_OBSERVED.name
AT = datetime(2026, 7, 1, 5, tzinfo=UTC)
FILES = [Range(TOPIC, 0, 0, 4), Range(TOPIC, 0, 4, 5), Range(TOPIC, 0, 5, 9), Range(TOPIC, 1, 0, 3)]
BAD = 6  # an offset of partition 0 that was rejected
forks = multiprocessing.get_context("fork")


def row(partition: int, offset: int) -> tuple[Record, UsageObserved]:
    event = UsageObserved.identified(
        source_id="openrouter_rankings", observed_at=AT, fetch_id="f" * 32, usage_date=date(2026, 6, 30),
        model_permaslug=f"a/m{partition}-{offset}", tokens=offset + 1, as_of=AT,
    )  # fmt: skip
    return Record(TOPIC, partition, offset, 1_780_000_000_000 + offset, b"k", b"v"), event


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Four landed files of two partitions; one record was rejected."""
    mine = Home(tmp_path / "home")
    mine.build.mkdir(parents=True)
    land(mine, FILES)
    return mine


def land(home: Home, ranges: Sequence[Range]) -> None:
    manifests = [
        landing.write(home.landing, USAGE_OBSERVED, r, [row(r.partition, n) for n in offsets(r)], rejected(r))
        for r in ranges
    ]
    with open_warehouse(home.warehouse) as connection:
        ledger.intend(connection, "run", ranges)
        ledger.record_landed(connection, "run", AT, manifests, noop)
        warehouse.show_landed(connection, home.landing)


def offsets(range_: Range) -> list[int]:
    return [n for n in range(range_.start, range_.end) if (range_.partition, n) != (0, BAD)]


def rejected(range_: Range) -> int:
    return range_.end - range_.start - len(offsets(range_))


def rows(home: Home) -> list[Any]:
    with open_warehouse(home.warehouse) as connection:
        return connection.execute(f"SELECT * FROM raw.{USAGE_OBSERVED.table} ORDER BY ALL").fetchall()


def landed_in(home: Home) -> list[Landed]:
    with open_warehouse(home.warehouse) as connection:
        assert connection.execute("SELECT * FROM ledger.pending").fetchall() == []
        return [landed for at in (0, 1) for landed in file_replacement.read_landed(connection, TOPIC, at)]


def files(home: Home) -> set[str]:
    return {str(path.relative_to(home.landing)) for path in home.landing.rglob("*") if path.is_file()}


def is_whole(home: Home) -> bool:
    """Ledger, files and rows agree, and no offset is missing or there twice."""
    found = landed_in(home)
    follows = [a.end == b.start for a, b in pairwise(landed.range for landed in found) if a.partition == b.partition]
    told = [landing.read_manifest(home.landing, landed.range) == landed for landed in found]
    return all(follows) and all(told) and files(home) == {landed.range.file_name for landed in found}


def compact(home: Home, records: int = 100, midway: Callable[[], None] = noop) -> list[Any]:
    with open_warehouse(home.warehouse) as connection:
        file_replacement.delete_obsolete(connection, home.landing)
        return compaction.compact(connection, home.landing, records, Change("compact", AT, midway))


def test_neighbours_become_one_file_with_the_same_rows(home: Home) -> None:
    before = rows(home)
    assert [(merged.range, merged.files, merged.rows) for merged in compact(home)] == [(Range(TOPIC, 0, 0, 9), 3, 8)]
    assert rows(home) == before
    assert files(home) == {f"{TOPIC}/0/0-9.parquet", f"{TOPIC}/1/0-3.parquet"}
    assert is_whole(home)
    assert compact(home) == []


@pytest.mark.parametrize("row_group", [2, 3, 8, 100])
def test_a_merged_file_is_what_its_range_would_have_landed_as(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, row_group: int
) -> None:
    monkeypatch.setattr(landing, "ROW_GROUP", row_group)
    before = rows(home)
    compact(home)
    assert rows(home) == before
    whole = Range(TOPIC, 0, 0, 9)
    landing.write(tmp_path / "at once", USAGE_OBSERVED, whole, [row(0, n) for n in offsets(whole)], 1)
    assert (home.landing / whole.file_name).read_bytes() == (tmp_path / "at once" / whole.file_name).read_bytes()


def test_no_file_grows_beyond_the_setting(home: Home) -> None:
    assert [merged.range for merged in compact(home, 5)] == [Range(TOPIC, 0, 0, 5)]
    assert is_whole(home)


def test_a_file_waits_until_what_came_after_it_is_as_large(home: Home) -> None:
    """Merging after every landing writes a record few times: once for each doubling."""
    written = 0
    for end in range(9, 41):
        land(home, [Range(TOPIC, 0, end, end + 1)])
        written += sum(merged.rows for merged in compact(home) if merged.range.partition == 0)
    assert written < 5 * 41
    assert len([found for found in landed_in(home) if found.range.partition == 0]) < 7
    assert is_whole(home)


def test_files_on_both_sides_of_a_gap_stay_apart(home: Home) -> None:
    with open_warehouse(home.warehouse) as connection:
        connection.execute("DELETE FROM ledger.landed WHERE start_offset = 4")
        assert list(compaction._groups(connection, 100)) == []


def hold_again(home: Home) -> None:
    """What the next holder of the home does before anything else."""
    with open_warehouse(home.warehouse) as connection:
        file_replacement.delete_obsolete(connection, home.landing)


def killed(home: Home, work: Callable[[Home, Callable[[], None]], None], step: int) -> bool:
    """Runs work in a process that is killed when it comes by for the n-th time; whether it came so far."""
    process = forks.Process(target=_until, args=(home, work, step))
    process.start()
    process.join(60)
    assert process.exitcode in (0, -signal.SIGKILL)
    return process.exitcode != 0


def _until(home: Home, work: Callable[[Home, Callable[[], None]], None], step: int) -> None:
    left = [step]

    def midway() -> None:
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    work(home, midway)
    os._exit(0)


@pytest.mark.parametrize("step", range(4))
def test_a_kill_leaves_it_as_it_was_or_merged(home: Home, step: int) -> None:
    before, was = rows(home), landed_in(home)
    is_killed = killed(home, lambda mine, midway: compact(mine, midway=midway) and None, step)
    assert is_killed == (step < 3)
    assert rows(home) == before
    is_merged = landed_in(home) != was
    assert is_merged == (step >= 2)
    hold_again(home)
    assert is_whole(home)
    compact(home)
    assert is_whole(home)
    assert rows(home) == before


def redrive(home: Home, midway: Callable[[], None] = noop) -> None:
    id = RecordId(TOPIC, 0, BAD)
    with open_warehouse(home.warehouse) as connection:
        file_replacement.delete_obsolete(connection, home.landing)
        whole = dead_letters.containing(connection, id)
        assert whole
        if not dead_letters.is_landed(home.landing, whole, id):
            outcome = DeadLetterOutcome("redriven", "Ada", "mended", AT)
            dead_letters.land(
                connection, home.landing, whole, row(0, BAD), Change("redrive", AT, midway),
                lambda: dead_letters.record(connection, id, outcome),
            )  # fmt: skip


@pytest.mark.parametrize("step", range(6))
def test_a_redriven_record_lands_once_under_its_own_coordinates(home: Home, step: int) -> None:
    before = rows(home)
    killed(home, redrive, step)
    hold_again(home)
    assert is_whole(home)
    redrive(home)
    redrive(home)
    assert len(rows(home)) == len(before) + 1
    assert [r for r in rows(home) if r not in before] == [r for r in rows(home) if f"a/m0-{BAD}" in r]
    assert is_whole(home)
    assert sum(landed.rejected for landed in landed_in(home)) == 0
    compact(home)
    assert len(rows(home)) == len(before) + 1
    assert is_whole(home)


def test_a_single_record_of_a_file_of_its_own_is_redriven_in_place(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.build.mkdir(parents=True)
    alone = Range(TOPIC, 0, BAD, BAD + 1)
    manifest = landing.write(home.landing, USAGE_OBSERVED, alone, [], 1)
    with open_warehouse(home.warehouse) as connection:
        ledger.record_landed(connection, "run", AT, [manifest], noop)
    redrive(home)
    assert len(rows(home)) == 1
    assert is_whole(home)


def test_a_file_that_is_missing_names_the_command_that_brings_it_back(home: Home) -> None:
    (home.landing / FILES[0].file_name).unlink()
    with open_warehouse(home.warehouse) as connection, pytest.raises(UsageError, match=r"land --range .*:0:0-4"):
        warehouse.show_landed(connection, home.landing)
