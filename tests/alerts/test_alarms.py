"""What a pass decided, seen as faults: by which key it is told, what it was that failed, and what is over."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.storage import home, warehouse
from connectors.storage.alert_log import outbox
from connectors.storage.home import Home
from connectors.storage.publications.decisions import Decision
from connectors.storage.warehouse import Connection
from flows import settings
from flows.setup.context import PassContext
from flows.stages import alert_rules
from flows.stages.ingest import NOT_SELECTED, SourceOutcome
from tokenshare.alerting import AlertPlan
from tokenshare.errors import BrokerUnavailable, Busy, Interrupted, RecordsLost, UsageError
from tokenshare.metrics import GROUP_BY_ID, METRIC_BY_ID, METRICS
from tokenshare.publication import Check, GateOutcome

AT, STEP = datetime(2026, 7, 14, 6, tzinfo=UTC), timedelta(hours=6)
ROUTER = [metric.id for metric in METRICS if metric.group == "router"]
OWN = Check("other_rows", "failed", "0 at 2026-07-13", "1")
DERIVED = Check("coherence_group", "failed", "router_tokens_weekly held", "every member passes")
FOLLOWED = Check("followed_groups", "failed", "router held", "all pass")
FOLLOWER = next(metric for metric in METRICS if "router" in GROUP_BY_ID[metric.group].follows.groups)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    home.initialise(Home(tmp_path), "synthetic")
    with warehouse.open_warehouse(Home(tmp_path).warehouse) as found:
        yield found


def held(id: str, *checks: Check) -> Decision:
    return Decision(METRIC_BY_ID[id], GateOutcome("held", (), "why"), checks, "")


def out(id: str) -> Decision:
    return Decision(METRIC_BY_ID[id], GateOutcome("published", ()), (), "")


def see(connection: Connection, number: int, *decided: Decision, sources: tuple[SourceOutcome, ...] = ()) -> AlertPlan:
    """A pass that decides so, put on record."""
    fields: Any = dict.fromkeys(("home", "cluster", "upstreams"))
    at = AT + STEP * number
    run = PassContext(
        id=f"run-{number}", as_of=at, started_at=at, settings=settings.load({}), sources=(), progress=print,
        clock=lambda: at, **fields,
    )  # fmt: skip
    plan = alert_rules.plan_alerts(run, connection, decided, sources)
    with warehouse.transaction(connection):
        outbox.store(connection, plan, run.id, at, ())
    return plan


def told(plan: AlertPlan) -> list[tuple[str, str]]:
    return [(notice.action, notice.key) for notice in plan.notices]


def test_a_group_is_told_of_by_the_member_that_failed_and_with_all_that_follow_it(connection: Connection) -> None:
    first, *others = ROUTER
    plan = see(connection, 0, *(held(id, DERIVED) for id in others), held(FOLLOWER.id, FOLLOWED), held(first, OWN))
    assert told(plan) == [("trigger", "held/router")]
    faults = plan.notices[0].faults
    assert {fault.id for fault in faults} == {f"held/{id}" for id in (*ROUTER, FOLLOWER.id)}
    assert (faults[0].id, faults[0].findings[0].check, faults[0].since) == (f"held/{first}", "other_rows", AT)
    assert told(see(connection, 1, *map(out, ROUTER), out(FOLLOWER.id))) == [("resolve", "held/router")]


def test_a_follower_with_a_reason_of_its_own_is_an_alert_of_its_own(connection: Connection) -> None:
    plan = see(connection, 0, held(ROUTER[0], OWN), held(FOLLOWER.id, FOLLOWED, OWN))
    assert told(plan) == [("trigger", f"held/{FOLLOWER.group}"), ("trigger", "held/router")]


def test_what_shuts_no_gate_may_be_told_all_the_same(connection: Connection) -> None:
    finding = Check("big_move", "failed", "0.3", "0 to 0.1", "alert")
    decided = Decision(METRIC_BY_ID[ROUTER[0]], GateOutcome("published", ()), (finding,), "")
    assert told(see(connection, 0, decided)) == [("trigger", "noticed/router")]
    assert told(see(connection, 1, out(ROUTER[0]))) == [("resolve", "noticed/router")]


def test_a_source_is_over_when_it_answers_and_not_when_nobody_asked(connection: Connection) -> None:
    def after(number: int, status: Any, reason: str = "") -> list[tuple[str, str]]:
        return told(see(connection, number, sources=(SourceOutcome("ecb_rates", status, reason=reason),)))

    assert after(0, "absent", "status 503") == [("trigger", "source/ecb_rates")]
    assert after(1, "skipped", NOT_SELECTED) == after(2, "refused", "no header") == []
    assert after(3, "unchanged") == [("resolve", "source/ecb_rates")]
    assert after(4, "refused", "no header") == [("trigger", "source/ecb_rates")]
    assert after(5, "skipped", "switched off by TOKENSHARE_SOURCES_OFF") == [("resolve", "source/ecb_rates")]


def land(connection: Connection, run: str, topic: str, rejected: int, day: int) -> None:
    at = AT + STEP * day
    connection.execute("INSERT OR IGNORE INTO ledger.runs VALUES (?, ?, ?, NULL, 'crashed')", [run, AT, at])
    connection.execute(
        "INSERT INTO ledger.landed SELECT ?, 0, count(*), count(*) + 1, 1, ?, ?, ? FROM ledger.landed",
        [topic, rejected, run, at],
    )


def decide(connection: Connection, run: str, day: int) -> None:
    connection.execute("INSERT INTO decisions.inputs VALUES (?, '', '', '{}', NULL, 1)", [run])
    connection.execute(
        "INSERT OR REPLACE INTO ledger.runs VALUES (?, ?, ?, NULL, 'finished')", [run, AT, AT + STEP * day]
    )


def test_dead_letters_are_told_also_of_a_pass_that_was_killed_after_landing_them(connection: Connection) -> None:
    land(connection, "killed", "usage.observed.v1", 3, 0)
    plan = see(connection, 0)
    assert told(plan) == [("trigger", "dead_letter/usage.observed.v1")]
    assert plan.notices[0].faults[0].reason == "3 records break the contract"
    decide(connection, "run-0", 0)
    assert told(see(connection, 1)) == []  # nothing of that topic has landed since
    land(connection, "run-2", "usage.observed.v1", 0, 2)
    assert told(see(connection, 2)) == [("resolve", "dead_letter/usage.observed.v1")]


def test_records_of_others_are_told_of_apart(connection: Connection) -> None:
    land(connection, "run-0", "usage.observed.v1", 5, 0)
    connection.execute("INSERT INTO ledger.strangers VALUES ('usage.observed.v1', 0, 0, 3, 3)")
    (notice,) = see(connection, 0).notices
    assert [fault.reason for fault in notice.faults] == [
        "2 records break the contract; 3 records do not prove that this home wrote them"
    ]


def test_dead_letters_that_somebody_settled_are_over_and_files_put_together_are_no_news(connection: Connection) -> None:
    topic = "usage.observed.v1"
    land(connection, "run-0", topic, 1, 0)
    assert told(see(connection, 0)) == [("trigger", f"dead_letter/{topic}")]
    decide(connection, "run-0", 0)
    connection.execute("UPDATE ledger.landed SET run_id = 'a compaction', landed_at = ?", [AT + STEP])
    assert told(see(connection, 1)) == []
    connection.execute("INSERT INTO ledger.dead_letters VALUES (?, 0, 0, 'dropped', 'Ada', 'a test', ?)", [topic, AT])
    assert told(see(connection, 2)) == [("resolve", f"dead_letter/{topic}")]


def test_skipped_passes_are_told_once_together(connection: Connection) -> None:
    for id in ("a", "b"):
        connection.execute("INSERT INTO ledger.skips VALUES (?, ?, 'pid 1')", [id, AT])
    (notice,) = see(connection, 0).notices
    assert (notice.key, [fault.subject for fault in notice.faults]) == ("skipped", ["a", "b"])
    assert told(see(connection, 1)) == [("resolve", "skipped")]
    assert told(see(connection, 2)) == []


@pytest.mark.parametrize(
    ("error", "key", "page"),
    [
        (BrokerUnavailable("no broker", "start it"), "pass/broker", "broker_unavailable"),
        (RecordsLost("gone", "begin anew"), "pass/records_lost", "records_lost"),
        (KeyError("canary"), "pass/bug", "pass_failed"),
    ],
)
def test_a_pass_that_does_not_get_through_is_told_and_over_with_one_that_does(
    connection: Connection, error: Exception, key: str, page: str
) -> None:
    assert alert_rules.is_alarming(error)
    plan = alert_rules.plan_failure_alerts(connection, "failed", AT, AT, error)
    assert told(plan) == [("trigger", key)]
    (fault,) = plan.notices[0].faults
    assert fault.runbook == page
    assert "canary" not in fault.reason
    outbox.store(connection, plan, "failed", AT, ())
    assert told(alert_rules.plan_failure_alerts(connection, "again", AT, AT, error)) == []
    assert told(see(connection, 1)) == [("resolve", key)]


@pytest.mark.parametrize("error", [UsageError("x"), Busy("x"), Interrupted("x")])
def test_what_only_a_person_can_have_got_wrong_alarms_nobody(error: Exception) -> None:
    assert not alert_rules.is_alarming(error)
