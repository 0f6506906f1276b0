"""Which statements a finding leaves out of the next build."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from connectors.storage.warehouse import BUILT, Connection, holds, open_warehouse, show_landed
from tokenshare.held_periods import HeldStatement, PeriodFinding
from tokenshare.metrics import GROUPS

DAY = date(2026, 6, 1)
MODELS = Path(__file__).parents[2] / "dbt" / "models"
STATED = {
    "int_closes_stated": ("session_date", "closes"),
    "int_counts_stated": ("count_date", "counts"),
    "int_rates_stated": ("rate_date", "rates"),
}


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Connection]:
    """A build in which each input of the market values has stated one day."""
    with open_warehouse(tmp_path / "warehouse.duckdb") as connection:
        show_landed(connection, tmp_path)
        connection.execute(f"CREATE SCHEMA {BUILT}")
        for model, (dated, fetch) in STATED.items():
            connection.execute(
                f"CREATE TABLE {BUILT}.{model} AS SELECT ?::DATE AS {dated}, ? AS fetch_id", [DAY, fetch]
            )
        yield connection


def finding(check: str, entity: str = "NVDA") -> PeriodFinding:
    return PeriodFinding("market_cap_daily", "", check, f"{DAY} {entity}", "100", "1 to 10", (DAY,), entity)


def decided(connection: Connection, run: str, selected: tuple[str, ...], held: tuple[HeldStatement, ...]) -> None:
    """The record of an earlier pass."""
    stated = json.dumps([statement._asdict() for statement in held], default=str)
    connection.execute("INSERT INTO decisions.inputs VALUES (?, '', '', '{}', ?, ?)", [run, stated, int(run)])
    moment = datetime(2026, 6, int(run), tzinfo=UTC)
    connection.execute("INSERT INTO ledger.runs VALUES (?, ?, ?, ?, 'published')", [run, moment, moment, moment])
    for fetch in selected:
        span = ["market_cap_daily", DAY, fetch, int(run), int(run)]
        connection.execute("INSERT INTO decisions.provenance VALUES (?, ?, ?, ?, ?)", span)


def left_out(connection: Connection, found: PeriodFinding) -> set[tuple[str, str]]:
    return {(statement.relation, statement.fetch_id) for statement in holds.find(connection, [found])[found]}


def test_a_finding_about_counts_leaves_closes_and_rates_alone(warehouse: Connection) -> None:
    assert left_out(warehouse, finding("count_moved")) == {("int_counts_stated", "counts")}
    assert left_out(warehouse, finding("split_suspected")) == {(model, fetch) for model, (_, fetch) in STATED.items()}


def test_what_an_earlier_pass_held_does_not_come_back_in_the_place_of_what_is_held_now(warehouse: Connection) -> None:
    refused = HeldStatement("int_counts_stated", DAY, "refused", "NVDA")
    other_day = HeldStatement("int_counts_stated", date(2026, 6, 2), "other day", "NVDA")
    decided(warehouse, "1", ("good", "refused"), (refused, other_day))
    assert left_out(warehouse, finding("count_moved")) == {
        ("int_counts_stated", "counts"),
        ("int_counts_stated", "refused"),
    }


def test_what_a_pass_has_let_in_since_may_come_back(warehouse: Connection) -> None:
    decided(warehouse, "1", ("released",), (HeldStatement("int_counts_stated", DAY, "released", "NVDA"),))
    decided(warehouse, "2", ("released",), ())
    assert left_out(warehouse, finding("count_moved")) == {("int_counts_stated", "counts")}


def test_what_numbers_rest_on_already_is_doubted_last(warehouse: Connection) -> None:
    decided(warehouse, "1", ("counts", "rates"), ())
    assert left_out(warehouse, finding("split_suspected")) == {("int_closes_stated", "closes")}


def test_every_finding_is_about_an_input_of_its_group() -> None:
    for group in GROUPS:
        own = {part.model for part in group.provenance if not part.is_borrowed}
        for evidence in group.evidence:
            assert not evidence.about or own & set(evidence.about), (group.id, evidence.name)


def test_what_is_compared_with_its_first_statement_is_the_one_that_stands() -> None:
    """A finding about the newest statement would go on after that one is held, and hold the good ones before it."""
    compared = list(MODELS.rglob("int_*_restated.sql"))
    assert compared
    assert not [path.name for path in compared if "_selected')" not in path.read_text(encoding="utf-8")]
