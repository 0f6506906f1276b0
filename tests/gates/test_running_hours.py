"""Which held candidate of a running hour is put in the place of the one before."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.storage.publications.decisions import Decision
from connectors.storage.warehouse import Connection, open_warehouse
from flows.stages import decide
from tokenshare.metrics import METRIC_BY_ID
from tokenshare.publication import GateOutcome, Publication, Standing, Status, hold_back, in_place

METRIC = METRIC_BY_ID["gateway_token_share_daily"]
AT = datetime(2026, 6, 1, 10, 20, tzinfo=UTC)


def version(number: int, status: Status) -> Publication:
    return Publication(METRIC.id, number, AT, AT, 1, str(number), "", 1, status, AT if status == "held" else None)


SHOWN, HELD, NEXT = version(1, "held"), version(2, "held"), version(3, "held")
STANDING = Standing(SHOWN, HELD, 2)
HOLD = GateOutcome("held", (replace(HELD, status="superseded", held_since=None), SHOWN, NEXT), "a reason")


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    with open_warehouse(tmp_path / "warehouse.duckdb") as connection:
        yield connection


def decided(connection: Connection, outcome: GateOutcome, at: datetime = AT, metric: str = METRIC.id) -> Decision:
    made = Decision(METRIC_BY_ID[metric], outcome, (), "")
    return decide._within_the_hour(connection, made, STANDING, at)


def test_a_candidate_of_the_same_hour_takes_the_place_of_the_one_before(connection: Connection) -> None:
    found = decided(connection, HOLD, AT + timedelta(minutes=39))
    assert found.is_anew
    assert found.outcome == GateOutcome("held", (SHOWN, replace(NEXT, version=2)), "a reason")


def test_that_of_the_next_hour_is_a_new_one_and_so_is_that_of_what_is_fetched(connection: Connection) -> None:
    assert not decided(connection, HOLD, AT + timedelta(minutes=40)).is_anew
    assert not decided(connection, HOLD, metric="router_tokens_weekly").is_anew


def test_a_hold_without_a_candidate_replaces_nothing(connection: Connection) -> None:
    outcome = hold_back(STANDING, "not built", AT)
    assert decided(connection, outcome).outcome == outcome
    unchanged = GateOutcome("held", (replace(HELD, status="superseded"), SHOWN), "a reason")
    assert decided(connection, unchanged).outcome == unchanged


def test_a_version_in_place_leaves_nothing_of_the_one_it_replaces() -> None:
    published = GateOutcome("published", (replace(HELD, status="superseded"), replace(NEXT, status="current")))
    assert in_place(published, HELD).publications == (replace(NEXT, status="current", version=2),)
