"""Impossible moments, and an edited attribution: as records, in front of the gate, and in the models."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.storage import home, warehouse
from connectors.storage.home import Home
from connectors.storage.warehouse import Connection
from flows.stages.causes import Changes
from flows.stages.dbt import Project
from tests.faults.models import LEAP, build
from tests.gates.consistent import AS_OF, case, shut
from tokenshare.codec import decode, encode
from tokenshare.errors import ContractViolation
from tokenshare.events import UsageObserved
from tokenshare.topics import USAGE_OBSERVED

Record = Callable[[str, Any], None]
AT = datetime(2026, 6, 15, 5, tzinfo=UTC)
DAY = timedelta(days=1)
GOOD = json.loads(
    encode(
        UsageObserved.identified(
            source_id="openrouter_rankings", observed_at=AT, fetch_id="f" * 32, usage_date=date(2026, 6, 14),
            model_permaslug="a/b", tokens=1, as_of=AT,
        )
    )
)  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("usage_date", "2026-06-17"),
        ("usage_date", "2036-06-14"),
        ("usage_date", "1970-01-01"),
        ("usage_date", 20618),
        ("usage_date", 1778371200000),
        ("usage_date", "1778371200000"),
        ("observed_at", 1781499600),
        ("observed_at", 1781499600000),
        ("observed_at", "2026-06-15T05:00:00"),
        ("observed_at", "2026-06-15T05:00:00+08:00"),
    ],
)
def test_t04_a_record_of_a_moment_that_cannot_be_is_no_event(field: str, value: Any, record_property: Record) -> None:
    """A day to come, in ten years, at the epoch; seconds and milliseconds; a moment without a zone, and in another."""
    with pytest.raises(ContractViolation) as refusal:
        decode(USAGE_OBSERVED, json.dumps(GOOD | {field: value}).encode())
    if isinstance(value, str) and value[4:5] == "-" and field == "usage_date":
        assert "event_time_implausible" in str(refusal.value)
    record_property("observed", f"a dead letter: {str(refusal.value)[19:90]}")


@pytest.mark.parametrize("days", [0, 1])
def test_t04_a_day_more_or_less_of_two_clocks_is_no_fault(days: int, record_property: Record) -> None:
    """A record of the day of its observation, and of the day after."""
    day = AT.date() + days * DAY
    assert decode(USAGE_OBSERVED, json.dumps(GOOD | {"usage_date": f"{day}"}).encode())
    record_property("observed", "an event")


@pytest.mark.parametrize("days", [-2, -365, -3650])
def test_t04_a_day_to_come_makes_nothing_fresh(days: int, record_property: Record) -> None:
    """The newest day of a metric lies two days, a year and ten years ahead."""
    id = "router_tokens_weekly"
    assert "freshness" in shut(replace(case(id), as_of=AS_OF + days * DAY))[id]
    record_property("observed", "held by freshness")


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    home.initialise(Home(tmp_path), "synthetic")
    with warehouse.open_warehouse(Home(tmp_path).warehouse) as found:
        found.execute("INSERT INTO ledger.runs VALUES ('run', ?, ?, ?, 'finished')", [AT, AT, AT])
        found.execute("INSERT INTO decisions.inputs VALUES ('run', 'seeds', 'models', '{}', NULL, 1)")
        yield found


@pytest.mark.parametrize(
    ("project", "cause"),
    [
        (Project("seeds", "models"), "upstream"),
        (Project("other seeds", "models"), "attribution"),
        (Project("seeds", "other models"), "methodology"),
    ],
)
def test_d12_a_restatement_names_its_cause(
    connection: Connection, project: Project, cause: str, record_property: Record
) -> None:
    """Seeds or SQL are others than those of the newest decision."""
    assert Changes.since_last(connection, project, {}).cause == cause
    record_property("observed", f"cause: {cause}")


def test_d12_an_edited_attribution_moves_its_tokens_and_no_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record_property: Record
) -> None:
    """An unmapped author is given to a vendor."""
    models = build(tmp_path, monkeypatch)
    shares = "select vendor_id, tokens from metrics.vendor_share_weekly where week_start_date = ?"
    with models.open() as found:
        before = dict(found.execute(shares, [LEAP]).fetchall())
        found.execute("insert into seeds.authors by name select 'nobody' as author, 'deepseek' as vendor_id")
        models.run(found)
        after = dict(found.execute(shares, [LEAP]).fetchall())
    moved = before["unknown"] - after["unknown"]
    assert moved == after["deepseek"] - before["deepseek"] == 7 * 15
    assert after["openai"] == before["openai"]
    record_property("observed", f"{moved} tokens went from unknown to deepseek")
