"""Records of others beside ours: counted apart, so that they neither hold a metric nor hide our own dead letters."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.storage import landing
from connectors.storage.alert_log import alert_inputs
from connectors.storage.landing import compaction, dead_letters, gaps
from connectors.storage.landing.dead_letters import DeadLetterOutcome
from connectors.storage.landing.file_replacement import Change
from connectors.storage.landing.gaps import Acceptance
from connectors.storage.warehouse import Connection, ledger, open_warehouse, transaction
from tokenshare.noop import noop
from tokenshare.offsets import Landed, Loss, Range, RecordId, UnprovenRun, unproven_runs
from tokenshare.topics import RELEASE_OBSERVED

TOPIC = RELEASE_OBSERVED.name
AT = datetime(2026, 7, 1, tzinfo=UTC)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    with open_warehouse(tmp_path / "warehouse.duckdb") as found:
        yield found


def land(connection: Connection, *manifests: Landed) -> None:
    ledger.record_landed(connection, "run", AT, manifests, noop)


def part(start: int, end: int, rejected: int, *unproven: UnprovenRun) -> Landed:
    """A range without holes: what is not rejected has landed."""
    return Landed(Range(TOPIC, 0, start, end), end - start - rejected, rejected, unproven)


def counts(connection: Connection) -> list[tuple[int, int]]:
    """Open dead letters and records among the newest."""
    return [(letters, records) for _, letters, records in alert_inputs.read_dead_letter_counts(connection)]


def settle(connection: Connection, offset: int, outcome: str) -> None:
    dead_letters.record(connection, RecordId(TOPIC, 0, offset), DeadLetterOutcome(outcome, "Ada", "a test", AT))


def test_unproven_records_in_a_row_are_one_run_also_over_offsets_without_a_record() -> None:
    offsets = (3, 4, 6, 7, 9, 12)
    assert unproven_runs(offsets, {4, 6, 9, 12}) == (UnprovenRun(4, 7, 2), UnprovenRun(9, 13, 2))
    assert unproven_runs(offsets, ()) == unproven_runs([], {3}) == ()


def test_a_file_states_them_and_is_as_before_without_any(tmp_path: Path) -> None:
    range, run = Range(TOPIC, 0, 0, 9), UnprovenRun(2, 5, 3)
    stated = landing.write(tmp_path, RELEASE_OBSERVED, range, [], 4, unproven=(run,))
    assert landing.read_manifest(tmp_path, range) == stated == Landed(range, 0, 4, (run,))
    assert landing.UNPROVEN in (tmp_path / range.file_name).read_bytes()
    landing.write(tmp_path, RELEASE_OBSERVED, range, [], 4)
    assert landing.read_manifest(tmp_path, range) == Landed(range, 0, 4)
    assert landing.UNPROVEN not in (tmp_path / range.file_name).read_bytes()


def test_they_are_neither_dead_letters_nor_records_of_the_share(connection: Connection) -> None:
    land(connection, part(0, 60, 50, UnprovenRun(10, 60, 50)))
    assert counts(connection) == []
    land(connection, part(60, 70, 3, UnprovenRun(62, 64, 2)))
    assert counts(connection) == [(1, 10 + 8)]


def test_many_of_them_do_not_make_our_own_dead_letters_old(connection: Connection) -> None:
    land(connection, part(0, 100, 10), part(100, 1100, 1000, UnprovenRun(100, 1100, 1000)))
    assert counts(connection) == [(10, 100)]
    land(connection, part(1100, 1600, 0))
    assert counts(connection) == []


def test_a_dropped_one_is_left_out_once(connection: Connection) -> None:
    land(connection, part(0, 12, 3, UnprovenRun(10, 12, 2)))
    settle(connection, 10, "dropped")
    assert counts(connection) == [(1, 10)]
    settle(connection, 9, "dropped")
    assert counts(connection) == []


def test_one_that_a_secret_put_back_has_proven_is_a_record(connection: Connection) -> None:
    land(connection, part(0, 12, 3, UnprovenRun(10, 12, 2)))
    connection.execute("UPDATE ledger.landed SET rows = rows + 1, rejected = rejected - 1")
    settle(connection, 11, "redriven")
    assert counts(connection) == [(1, 11)]


def test_a_range_read_again_is_counted_anew(connection: Connection) -> None:
    land(connection, part(0, 12, 2), part(12, 24, 2, UnprovenRun(12, 14, 2)))
    with transaction(connection):
        ledger.replace_strangers(connection, part(0, 12, 2, UnprovenRun(0, 1, 1)))
    assert counts(connection) == [(1, 21)]
    with transaction(connection):
        ledger.replace_strangers(connection, part(12, 24, 2))
    assert counts(connection) == [(3, 23)]


def test_merged_files_count_as_before(connection: Connection, tmp_path: Path) -> None:
    for range, rejected, *unproven in (
        (Range(TOPIC, 0, 0, 4), 3, UnprovenRun(1, 4, 3)),
        (Range(TOPIC, 0, 4, 9), 5, UnprovenRun(6, 9, 3)),
    ):
        land(connection, landing.write(tmp_path, RELEASE_OBSERVED, range, [], rejected, unproven=unproven))
    before = counts(connection)
    assert before == [(2, 2)]
    assert len(compaction.compact(connection, tmp_path, 100, Change("compact", AT))) == 1
    assert counts(connection) == before


def test_those_of_retired_offsets_say_nothing_of_the_records_given_their_places(
    connection: Connection, tmp_path: Path
) -> None:
    land(connection, part(0, 12, 2, UnprovenRun(10, 12, 2)))
    loss = Loss(TOPIC, 0, 0, None, 0, "recreated", is_retired=True)
    gaps.record(connection, tmp_path, [(loss, [])], Acceptance("Ada", AT, "run", AT))
    land(connection, part(0, 12, 2))
    assert counts(connection) == [(2, 12)]
