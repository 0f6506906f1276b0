"""The Hub on the whole route: earlier moments collected, one pass over them, then everything that can go wrong."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.sources import huggingface_hub
from connectors.sources.hub_listings import of_kinds, read_chains
from connectors.storage.warehouse import open_warehouse
from flows import settings
from flows.operations import ingest_history
from flows.orchestration.refresh import Report
from flows.queries.check import check, read_question
from flows.stages import ingest
from flows.stages.ingest import SourceOutcome
from tests.hub import write_hub
from tests.scene import ROUTER_ALONE, Scene, statuses
from tokenshare.errors import ExitCode, UsageError
from tokenshare.sources import Page, Session, Window

pytestmark = [pytest.mark.timeout(900), pytest.mark.slow]
ID = huggingface_hub.SOURCE.id
COUNTED = ("family_downloads_daily", "fct_downloads_daily", "china_download_share_trailing_year")
LISTED = ("family_derivatives_daily", "new_derivative_share_monthly", "trending_top10_daily")
ALL = (*COUNTED, *LISTED)
START = date(2025, 6, 8)
DAY = timedelta(days=1)
EARLIER = [START + DAY * n for n in range(3)]
# A year on, so that the window is covered.
CLEAN, CUT, LIMITED, HTML, FELL, MANY, BACK = (date(2026, 6, 9) + DAY * n for n in range(7))
LLAMA = 3


@dataclass(frozen=True)
class Step:
    report: Report
    shown: dict[str, list[dict[str, Any]]]

    @property
    def source(self) -> SourceOutcome:
        return next(source for source in self.report.sources if source.id == ID)

    def day(self, metric: str, day: date) -> list[dict[str, Any]]:
        return [row for row in self.shown[metric] if row["download_date"] == day]


def at(day: date, hour: int = 6) -> str:
    return datetime.combine(day, time(hour), UTC).isoformat()


def fell(place: int, counter: int) -> int:
    return counter // 2 if place == LLAMA else counter


def many(place: int, counter: int) -> int:
    return counter // 2 if place < 6 else counter


def cut(session: Session, window: Window) -> Iterator[Page]:
    """The Hub's pages without the last one of the listing by downloads: as if the chain had broken off."""
    pages = list(huggingface_hub.fetch(session, window))
    (hub,) = of_kinds(read_chains(pages), "downloads")
    yield from (page for page in pages if page is not hub.pages[-1])


def play(scene: Scene, world: Path, day: date) -> Step:
    report = scene.refresh(at(day), world)
    return Step(report, scene.metrics(ALL))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    shown = dict.fromkeys((FELL, MANY, BACK), fell) | {MANY: many}
    world = write_hub(tmp_path_factory.mktemp("hub"), START, 374, shown)
    faults = [f"{at(day, 5)},{at(day, 7)},/api/models,{fault}" for day, fault in ((LIMITED, "429"), (HTML, "html200"))]
    (world / "faults.csv").write_text("\n".join(["from,until,path_prefix,fault", *faults]) + "\n")
    return world


@pytest.fixture(scope="module")
def hub_scene(home_of: Callable[..., Scene]) -> Scene:
    return home_of("hub", **ROUTER_ALONE)


@pytest.fixture(scope="module")
def story(hub_scene: Scene, world: Path) -> Iterator[dict[date, Step]]:
    """One home through all of it, with pages so small that listings have cursors."""
    scene = hub_scene
    moments = [datetime.fromisoformat(at(day)) for day in EARLIER]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("connectors.sources.hub_listings.PAGE_ROWS", 5)
        outcomes = ingest_history.collect(
            settings.load(scene.variables), world, [ID], moments, lambda _: None, "synthetic"
        )
        assert [(outcome.id, outcome.status, outcome.events) for outcome in outcomes] == [(ID, "fetched", 12)] * 3
        steps = {CLEAN: play(scene, world, CLEAN)}
        with pytest.MonkeyPatch.context() as broken:
            broken.setattr(ingest, "SOURCES", (replace(huggingface_hub.SOURCE, fetch=cut),))
            steps[CUT] = play(scene, world, CUT)
        for day in (LIMITED, HTML, FELL, MANY, BACK):
            steps[day] = play(scene, world, day)
        with open_warehouse(scene.home.warehouse) as connection:
            assert connection.execute("SELECT count(*) FROM ledger.runs").fetchone() == (len(steps),)
        with pytest.raises(UsageError, match="was fetched as of"):
            ingest_history.collect(settings.load(scene.variables), world, [ID], moments, lambda _: None, "synthetic")
        yield steps


def test_one_pass_publishes_what_was_collected_and_what_it_read(story: dict[date, Step]) -> None:
    clean = story[CLEAN]
    assert {statuses(clean.report)[id] for id in ALL} == {"published"}
    assert clean.report.exit_code == ExitCode.OK
    assert {row["download_date"] for row in clean.shown["family_downloads_daily"]} == {*EARLIER, CLEAN}


def test_flows_count_from_the_reading_before_however_long_ago(story: dict[date, Step]) -> None:
    rows = {(row["download_date"], row["family_id"]): row for row in story[CLEAN].shown["family_downloads_daily"]}
    qwen = [rows[day, "qwen"] for day in (*EARLIER, CLEAN)]
    assert [row["downloads_all_time"] for row in qwen] == [17_000, 17_170, 17_340, 17_000 + 366 * 170]
    assert [row["downloads_flow"] for row in qwen] == [None, 170, 170, 364 * 170]
    assert [row["days_covered"] for row in qwen] == [None, 1, 1, 364]
    assert rows[CLEAN, "gemma"]["downloads_all_time"] == 5000 + 366 * 50, "not what else Google holds"


