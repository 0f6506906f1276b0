"""Programming and spend over the whole route, published beside the shares; tests/faults makes their inputs bad."""

import csv
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from flows.queries.check import check, read_question
from tests.scene import ROUTER_ALONE, Scene, small_rows, statuses, write_prices, write_rankings

SLICE = ("programming_share_weekly", "vendor_programming_share_weekly")
SPEND = "router_spend_share_estimated_weekly"
MONDAYS = [date(2026, 5, 4) + timedelta(days=7 * number) for number in range(3)]
PRICES = {
    "deepseek/deepseek-r1": ("0.0000005", "0.000002"),
    "anthropic/claude-3-opus": ("0.000015", "0.000075"),
    "openai/gpt-4o": ("0.0000025", "0.00001"),
    "qwen/qwq-32b": ("-1", "-1"),
    "google/gemini-2.5-pro": ("0.00000125", "0.00001"),
}


def write_slice(directory: Path, rows: list[tuple[datetime, date, str, str]]) -> None:
    path = directory / "rankings_category_weekly.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("known_at", "week_start_date", "category", "model_permaslug", "total_tokens"))
        writer.writerows((f"{at:%Y-%m-%dT%H:%M:%SZ}", week, "programming", *cells) for at, week, *cells in rows)


def slice_rows() -> list[tuple[datetime, date, str, str]]:
    rows = []
    for week in MONDAYS[:2]:
        known_at = datetime.combine(week + timedelta(days=7), time(2, 40), UTC)
        rows += [(known_at, week, "anthropic/claude-3-opus", "30000000"), (known_at, week, "other", "10000000")]
    return rows


@pytest.fixture
def world(tmp_path: Path) -> Path:
    directory = write_rankings(tmp_path / "world", small_rows(MONDAYS[0], 21))
    write_slice(directory, slice_rows())
    return write_prices(directory, "2026-05-01T00:00:00Z", PRICES)


def test_estimates_are_published_beside_the_shares(new_scene: Callable[..., Scene], world: Path) -> None:
    scene = new_scene(**ROUTER_ALONE)
    first = scene.refresh("2026-05-18T06:00:00+00:00", world)
    assert {status for status in statuses(first).values() if status != "inactive"} == {"published"}
    _look_at_first_numbers(scene)


def _look_at_first_numbers(scene: Scene) -> None:
    weeks = {row["week_start_date"]: row for row in scene.metric(SLICE[0])}
    assert list(weeks) == MONDAYS[:2]
    assert weeks[MONDAYS[0]]["category_tokens"] == 40_000_000
    assert weeks[MONDAYS[0]]["programming_share"] == 40_000_000 / weeks[MONDAYS[0]]["tokens"]
    vendors = {row["vendor_id"]: row for row in scene.metric(SPEND) if row["week_start_date"] == MONDAYS[1]}
    assert vendors.keys() == {"deepseek", "anthropic", "openai", "google"}, "no price is no spend of 0"
    assert all(row["lower_share"] < row["upper_share"] for row in vendors.values())
    told = check(scene.home, read_question("0.75", "vendor_programming_share", "anthropic", "2026-W19", None, None))
    assert (told["verdict"], told["method"]) == ("reproduced", "of_all")
    assert [way["method"] for way in told["beside"]] == ["of_all", "of_known", "upper"]
