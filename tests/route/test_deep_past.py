"""Nineteen real months in one home, asked before and after the upstream restated sixty days of the spring before."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from connectors.kafka import topics
from connectors.kafka.cluster import Cluster
from flows.orchestration.refresh import Report
from flows.queries.verify import verify
from tests.dbt.test_recorded import WEEKS, as_printed
from tests.scene import ROUTER_ALONE, Scene, read_rankings, statuses

pytestmark = [pytest.mark.recorded, pytest.mark.long, pytest.mark.timeout(1800)]

JULY, AUGUST, AGAIN = "2026-07-20T06:00:00+00:00", "2026-08-03T06:00:00+00:00", "2026-08-03T06:10:00+00:00"
DAYS, ROWS, RESTATED = 73, 3_723, 3_008
GONE = ("2026-03-24", "openai/gpt-5.4-mini-20260317")
COLUMNS = (
    *("total_tokens", "identified_tokens", "lineage_tokens", "attributed_stealth_tokens", "unknown_tokens"),
    *("china_identified_share", "china_origin_share", "lower_bound", "upper_bound", "china_top10_share"),
    *("chinese_in_top5", "free_tokens"),
)
Key = tuple[str, str]  # day, model


@dataclass(frozen=True)
class Seen:
    """The home after three passes: their reports, and the weeks published by the first two."""

    world: Path
    scene: Scene
    reports: dict[str, Report]
    weeks: dict[str, dict[str, dict[str, Any]]]


@pytest.fixture(scope="module")
def seen(broker: str, recorded_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    world, scene = recorded_data / "openrouter-history", Scene(tmp_path_factory.mktemp("deep"), broker, ROUTER_ALONE)
    found = Seen(world, scene, {}, {})
    for moment in (JULY, AUGUST, AGAIN):
        found.reports[moment] = scene.refresh(moment, world)
        found.weeks[moment] = published(scene, expected(world, moment))
    yield found
    topics.delete_prefixed(Cluster(broker, topic_prefix=scene.prefix))


def expected(world: Path, moment: str) -> dict[str, dict[str, str]]:
    with (world / f"expected_weekly_{moment[:10]}.csv").open(newline="") as file:
        return {row["iso_week"]: row for row in csv.DictReader(file)}


def published(scene: Scene, weeks: dict[str, dict[str, str]]) -> dict[str, dict[str, Any]]:
    """The published figures of the weeks, under the names of the expected ones."""
    found = {}
    with duckdb.connect(str(scene.home.published_file), read_only=True) as connection:
        for week in weeks:
            rows = connection.execute(WEEKS, [week])
            names = [column[0] for column in rows.description or ()]
            found[week] = dict(zip(names, rows.fetchone() or (), strict=False))
    return found


def known(world: Path, moment: str) -> dict[Key, str]:
    """Tokens by day and model, as the upstream said at a moment; a row without tokens is gone."""
    newest: dict[Key, tuple[str, str]] = {}
    for known_at, day, model, tokens in read_rankings(world / "rankings_daily.csv"):
        if known_at <= moment.replace("+00:00", "Z"):
            newest[day, model] = max(newest.get((day, model), ("", "")), (known_at, tokens))
    return {key: tokens for key, (_, tokens) in newest.items() if tokens}


def answer(report: Report, source_id: str = "openrouter_rankings") -> tuple[str, int]:
    (found,) = [source for source in report.sources if source.id == source_id]
    return found.status, found.events


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("moment", [JULY, AUGUST])
def test_every_week_is_as_computed_elsewhere_before_and_after(seen: Seen, moment: str, column: str) -> None:
    weeks = expected(seen.world, moment)
    assert {"iso_week", *COLUMNS} == set(next(iter(weeks.values())))
    wanted = {week: float(row[column]) for week, row in weeks.items()}
    found = {week: as_printed(row[column], weeks[week][column]) for week, row in seen.weeks[moment].items() if row}
    assert {week: (found.get(week), value) for week, value in wanted.items() if found.get(week) != value} == {}


@pytest.mark.parametrize("moment", [JULY, AUGUST, AGAIN])
def test_nothing_is_held(seen: Seen, moment: str) -> None:
    assert "held" not in statuses(seen.reports[moment]).values()
    assert seen.reports[moment].exit_code == 0


def test_the_second_pass_states_the_days_that_changed_or_are_new(seen: Seen) -> None:
    before, after = known(seen.world, JULY), known(seen.world, AUGUST)
    changed = {day for (day, _), _ in before.items() ^ after.items()}
    assert len(changed) == DAYS
    assert answer(seen.reports[AUGUST]) == ("fetched", ROWS)
    assert sum(day in changed for day, _ in after) == ROWS


def test_every_restated_row_is_on_record(seen: Seen) -> None:
    before, after = known(seen.world, JULY), known(seen.world, AUGUST)
    restated = {key for key in before.keys() & after.keys() if before[key] != after[key]}
    assert len(restated) == RESTATED
    assert before.keys() - after.keys() == {GONE}
    found = seen.scene.catalog("restatements", metric="fct_usage_daily", column="tokens")
    cells = {tuple(json.loads(row["key"]).values()): (row["old"], row["new"]) for row in found}
    assert cells == {key: (before[key], after[key]) for key in restated} | {GONE: (before[GONE], None)}


def test_a_row_that_left_the_list_is_gone(seen: Seen) -> None:
    rows = [row for row in seen.scene.metric("fct_usage_daily") if row["usage_date"] == date.fromisoformat(GONE[0])]
    assert {row["model_permaslug"] for row in rows} == {m for day, m in known(seen.world, AUGUST) if day == GONE[0]}


def test_a_third_pass_produces_nothing(seen: Seen) -> None:
    assert {source.status for source in seen.reports[AGAIN].sources} <= {"unchanged", "skipped"}
    assert sum(found.rows for found in seen.reports[AGAIN].ranges) == 0
    assert "published" not in statuses(seen.reports[AGAIN]).values()
    assert seen.weeks[AGAIN] == seen.weeks[AUGUST]


def test_verify_finds_no_breach(seen: Seen) -> None:
    assert verify(seen.scene.home, lambda _: None)["breaches"] == []