def test_a_share_is_given_once_a_year_is_covered(story: dict[date, Step]) -> None:
    years = {row["download_date"]: row for row in story[CLEAN].shown["china_download_share_trailing_year"]}
    assert [years[day]["china_share"] for day in EARLIER] == [None, None, None]
    newest = years[CLEAN]
    assert (newest["days_covered"], newest["coverage_share"]) == (365, 1.0)
    assert newest["china_share"] == (90 + 80 + 70 + 20 + 15) / 486
    assert (newest["downloads"], newest["unknown_downloads"]) == (365 * 486, 365 * 19)


def test_a_derivative_of_two_families_counts_for_both(story: dict[date, Step]) -> None:
    found = {
        (row["family_id"], row["relation"]): row["models_count"]
        for row in story[CLEAN].day("family_derivatives_daily", CLEAN)
    }
    assert found == {
        ("qwen", "finetune"): 1,
        ("qwen", "quantized"): 1,
        ("qwen", "merge"): 1,
        ("qwen", "any"): 3,
        ("llama", "merge"): 1,
        ("llama", "any"): 1,
    }


def test_ten_are_trending(story: dict[date, Step]) -> None:
    ranked = [row["repo"] for row in story[CLEAN].day("trending_top10_daily", CLEAN)]
    assert ranked[:4] == ["Qwen/Qwen3-8B", "deepseek-ai/DeepSeek-R1", "google/gemma-3-4b-it", "openai/gpt-oss-20b"]
    assert [row["chinese_so_far_count"] for row in story[CLEAN].day("trending_top10_daily", CLEAN)][-1] == 5


@pytest.mark.parametrize(
    ("day", "status", "said"),
    [(CUT, "refused", "cursor chain"), (LIMITED, "absent", "status 429"), (HTML, "refused", "text/html")],
)
def test_a_listing_that_did_not_come_whole_is_not_used(
    story: dict[date, Step], day: date, status: str, said: str
) -> None:
    step = story[day]
    assert step.source.status == status
    assert said in step.source.reason
    assert {statuses(step.report)[id] for id in ALL} == {"unchanged"}
    assert step.shown == story[CLEAN].shown
    assert step.report.exit_code == ExitCode.INCOMPLETE


def test_one_counter_that_falls_is_a_reset_without_a_flow_and_holds_nothing(story: dict[date, Step]) -> None:
    step = story[FELL]
    assert "held" not in statuses(step.report).values()
    rows = {row["family_id"]: row for row in step.day("family_downloads_daily", FELL)}
    assert (rows["llama"]["is_counter_reset"], rows["llama"]["downloads_flow"]) == (True, None)
    assert (rows["qwen"]["is_counter_reset"], rows["qwen"]["downloads_flow"]) == (False, 4 * 170)


def test_many_counters_falling_hold_what_is_made_of_counters_and_nothing_else(story: dict[date, Step]) -> None:
    step = story[MANY]
    assert {statuses(step.report)[id] for id in COUNTED} == {"held"}
    assert "held" not in {statuses(step.report)[id] for id in LISTED}
    assert step.report.exit_code == ExitCode.HELD
    (held,) = [metric for metric in step.report.metrics if metric.id == "china_download_share_trailing_year"]
    assert f"fallen_share: observed 0.416666666667 at {MANY}, expected 0 to 0.1" in held.reason
    assert max(row["download_date"] for row in step.shown["family_downloads_daily"]) == FELL
    assert step.day("trending_top10_daily", MANY)


def test_once_the_counters_are_back_the_days_they_were_away_are_not_used(story: dict[date, Step]) -> None:
    step = story[BACK]
    assert {statuses(step.report)[id] for id in COUNTED} == {"published"}
    days = sorted({row["download_date"] for row in step.shown["family_downloads_daily"]})
    assert days == [*EARLIER, CLEAN, FELL, BACK]
    rows = {row["family_id"]: row for row in step.day("family_downloads_daily", BACK)}
    assert (rows["qwen"]["downloads_flow"], rows["qwen"]["days_covered"]) == (2 * 170, 2)


@pytest.mark.parametrize(
    ("value", "about", "entity", "counts"),
    [
        ("79220", "family_downloads", "qwen", (79_220, None)),
        ("3.4", "family_downloads_ratio", "qwen/google", (79_220, 23_300)),
    ],
)
def test_a_number_quoted_of_the_hub_is_checked(
    story: dict[date, Step], hub_scene: Scene, value: str, about: str, entity: str, counts: tuple[int, int | None]
) -> None:
    told = check(hub_scene.home, read_question(value, about, entity, f"{CLEAN}", None, None))
    assert (told["verdict"], told["numerator"], told["denominator"]) == ("reproduced", *counts)
    assert told["as_of"] == story[BACK].shown["family_downloads_daily"][0]["as_of"]


def test_a_family_that_nobody_knows_is_no_missing_number(story: dict[date, Step], hub_scene: Scene) -> None:
    with pytest.raises(UsageError, match=r"there is no family qwem: did you mean qwen"):
        check(hub_scene.home, read_question("2", "family_downloads_ratio", "qwem/llama", None, None, None))
