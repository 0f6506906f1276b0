"""A bad day holds the periods of the router group that it is part of, and nothing else; a good one lets them go again.

All the while somebody polls the published file, and gets whole, judged versions only.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.kafka import topics
from connectors.kafka.cluster import Cluster
from connectors.storage.publications.catalog import read_catalog
from connectors.storage.warehouse import open_warehouse
from flows.orchestration.refresh import Report
from tests.route.reader import reading_along
from tests.scene import MODELS, ROUTER_ALONE, Row, Scene, statuses, write_prices, write_rankings
from tokenshare.errors import ExitCode
from tokenshare.metrics import METRIC_BY_ID, METRICS

pytestmark = [pytest.mark.timeout(900), pytest.mark.slow]
AUTHORS = ("deepseek", "anthropic", "openai", "qwen", "google")
NAMED = [*MODELS, *(f"{author}/model-{number}" for number in range(9) for author in AUTHORS)]
GOOD = [*((model, 1_000_000 * (rank + 1)) for rank, model in enumerate(NAMED)), ("other", 50_000_000)]
ROUTER = [metric.id for metric in METRICS if metric.group == "router"]
SPEND = "router_spend_share_estimated_weekly"  # which follows: tokens at list price
PRICES = sorted(metric.id for metric in METRICS if metric.group == "list_price_daily")
DAILY = ("china_share_trailing7_daily", "fct_usage_daily", "vendor_share_daily")  # a running week has no row to hold
MARKS = ("as_of", "version", "status", "held_since")  # how rows are marked; the numbers are the others
RESTATED = date(2026, 6, 17)  # a day long published, and then stated tripled for a morning
DAY = timedelta(days=1)
START, BASELINE = date(2026, 6, 1), date(2026, 6, 22)

Rows = list[tuple[str, int]]
# What the upstream serves at first instead of a good day, by the check that has to notice.
BAD: dict[str, Callable[[Rows], Rows]] = {
    "other_rows": lambda rows: [row for row in rows if row[0] != "other"],
    "volume_ratio": lambda rows: [(model, 3 * tokens) for model, tokens in rows],
}
FAULTS = [*BAD]
# Fault number n is served two days after the one before: it comes on one morning and is mended on the next.
MORNINGS = {check: BASELINE + DAY * (2 + 2 * n) for n, check in enumerate(FAULTS)}
FAULTY_DAYS = {check: morning - DAY for check, morning in MORNINGS.items()}
SAID = {
    "other_rows": ("0", "1"),
    "volume_ratio": ("3", "0.6 to 1.6"),
}


@dataclass(frozen=True)
class Step:
    """What a pass reported, what readers saw after it, and which faults it opened or resolved."""

    report: Report
    shown: dict[str, list[dict[str, Any]]]
    notices: list[tuple[str, str]]
    periods: list[dict[str, Any]]


def stamp(day: date, hour: int, minute: int = 0) -> str:
    return datetime.combine(day, time(hour, minute), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def serve(day: date, rows: Rows, known_on: date) -> list[Row]:
    return [(stamp(known_on, 2, 5), f"{day}", model, str(tokens or "")) for model, tokens in rows]


def rankings() -> Iterator[Row]:
    """Good days from START on; each bad one is served first, and the good one a day later."""
    faulty = {day: check for check, day in FAULTY_DAYS.items()}
    for day in (START + DAY * n for n in range((max(MORNINGS.values()) - START).days + 1)):
        known_on = day + DAY
        if day in faulty:
            yield from serve(day, BAD[faulty[day]](GOOD), known_on)
            known_on += DAY
            yield from serve(day, [("nobody-mapped/stranger", 0)], known_on)
        yield from serve(day, GOOD, known_on)
    late = max(MORNINGS.values()) + 2 * DAY
    yield from serve(RESTATED, BAD["volume_ratio"](GOOD), late)
    yield from serve(RESTATED, GOOD, late + DAY)


def play(scene: Scene, world: Path, as_of: str) -> Step:
    report = scene.refresh(as_of, world)
    shown = scene.metrics((*ROUTER, "list_price_daily"))
    with open_warehouse(scene.home.warehouse) as connection:
        query = """SELECT split_part(fault_id, '/', 2), 'opened' FROM outbox.faults WHERE opened_run = $run
        UNION ALL SELECT split_part(fault_id, '/', 2), 'resolved' FROM outbox.faults WHERE resolved_run = $run
        ORDER BY ALL"""
        notices = connection.execute(query, {"run": report.run.id}).fetchall()
    return Step(report, shown, notices, read_catalog(scene.home, "held_periods"))


@dataclass(frozen=True)
class Told:
    """The steps by name, and what the reader said, look by look."""

    steps: dict[str, Step]
    looks: list[dict[str, Any]]


@pytest.fixture(scope="module")
def told(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """One home through all of it: step `<check>` is the morning of the fault, `<check> mended` the one after."""
    scene = Scene(tmp_path_factory.mktemp("holds") / "home", broker, ROUTER_ALONE)
    world = write_rankings(tmp_path_factory.mktemp("world"), rankings())
    for hour, price in (("2025-01-01T00:00:00Z", "0.000003"), (stamp(BASELINE + DAY, 1), "3"),
                        (stamp(BASELINE + DAY, 9), "0.000003")):  # fmt: skip
        write_prices(world, hour, {NAMED[0]: (price, "0.000015")})
    write_prices(world, "2025-01-01T00:00:00Z", dict.fromkeys(NAMED[1:], ("0.000001", "0.000002")))
    steps = {"clean": play(scene, world, stamp(BASELINE, 6))}
    with reading_along(scene.home.published_file, tmp_path_factory.mktemp("reader")) as looks:
        steps["price slip"] = play(scene, world, stamp(BASELINE + DAY, 6))
        steps["price mended"] = play(scene, world, stamp(BASELINE + DAY, 12))
        for check, morning in MORNINGS.items():
            steps[check] = play(scene, world, stamp(morning, 6))
            if check == FAULTS[0]:
                steps["lasting"] = play(scene, world, stamp(morning, 12))
            steps[f"{check} mended"] = play(scene, world, stamp(morning + DAY, 6))
        late = max(MORNINGS.values()) + 2 * DAY
        steps["restated"] = play(scene, world, stamp(late, 6))
        steps["restated mended"] = play(scene, world, stamp(late + DAY, 6))
    yield Told(steps, looks)
    topics.delete_prefixed(Cluster(broker, topic_prefix=scene.prefix))


@pytest.fixture(scope="module")
def story(told: Told) -> dict[str, Step]:
    return told.steps


def before(story: dict[str, Step], name: str) -> Step:
    names = list(story)
    return story[names[names.index(name) - 1]]


def numbers(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: value for name, value in row.items() if name not in (*MARKS, "is_provisional")} for row in rows]


def key_of(id: str, row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in METRIC_BY_ID[id].grain)


def period_of(id: str, row: dict[str, Any]) -> date | None:
    return row[METRIC_BY_ID[id].period] if METRIC_BY_ID[id].period else None


def test_a_clean_first_refresh_publishes_everything(story: dict[str, Step]) -> None:
    told = statuses(story["clean"].report)
    assert {told[id] for id in (*ROUTER, "list_price_daily")} == {"published"}
    assert set(told.values()) == {"published", "inactive"}  # the world has no quotes
    assert story["clean"].report.exit_code == ExitCode.OK


@pytest.mark.parametrize("check", FAULTS)
def test_a_bad_day_holds_the_metrics_with_a_row_of_it(story: dict[str, Step], check: str) -> None:
    told = statuses(story[check].report)
    assert {told[id] for id in DAILY} == {"held"}
    assert {told[id] for id in (*ROUTER, SPEND) if id not in DAILY} <= {"published", "unchanged"}
    assert told["list_price_daily"] == "published"
    assert story[check].report.exit_code == ExitCode.HELD
    assert story[check].report.status == "held"


@pytest.mark.parametrize("check", FAULTS)
def test_readers_have_every_other_day_and_none_of_the_bad_one(story: dict[str, Step], check: str) -> None:
    for id in DAILY:
        shown = story[check].shown[id]
        assert numbers(shown) == numbers(before(story, check).shown[id]), id
        assert {row["status"] for row in shown} == {"current"}, id
    assert [(row["metric"], row["period"], row["check"]) for row in story[check].periods] == [
        (id, FAULTY_DAYS[check], check) for id in DAILY
    ]
    assert {row["since"] for row in story[check].periods} == {datetime.fromisoformat(stamp(MORNINGS[check], 6))}


@pytest.mark.parametrize("check", FAULTS)
def test_the_reason_names_check_observed_and_expected(story: dict[str, Step], check: str) -> None:
    observed, expected = SAID[check]
    reasons = {metric.reason for metric in story[check].report.metrics if metric.id in DAILY}
    assert reasons == {f"{check}: observed {observed} at {FAULTY_DAYS[check]}, expected {expected}"}
    assert {(row["observed"], row["expected"]) for row in story[check].periods} == {(observed, expected)}


@pytest.mark.parametrize("check", FAULTS)
def test_the_next_good_answer_lets_the_day_go(story: dict[str, Step], check: str) -> None:
    mended = story[f"{check} mended"]
    assert {statuses(mended.report)[id] for id in DAILY} == {"published"}
    for id in ROUTER:
        assert {row["status"] for row in mended.shown[id]} == {"current"}, id
    assert max(row["usage_date"] for row in mended.shown["fct_usage_daily"]) == MORNINGS[check]
    assert (mended.periods, mended.report.exit_code) == ([], ExitCode.OK)


@pytest.mark.parametrize("check", FAULTS)
def test_each_held_metric_is_on_record_and_told_of_with_its_group(story: dict[str, Step], check: str) -> None:
    opened, resolved = story[check].report.alerts, story[f"{check} mended"].report.alerts
    assert (opened["opened"], opened["resolved"]) == (1, 0)
    assert (resolved["opened"], resolved["resolved"]) == (0, 1)
    assert story[check].notices == [(id, "opened") for id in DAILY]
    assert story[f"{check} mended"].notices == [(id, "resolved") for id in DAILY]


def test_a_hold_that_lasts_is_not_announced_again(story: dict[str, Step]) -> None:
    lasting, first = story["lasting"], before(story, "lasting")
    assert {statuses(lasting.report)[id] for id in DAILY} == {"held"}
    assert (lasting.notices, lasting.periods) == ([], first.periods)
    assert numbers(lasting.shown["fct_usage_daily"]) == numbers(first.shown["fct_usage_daily"])


def test_a_day_restated_wrongly_keeps_its_last_good_rows_marked_as_held(story: dict[str, Step]) -> None:
    step, monday = story["restated"], RESTATED - RESTATED.weekday() * DAY
    for id in ROUTER:
        known = {key_of(id, row): row for row in numbers(before(story, "restated").shown[id])}
        assert all(known.get(key_of(id, row), row) == row for row in numbers(step.shown[id])), id
    held = {
        id: sorted({period_of(id, row) for row in step.shown[id] if row["status"] == "held"} - {None}) for id in ROUTER
    }
    trailing = [RESTATED + n * DAY for n in range(7)]
    assert held.pop("china_share_trailing7_daily") == trailing
    assert held.pop("fct_usage_daily") == held.pop("vendor_share_daily") == [RESTATED]
    assert set(map(tuple, held.values())) == {(monday,)}
    assert {row["status"] for row in story["restated mended"].shown["router_tokens_weekly"]} == {"current"}


def test_a_price_slip_holds_the_prices_alone(story: dict[str, Step]) -> None:
    slip, told = story["price slip"], statuses(story["price slip"].report)
    assert told["list_price_daily"] == "held"
    assert {told[id] for id in ("fct_usage_daily", "vendor_share_daily")} == {"published"}
    assert "held" not in {told[id] for id in ROUTER}
    reason = next(metric.reason for metric in slip.report.metrics if metric.id == "list_price_daily")
    assert "batch_ratio: observed 3000000 at 2026-06-23 deepseek/deepseek-r1" in reason
    day = [row for row in slip.shown["list_price_daily"] if row["price_date"] == BASELINE + DAY]
    assert {row["model_id"] for row in day} == set(NAMED[1:]) | {"deepseek/deepseek-r1"} - {NAMED[0]}
    assert (slip.notices, slip.report.exit_code) == ([(id, "opened") for id in PRICES], ExitCode.HELD)
    assert story["price mended"].notices == [(id, "resolved") for id in PRICES]


def test_no_zero_and_no_half_day_is_ever_shown(story: dict[str, Step]) -> None:
    whole = sum(tokens for _, tokens in GOOD)
    for name, step in story.items():
        for id in ("fct_usage_daily", "vendor_share_daily"):
            days: dict[date, int] = {}
            for row in step.shown[id]:
                assert row["tokens"] > 0, (name, id)
                days[row["usage_date"]] = days.get(row["usage_date"], 0) + row["tokens"]
            assert set(days.values()) == {whole}, (name, id)
            assert len(days) == (max(days) - START).days + 1, (name, id)
        assert {row["tokens"] for row in step.shown["router_tokens_weekly"]} == {7 * whole}, name
        assert all(row["tokens"] for row in step.shown["model_rank_weekly"]), name
        prices = {row["input_usd_per_million"] for row in step.shown["list_price_daily"]}
        assert prices == {3, 1}, name  # the model whose price slips, and the others


def test_every_look_of_a_reader_gets_an_answer_that_is_whole_and_judged(told: Told) -> None:
    assert [look["error"] for look in told.looks if "error" in look] == []
    assert len(told.looks) > len(told.steps) == 10


def test_a_reader_sees_every_version_as_it_comes_and_never_an_older_one_again(told: Told) -> None:
    for metric in ("fct_usage_daily", "vendor_share_daily", "china_share_trailing7_daily", "list_price_daily"):
        seen = [look["versions"][metric] for look in told.looks]
        assert set(seen) == {row["version"] for step in told.steps.values() for row in step.shown[metric]}, metric
        assert seen == sorted(seen), metric
