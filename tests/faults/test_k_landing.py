"""Killed between plan and decision: ranges, sent letters, a ledger with a cut log, half a decision."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.kafka import dead_letter_reader, producer
from connectors.kafka.producer import Message
from connectors.storage import warehouse
from connectors.storage.home import Home
from connectors.storage.publications import decisions
from connectors.storage.publications.decisions import Decision
from connectors.storage.warehouse import ledger, open_warehouse
from flows.setup.context import end_process
from flows.stages.publish import republish
from tests import forked
from tests.faults.stages import NAME, cluster_of, land_killed, land_now, landed, owed, usage
from tests.faults.subprocess_runs import KILLED
from tests.faults.test_r_damage import AS_OF, METRIC, ROWS, decided, once, shown
from tests.kafka.test_producer import read
from tests.scene import Scene
from tokenshare.metrics import METRIC_BY_ID
from tokenshare.noop import noop
from tokenshare.offsets import Landed, Range
from tokenshare.publication import GateOutcome
from tokenshare.topics import USAGE_OBSERVED

__all__ = ["decided", "once"]
pytestmark = [pytest.mark.kill, pytest.mark.timeout(900), pytest.mark.slow]
Record = Callable[[str, Any], None]
AT = datetime(2026, 7, 1, tzinfo=UTC)
FIRST, SECOND = Range(NAME, 0, 0, 10), Range(NAME, 0, 10, 25)
OTHERS = [METRIC_BY_ID[id] for id in ("list_price_daily", "vendor_share_weekly")]
STRIDE, RECORD_BYTES = 97, 64  # steps through the transaction; its last bytes, with the record that commits it


@pytest.mark.long
def test_k05_planned_ranges_land_as_planned_and_newer_records_after_them(mill: Scene, record_property: Record) -> None:
    """kill -9 when a range is planned and nothing has landed; more records come before the next pass."""
    cluster = cluster_of(mill)
    producer.send(cluster, [Message(NAME, b"one key", value) for value in usage(range(5))])
    assert land_killed(mill, "plan.after") == KILLED
    producer.send(cluster, [Message(NAME, b"one key", value) for value in usage(range(5, 8))])
    ranges = [(one.range.start, one.range.end) for one in land_now(mill) if one.range.topic == NAME]
    assert ranges == [(0, 5), (5, 8)]
    assert landed(mill) == (8, 8)
    record_property("observed", "offsets 0 to 4 as planned, then 5 to 7")


def test_k07_letters_that_are_out_twice_count_once(mill: Scene, record_property: Record) -> None:
    """kill -9 when a range's dead letters are acknowledged and its file is not in place; then the range again."""
    cluster = cluster_of(mill)
    good, bad = usage(range(20)), [b"{", b"[]", b"\xff"]
    producer.send(cluster, [Message(NAME, b"one key", value) for value in [*good, *bad]])
    assert land_killed(mill, "land.during") == KILLED
    assert owed(mill) == {}
    assert list(mill.home.landing.rglob("*.parquet")) == []
    out = len(read(cluster, USAGE_OBSERVED.dead_letter))
    assert out == len(bad)
    (found,) = [one for one in land_now(mill) if one.range.topic == NAME]
    assert (found.rows, found.rejected) == (len(good), len(bad))
    assert landed(mill) == (len(good), len(good))
    assert len(read(cluster, USAGE_OBSERVED.dead_letter)) == 2 * len(bad)
    assert len(dead_letter_reader.read(cluster, [NAME])) == len(bad)
    record_property("observed", f"{2 * len(bad)} letters of {len(bad)} origins, {len(good)} rows, 0 lost")


@pytest.fixture(scope="module")
def torn(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int, int]:
    """A ledger after a power cut: one range checkpointed, one in the log; returns the begin and end of the second."""
    folder = tmp_path_factory.mktemp("ledger")
    path = folder / "warehouse.duckdb"
    with open_warehouse(path) as connection:
        land_one(connection, FIRST)
    with open_warehouse(path) as connection:
        log = Path(f"{path}.wal")
        connection.execute("SET wal_autocheckpoint = '1GB'")
        ledger.intend(connection, "run", [SECOND])
        begins = log.stat().st_size
        land_one(connection, SECOND)
        ends = log.stat().st_size
        for file in (path, log):
            shutil.copy(file, folder / f"{file.name}.kept")
    return folder, begins, ends


def land_one(connection: warehouse.Connection, wanted: Range) -> None:
    """Land that range of two partitions, in one transaction."""
    both = [replace(wanted, partition=partition) for partition in (0, 1)]
    landed = [Landed(one, one.end - one.start - 1, 1) for one in both]
    ledger.record_landed(connection, "run", AT, landed, noop)


def test_k08_a_log_cut_at_any_byte_holds_all_or_nothing(
    torn: tuple[Path, int, int], tmp_path: Path, record_property: Record
) -> None:
    """The write-ahead log of the ledger cut at each byte of its last record, and at every 97th of all before."""
    folder, begins, ends = torn
    assert ends > begins > 0
    places = sorted({*range(0, ends, STRIDE), *range(max(begins, ends - RECORD_BYTES), ends + 1)})
    kept = {place: reached_after(folder, tmp_path / str(place), place) for place in places}
    assert set(kept.values()) == {10, 25}
    assert [place for place, reached in kept.items() if reached == 25] == [ends]
    record_property("observed", f"cut at {len(places)} of {ends} bytes: before or after, and it lands on each time")


def reached_after(folder: Path, here: Path, place: int) -> int:
    """The position of a ledger with so many bytes of its log; the rest then lands."""
    here.mkdir()
    path = here / "warehouse.duckdb"
    shutil.copy(folder / "warehouse.duckdb.kept", path)
    Path(f"{path}.wal").write_bytes((folder / "warehouse.duckdb.wal.kept").read_bytes()[:place])
    with open_warehouse(path) as connection:
        found = connection.execute("SELECT count(*), sum(rows), sum(rejected) FROM ledger.landed").fetchone()
        reached = ledger.positions(connection)[NAME, 0]
        assert found == {10: (2, 18, 2), 25: (4, 46, 4)}[reached]
        pending = ledger.intended(connection)
        assert pending == ([] if reached == 25 else pending[:1])
        if reached == 10:
            land_one(connection, SECOND)
        assert ledger.positions(connection) == {(NAME, 0): 25, (NAME, 1): 25}
    shutil.rmtree(here)
    return reached


def decide_half(home: Home) -> None:
    """Three metrics become inactive, and the process ends between them."""
    gone = GateOutcome("inactive", (), "gone")
    made = [Decision(metric, gone, (), "") for metric in (METRIC, *OTHERS)]
    with warehouse.open_warehouse(home.warehouse) as connection:
        decisions.record(connection, decisions.DecisionContext("cut off", AS_OF, "s", "m", {}), made, noop, end_process)


def test_k12_decisions_that_are_cut_off_are_none(decided: Home, record_property: Record) -> None:
    """kill -9 after two of three decisions are written; then the published file is made again."""
    assert forked.run(decide_half, decided) == KILLED
    with warehouse.open_warehouse(decided.warehouse) as connection:
        kept = connection.execute("SELECT run FROM decisions.inputs").fetchall()
        states = connection.execute("SELECT metric, state FROM decisions.metric_states").fetchall()
    assert (kept, states) == ([("published",)], [(METRIC.id, "published")])
    republish(decided)
    assert shown(decided) == ROWS
    record_property("observed", "nothing of them is on record; readers see what they saw")
