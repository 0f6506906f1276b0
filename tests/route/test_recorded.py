"""Real weeks through the whole route: every value is what two other computations say, and what claims are worth."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.kafka import topics
from connectors.kafka.cluster import Cluster
from flows.queries.check import check, read_question
from flows.queries.cite import cite
from tests.route import independent
from tests.route.answers import EXACT, Row, expected, unlike
from tests.scene import ROUTER_ALONE, WITHOUT_FACTS, Scene, recorded_world, statuses
from tokenshare.metrics import METRIC_BY_ID, METRICS
from tokenshare.topics import PUSHED

pytestmark = [pytest.mark.recorded, pytest.mark.timeout(900)]

WORLDS = {"openrouter": "2026-08-03T06:00:00+00:00", "openrouter-weeks": "2026-06-22T06:00:00+00:00"}
SHOWN = [metric.id for metric in METRICS if metric.group in ("router", "dim_models", "dim_vendors")]
FED = {"openrouter_rankings", "openrouter_exports", "claims"}  # these worlds have rankings alone
STATUS = ("as_of", "version", "status", "held_since", "is_provisional")
CITATION = "Source: OpenRouter (openrouter.ai/rankings), CC BY 4.0"


@dataclass(frozen=True)
class Refreshed:
    """A world after one refresh in a home of its own, and what an independent computation makes of it."""

    path: Path
    scene: Scene
    outcomes: dict[str, str]
    independent: dict[str, list[Row]]

    def weeks(self, metric: str) -> dict[date, Row]:
        return {row["week_start_date"]: row for row in self.scene.metric(metric)}


@pytest.fixture(scope="module")
def homes(broker: str, recorded_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Refreshed]]:
    found = {}
    for name, as_of in WORLDS.items():
        world, scene = recorded_data / name, Scene(tmp_path_factory.mktemp(name), broker, WITHOUT_FACTS)
        copy = recorded_world(world, tmp_path_factory.mktemp("world"), as_of, CITATION)
        report = scene.refresh(as_of, copy)
        known = independent.compute(world, datetime.fromisoformat(as_of))
        found[name] = Refreshed(world, scene, statuses(report), known)
    yield found
    for home in found.values():
        topics.delete_prefixed(Cluster(broker, topic_prefix=home.scene.prefix))


@pytest.fixture(scope="module", params=WORLDS)
def refreshed(request: pytest.FixtureRequest, homes: dict[str, Refreshed]) -> Refreshed:
    return homes[request.param]


@pytest.fixture(scope="module")
def weeks(homes: dict[str, Refreshed]) -> Scene:
    """Twelve whole weeks between January 2025 and June 2026, with gaps between them."""
    return homes["openrouter-weeks"].scene


@pytest.fixture(scope="module")
def summer(homes: dict[str, Refreshed]) -> Scene:
    """The six weeks that follow."""
    return homes["openrouter"].scene


def by_key(metric: str, rows: list[Row]) -> dict[tuple[Any, ...], Row]:
    """Rows by the grain, without what publication adds to them; a grain that repeats is an error."""
    grain = METRIC_BY_ID[metric].grain
    keyed = {tuple(row[name] for name in grain): {k: v for k, v in row.items() if k not in STATUS} for row in rows}
    assert len(keyed) == len(rows)
    return keyed


def is_same(found: Any, wanted: Any) -> bool:
    """Equal, and for shares equal within 1e-9; an integer never passes for a share."""
    if type(found) is not type(wanted):
        return False
    return math.isclose(found, wanted, rel_tol=0, abs_tol=EXACT) if isinstance(found, float) else found == wanted


def test_everything_that_the_world_feeds_is_published(refreshed: Refreshed) -> None:
    fetched = [metric for metric in METRICS if not set(metric.needed) & PUSHED.keys()]
    assert refreshed.outcomes == {metric.id: "published" if metric.is_met_by(FED) else "inactive" for metric in fetched}


def test_the_independent_computation_leaves_nothing_out(refreshed: Refreshed) -> None:
    assert set(refreshed.independent) == set(SHOWN)
    assert all(refreshed.independent.values())


@pytest.mark.parametrize("metric", SHOWN)
def test_every_cell_is_as_computed_independently(refreshed: Refreshed, metric: str) -> None:
    wanted = by_key(metric, refreshed.independent[metric])
    found = by_key(metric, refreshed.scene.metric(metric))
    assert found.keys() == wanted.keys()
    assert all(found[key].keys() == wanted[key].keys() for key in wanted)
    differing = [
        (key, name, found[key][name], value)
        for key, row in wanted.items()
        for name, value in row.items()
        if not is_same(found[key][name], value)
    ]
    assert differing == []


def test_exactly_the_complete_weeks_are_shown(refreshed: Refreshed) -> None:
    wanted = {row["iso_week"] for row in expected(refreshed.path / "expected_weekly_attributed.csv")}
    weekly = [id for id in SHOWN if METRIC_BY_ID[id].window == "week"]
    shown = {id: {iso_week(monday) for monday in refreshed.weeks(id)} for id in weekly}
    assert shown == dict.fromkeys(weekly, wanted)


def iso_week(monday: date) -> str:
    return f"{monday:%G-W%V}"


def test_every_value_of_every_expected_week_is_published(refreshed: Refreshed) -> None:
    wanted = expected(refreshed.path / "expected_weekly_attributed.csv")
    assert len(wanted) == {"openrouter": 6, "openrouter-weeks": 12}[refreshed.path.name]
    assert unlike(refreshed.scene.metric, wanted) == []


def test_the_export_alone_publishes_the_last_four_weeks(
    broker: str, recorded_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    world, scene = recorded_data / "openrouter", Scene(tmp_path_factory.mktemp("export"), broker, ROUTER_ALONE)
    report = scene.refresh(WORLDS["openrouter"], world, sources=["openrouter_exports"])
    told = Refreshed(world, scene, statuses(report), {})
    wanted = expected(world / "expected_weekly_attributed.csv")[2:]
    assert {(source.id, source.status) for source in report.sources} >= {("openrouter_exports", "fetched")}
    assert [iso_week(monday) for monday in told.weeks("china_share_origin_weekly")] == [w["iso_week"] for w in wanted]
    assert [row["iso_week"] for row in wanted] == ["2026-W28", "2026-W29", "2026-W30", "2026-W31"]
    assert unlike(scene.metric, wanted) == []
    topics.delete_prefixed(Cluster(broker, topic_prefix=scene.prefix))


def test_authors_and_countries_are_as_expected(refreshed: Refreshed, recorded_data: Path) -> None:
    wanted = {row["author"]: row for row in expected(recorded_data / "openrouter" / "expected_vendors.csv")}
    is_chinese = {row["vendor_id"]: row["is_chinese"] for row in refreshed.scene.metric("dim_vendors")}
    seen = {
        (usage["model_id"].split("/")[0], usage["vendor_id"]) for usage in refreshed.scene.metric("fct_usage_daily")
    }
    told = {
        (author, vendor, str(is_chinese.get(vendor, False)).lower(), str(vendor == "unknown").lower())
        for author, vendor in seen
    }
    assert "unknown" not in is_chinese
    assert told == {tuple(wanted[author].values()) for author, _ in seen}


def test_every_row_says_how_it_stands(refreshed: Refreshed) -> None:
    for id in SHOWN:
        rows = refreshed.scene.metric(id)
        assert {(row["version"], row["status"], row["held_since"]) for row in rows} == {(1, "current", None)}
        assert {row["as_of"] for row in rows} == {datetime.fromisoformat(WORLDS[refreshed.path.name])}


def verdicts(scene: Scene) -> dict[str, Row]:
    return {row["claim_id"]: row for row in scene.metric("claim_verdict")}


def ask(scene: Scene, value: str, about: str, entity: str = "", period: str | None = None) -> Row:
    return check(scene.home, read_question(value, about, entity, period, None, None))


def test_61_percent_by_may_is_no_week_of_may(weeks: Scene) -> None:
    found = verdicts(weeks)["china-61"]
    assert (found["verdict"], found["method"], found["period"]) == ("not_reproduced", "identified_of_top9", "2026-W21")
    assert found["nearest"] == pytest.approx(0.603346733, abs=1e-9)
    assert found["beside"].startswith("identified 0.4367, origin 0.5280, top10 0.6918, lower 0.4765, upper 0.5741")
    assert (found["variants_tried"], found["variants_matched"]) == (26, 0)


def test_56_percent_is_what_identified_vendors_have_in_mid_2026(weeks: Scene, summer: Scene) -> None:
    june, july = verdicts(weeks)["china-56-identified"], verdicts(summer)["china-56-identified"]
    assert {june["verdict"], july["verdict"]} == {"reproduced"}
    assert "identified 2026-W25" in june["reproduced_by"]
    assert "identified 2026-W27" in july["reproduced_by"]
    assert june["nearest"] == pytest.approx(0.556141759, abs=1e-9)
    by_hand = ask(summer, "0.56", "china_share", period="2026-W27")
    assert (by_hand["verdict"], by_hand["method"], by_hand["period"]) == ("reproduced", "identified", "2026-W27")
    assert by_hand["nearest"] == pytest.approx(0.559, abs=5e-4)


def test_growth_was_nearer_ten_than_four(weeks: Scene) -> None:
    found = verdicts(weeks)["growth-4x"]
    assert (found["verdict"], found["period"]) == ("not_reproduced", "2026-W15")
    assert (found["nearest"], found["numerator"], found["denominator"]) == (
        pytest.approx(9.6, abs=0.05),
        21035685456873,
        2183122391337,
    )


def test_what_no_source_of_ours_observes_has_no_data(weeks: Scene) -> None:
    found = verdicts(weeks)
    assert {found[f"vercel-deepseek-{name}"]["verdict"] for name in ("below-1", "17", "1-revenue")} == {"no_data"}
    assert found["vercel-deepseek-17"]["nearest"] is None


def test_the_vendor_table_mixes_weeks(weeks: Scene) -> None:
    assert verdicts(weeks)["xiaomi-21"]["verdict"] == "not_reproduced"
    march = ask(weeks, "0.206", "vendor_share", "xiaomi", "2026-03")
    assert (march["verdict"], march["method"], march["period"]) == ("reproduced", "of_all", "2026-W13")


def test_a_share_with_attributed_stealth_models_is_tried_where_it_is_another_number(weeks: Scene) -> None:
    xiaomi = ask(weeks, "0.146", "vendor_share", "xiaomi", "2026-W12")
    openai = ask(weeks, "0.256", "vendor_share", "openai", "2025-W15")
    assert {(found["verdict"], found["method"]) for found in (xiaomi, openai)} == {("reproduced", "attributed")}
    assert xiaomi["nearest"] == pytest.approx(0.146, abs=5e-4)
    assert openai["nearest"] == pytest.approx(0.256, abs=5e-4)
    own = ask(weeks, "0.106", "vendor_share", "openai", "2025-W15")
    assert (own["verdict"], own["method"]) == ("reproduced", "of_all")
    later = ask(weeks, "0.146", "vendor_share", "xiaomi", "2026-W21")
    assert "attributed" not in later["beside"]


def test_a_check_by_hand_finds_what_the_verdict_says_and_how_much_it_tried(weeks: Scene) -> None:
    found = ask(weeks, "0.61", "china_share", period="2026-05")
    verdict = verdicts(weeks)["china-61"]
    same = ("verdict", "nearest", "method", "period", "numerator", "denominator")
    assert {name: found[name] for name in same} == {name: verdict[name] for name in same}
    by_window = {row["window"]: (row["tried"], row["matched"]) for row in found["windows"]}
    assert by_window == {"day": (182, 5), "week": (26, 0), "trailing7": (104, 3), "trailing28": (0, 0), "month": (0, 0)}
    assert (found["variants_tried"], found["variants_matched"]) == (312, 8)


def test_a_check_tries_every_window_that_is_whole(summer: Scene) -> None:
    found = ask(summer, "0.5", "china_share", period="2026-07")
    assert {row["window"]: row["tried"] // 13 for row in found["windows"]} == {
        "day": 31, "week": 4, "trailing7": 31, "trailing28": 14, "month": 1,
    }  # fmt: skip


def test_a_citation_carries_what_makes_it_checkable_and_is_recomputed(weeks: Scene) -> None:
    told = cite(weeks.home, METRIC_BY_ID["china_share_top10_weekly"], ["2026-W21"], verify=True)
    assert told["verified"] is True
    for part in ("69.2%", "ten most-used models", "15,981,568,020,097", "between 47.6% and 57.4%", "2026-06-22",
                 "version 1", told["digest"][:12], "openrouter.ai/rankings", "the same",
                 "recorded, as of 2026-06-22 06:00 UTC", CITATION):  # fmt: skip
        assert part in told["sentence"], part


def test_a_verdict_is_traced_to_the_claims_and_the_usage(weeks: Scene) -> None:
    told = cite(weeks.home, METRIC_BY_ID["claim_verdict"], ["growth-4x"], verify=True)
    assert told["verified"] is True
