"""The first table of the README is what a home publishes from two years of recorded rankings."""

import csv
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from connectors.kafka import topics
from connectors.kafka.cluster import Cluster
from connectors.storage.publications import catalog
from tests.scene import WITHOUT_FACTS, Scene, read_rankings, recorded_world
from tokenshare.metrics import METRIC_BY_ID

pytestmark = pytest.mark.recorded

README = Path(__file__).parents[2] / "README.md"
WORLD = "openrouter-history"
BEFORE, NOW = "2026-07-20T06:00:00Z", "2026-08-03T06:00:00Z"
CITATION = "Source: OpenRouter (openrouter.ai/rankings), as of 2026-08-03, CC BY 4.0"
WEEKS = (
    *("2025-W02", "2025-W15", "2025-W41", "2026-W12", "2026-W13"),
    *("2026-W15", "2026-W21", "2026-W25", "2026-W27", "2026-W30"),
)


class Week(NamedTuple):
    """A week's tokens and Chinese shares."""

    tokens: int
    identified: float
    origin: float
    lower: float
    upper: float
    top10: float


Weeks = Mapping[str, Week]


def table(now: Weeks, before: Weeks) -> list[str]:
    """The table as the README has it."""
    names = ("week of", "tokens", "of all", "of known origin", "bounds", "of the ten most used")
    head = f"| {' | '.join(names)} | before 2026-07-24: tokens; of known origin |"
    return [head, "|---|--:|--:|--:|--:|--:|---|", *(line(week, now[week], before.get(week)) for week in WEEKS)]


def line(name: str, week: Week, before: Week | None) -> str:
    monday = date.fromisocalendar(int(name[:4]), int(name[-2:]), 1)
    bounds = f"{percent(week.lower)[:-2]} to {percent(week.upper)}"
    cells = [f"{monday} ({name})", trillions(week.tokens), percent(week.identified), percent(week.origin), bounds]
    return f"| {' | '.join([*cells, percent(week.top10), restated(week, before)])} |"


def restated(week: Week, before: Week | None) -> str:
    if before is None or before.tokens == week.tokens:
        return ""
    fell = 1 - week.tokens / before.tokens
    return f"{fell:.2%} more; {before.origin:.2%}, now {week.origin:.2%}".replace("%", " %")


def percent(share: float) -> str:
    return f"{share * 100:.1f} %"


def trillions(tokens: int) -> str:
    return f"{tokens / 1e12:.2f}T"


def expected(world: Path, as_of: str) -> Weeks:
    """The weeks as somebody else computed them."""
    names = ("china_identified_share", "china_origin_share", "lower_bound", "upper_bound", "china_top10_share")
    with (world / f"expected_weekly_{as_of[:10]}.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    return {row["iso_week"]: Week(int(row["total_tokens"]), *(float(row[name]) for name in names)) for row in rows}


def published(scene: Scene, as_of: str) -> Weeks:
    """The weeks as a home publishes them, as known at a moment."""
    moment = datetime.fromisoformat(as_of)

    def by_week(id: str) -> dict[str, dict[str, Any]]:
        rows = catalog.read_metric_as_of(scene.home, METRIC_BY_ID[id], moment)[1]
        return {f"{row['week_start_date']:%G-W%V}": row for row in rows}

    bounds = by_week("china_share_bounds_weekly")
    shares = [by_week(f"china_share_{method}_weekly") for method in ("identified", "origin", "top10")]
    return {
        week: Week(
            row["tokens"],
            *(shares[index][week]["china_share"] for index in (0, 1)),
            row["lower_share"],
            row["upper_share"],
            shares[2][week]["china_share"],
        )
        for week, row in bounds.items()
    }


def known(world: Path, as_of: str) -> dict[tuple[str, str], int]:
    """The newest tokens of each model and day at a moment."""
    rows = sorted(row for row in read_rankings(world / "rankings_daily.csv") if row[0] <= as_of)
    newest = {(day, model): tokens for _, day, model, tokens in rows}
    return {key: int(tokens) for key, tokens in newest.items() if tokens}


@pytest.fixture(scope="module")
def world(recorded_data: Path) -> Path:
    return recorded_data / WORLD


@pytest.fixture(scope="module")
def history(world: Path, broker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """One home that read the whole history before its restatement, and again after it."""
    copy = recorded_world(world, tmp_path_factory.mktemp(WORLD), NOW, CITATION)
    scene = Scene(tmp_path_factory.mktemp("history") / "home", broker, WITHOUT_FACTS)
    for as_of in (BEFORE, NOW):
        scene.refresh(as_of, copy)
    yield scene
    topics.delete_prefixed(Cluster(broker, topic_prefix=scene.prefix))


def test_the_table_is_what_somebody_else_computed(world: Path) -> None:
    assert "\n".join(table(expected(world, NOW), expected(world, BEFORE))) in README.read_text()


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_the_table_is_what_a_home_publishes(history: Scene) -> None:
    assert "\n".join(table(published(history, NOW), published(history, BEFORE))) in README.read_text()
    assert catalog.read_origin(history.home).label == "recorded, as of 2026-08-03 06:00 UTC"
    assert catalog.read_origin(history.home).citation == CITATION


def test_the_restatement_is_as_the_readme_says(world: Path) -> None:
    before, now = known(world, BEFORE), known(world, NOW)
    moved = {key: now[key] / before[key] - 1 for key in before.keys() & now.keys() if now[key] != before[key]}
    days = sorted({day for day, _ in moved})
    most = max(abs(change) for change in moved.values())
    text = re.sub(r"\s+", " ", README.read_text())
    assert f"changed {len(moved):,} rows on {len(days)} days, from {days[0]} to {days[-1]}, " in text
    assert f"by up to {most * 100:.1f} %" in text
    assert sum(change > 0 for change in moved.values()) < len(moved) / 1000, "nearly all downwards"
    assert len(before.keys() - now.keys()) == 1, "one row left"


def test_its_citation_stands_below_it() -> None:
    below = README.read_text().split("| 2026-07-20 (2026-W30) ")[1].split("\n## ")[0]
    assert "Source: OpenRouter (openrouter.ai/rankings), daily captures as of 2026-08-03, CC BY 4.0." in below
