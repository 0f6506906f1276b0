"""Killed in the middle of the decisions: all of them are on record, or none."""

from collections.abc import Callable
from typing import Any

import pytest

from connectors.kafka.cluster import nothing
from connectors.storage import decisions, warehouse
from connectors.storage.decisions import Decision
from connectors.storage.home import Home
from flows.publish import republish
from flows.run import end_process
from tests import forked
from tests.faults.passes import KILLED
from tests.faults.test_r_damage import AS_OF, METRIC, ROWS, decided, once, shown
from tokenshare.metrics import METRIC_BY_ID
from tokenshare.publication import Verdict

__all__ = ["decided", "once"]
pytestmark = pytest.mark.kill
Record = Callable[[str, Any], None]
OTHERS = [METRIC_BY_ID[id] for id in ("list_price_daily", "vendor_share_weekly")]


def decide_half(home: Home) -> None:
    """Three metrics become inactive, and the process ends between them."""
    gone = Verdict("inactive", (), "gone")
    made = [Decision(metric, gone, (), "") for metric in (METRIC, *OTHERS)]
    with warehouse.open_warehouse(home.warehouse) as connection:
        decisions.record(connection, decisions.Run("cut off", AS_OF, "s", "m", {}), made, nothing, end_process)


def test_k12_decisions_that_are_cut_off_are_none(decided: Home, record_property: Record) -> None:
    """kill -9 when two of three decisions are written; then what readers see is made again."""
    assert forked.run(decide_half, decided) == KILLED
    with warehouse.open_warehouse(decided.warehouse) as connection:
        kept = connection.execute("SELECT run FROM decisions.inputs").fetchall()
        states = connection.execute("SELECT metric, state FROM decisions.metric_states").fetchall()
    assert (kept, states) == ([("published",)], [(METRIC.id, "published")])
    republish(decided)
    assert shown(decided) == ROWS
    record_property("observed", "nothing of them is on record; readers see what they saw")
