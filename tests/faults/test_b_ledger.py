"""Losses, found from the ledger and the bounds of the partitions; and planned ranges."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.storage import warehouse
from connectors.storage.landing import gaps
from connectors.storage.landing.gaps import Acceptance
from connectors.storage.warehouse import Connection, ledger, open_warehouse
from flows.stages import losses
from tokenshare.errors import Busy
from tokenshare.noop import noop
from tokenshare.offsets import Landed, Loss, Range
from tokenshare.topics import USAGE_OBSERVED

Record = Callable[[str, Any], None]
TOPIC = USAGE_OBSERVED.name
AT = datetime(2026, 7, 1, tzinfo=UTC)
SEEN = {TOPIC: "first id"}
KEPT = Range(TOPIC, 0, 0, 10)
PLANNED = Range(TOPIC, 0, 10, 14)


def warehouse_of(tmp_path: Path) -> Path:
    """Ten offsets landed, four more planned, of a topic beginning at 0."""
    path = tmp_path / "warehouse.duckdb"
    with open_warehouse(path) as connection:
        ledger.save_topics(connection, SEEN)
        ledger.save_beginnings(connection, {(TOPIC, 0): 0})
        ledger.record_landed(connection, "run", AT, [Landed(KEPT, 0, 10)], noop)
        ledger.intend(connection, "run", [PLANNED])
    return path


@pytest.mark.parametrize(
    ("positions", "identities", "lost"),
    [
        ({(TOPIC, 0): (0, 14)}, SEEN, []),
        ({(TOPIC, 0): (10, 20)}, SEEN, []),
        ({(TOPIC, 0): (12, 20)}, SEEN, [Loss(TOPIC, 0, 10, 12, 12, "deleted")]),
        ({(TOPIC, 0): (0, 12)}, SEEN, [Loss(TOPIC, 0, 12, 14, 10, "truncated")]),
        ({(TOPIC, 0): (0, 7)}, SEEN, [Loss(TOPIC, 0, 7, 10, 7, "truncated", is_retired=True)]),
        ({(TOPIC, 0): (0, 5)}, {TOPIC: "x"}, [Loss(TOPIC, 0, 10, None, 0, "recreated", is_retired=True)]),
        ({(TOPIC, 0): (0, 14), (TOPIC, 1): (0, 3)}, SEEN, []),
        ({(TOPIC, 0): (0, 14), (TOPIC, 1): (2, 3)}, SEEN, [Loss(TOPIC, 1, 0, 2, 2, "deleted")]),
        ({(TOPIC, 0): (0, 14), ("new.v1", 0): (5, 9)}, {**SEEN, "new.v1": "y"}, []),
    ],
    ids=[
        "nothing", "what has landed may go", "planned ones deleted", "planned ones taken back", "read ones taken back",
        "made again", "a partition added", "a partition added and emptied", "a topic not seen before",
    ],
)  # fmt: skip
def test_b11_what_is_lost_is_told_from_the_ledger(
    tmp_path: Path,
    positions: losses.Positions,
    identities: dict[str, str],
    lost: list[Loss],
    record_property: Record,
) -> None:
    """Partitions ending below, beginning above, or different from those in the ledger."""
    with open_warehouse(warehouse_of(tmp_path)) as connection:
        assert list(losses.find(connection, identities, positions)) == lost
    record_property("observed", "; ".join(f"{one.cause} from offset {one.start}" for one in lost))


def accept(connection: Connection, landing: Path, loss: Loss) -> None:
    by = Acceptance("Ada", AT, "run", AT)
    parts = gaps.retire(connection, landing, loss, by) if loss.is_retired else []
    with warehouse.transaction(connection):
        gaps.record(connection, landing, [(loss, parts)], by)


def test_b03_after_planned_ones_are_deleted_the_rest_is_planned_anew(tmp_path: Path, record_property: Record) -> None:
    """Two of four planned offsets deleted, and accepted."""
    with open_warehouse(warehouse_of(tmp_path)) as connection:
        accept(connection, tmp_path, Loss(TOPIC, 0, 10, 12, 12, "deleted"))
        assert ledger.intended(connection) == []
        assert losses.planned(connection, {(TOPIC, 0): (12, 20)}) == [Range(TOPIC, 0, 12, 20)]
    record_property("observed", "the plan goes on behind them")


def test_b06_a_range_that_does_not_begin_where_the_ledger_stands_is_refused(
    tmp_path: Path, record_property: Record
) -> None:
    """A pass commits a range half landed by another meanwhile: compare and set."""
    with open_warehouse(warehouse_of(tmp_path)) as connection:
        late = Landed(Range(TOPIC, 0, 8, 12), 4, 0)
        with pytest.raises(Busy, match="stands at 10, not at 8"):
            ledger.record_landed(connection, "late", AT, [late], noop)
        assert ledger.positions(connection) == {(TOPIC, 0): 10}
    record_property("observed", "refused as busy; the ledger stands where it stood")
