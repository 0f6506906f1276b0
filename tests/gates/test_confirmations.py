"""Gates that confirm a version: the first and the newest stay on record, and each with a check that did not pass."""

from datetime import UTC, datetime
from pathlib import Path

from connectors.storage.publications import decisions
from connectors.storage.publications.decisions import Decision, DecisionContext
from connectors.storage.warehouse import open_warehouse
from tokenshare.metrics import METRIC_BY_ID
from tokenshare.publication import Check, GateOutcome, Publication

WEEKLY = METRIC_BY_ID["router_tokens_weekly"]
AT = datetime(2026, 6, 1, tzinfo=UTC)


def decision(version: int, *outcomes: str) -> Decision:
    checks = tuple(Check(f"check {number}", outcome, "", "") for number, outcome in enumerate(outcomes))  # type: ignore[arg-type]
    published = Publication(WEEKLY.id, version, AT, AT, 1, "", "", len(checks), "current")
    return Decision(WEEKLY, GateOutcome("unchanged", (published,)), checks, "")


def test_a_passed_gate_between_the_first_and_the_newest_leaves(tmp_path: Path) -> None:
    gates = {
        "1": decision(1, "passed", "passed"),
        "2": decision(1, "passed", "passed"),
        "3": decision(1, "passed", "failed"),
        "4": decision(1, "passed", "passed"),
        "5": decision(1, "passed", "passed"),
        "6": decision(2, "passed", "passed"),
        "7": decision(2, "passed", "passed"),
    }
    with open_warehouse(tmp_path / "warehouse.duckdb") as connection:
        for run, decided in gates.items():
            decisions._store_checks(connection, DecisionContext(run, AT, "", "", {}), [decided])
        kept = connection.execute("SELECT run, count(*) FROM decisions.gate_results GROUP BY ALL ORDER BY ALL")
        assert kept.fetchall() == [("1", 2), ("3", 2), ("5", 2), ("6", 2), ("7", 2)]
