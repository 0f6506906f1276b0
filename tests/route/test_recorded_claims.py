"""The article's claims over real weeks: what a verdict, a check by hand and a citation say of them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.kafka import topics
from connectors.kafka.cluster import Cluster
from flows.check import check, read_question
from flows.cite import cite
from tests.scene import WITHOUT_FACTS, Scene
from tokenshare.metrics import METRIC_BY_ID

pytestmark = [pytest.mark.recorded, pytest.mark.timeout(900)]
Row = dict[str, Any]


@pytest.fixture(scope="module")
def weeks(broker: str, recorded_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Twelve whole weeks between January 2025 and June 2026, with gaps between them."""
    scene = Scene(tmp_path_factory.mktemp("weeks") / "home", broker, WITHOUT_FACTS)
    scene.refresh("2026-06-22T06:00:00+00:00", recorded_data / "openrouter-weeks")
    yield scene
    topics.delete_prefixed(Cluster(broker, topic_prefix=scene.prefix))


@pytest.fixture(scope="module")
def summer(broker: str, recorded_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """The six weeks that follow."""
    scene = Scene(tmp_path_factory.mktemp("summer") / "home", broker, WITHOUT_FACTS)
    scene.refresh("2026-08-03T06:00:00+00:00", recorded_data / "openrouter")
    yield scene
    topics.delete_prefixed(Cluster(broker, topic_prefix=scene.prefix))


def verdicts(scene: Scene) -> dict[str, Row]:
    return {row["claim_id"]: row for row in scene.metric("claim_verdict")}


def ask(scene: Scene, value: str, about: str, entity: str = "", period: str | None = None) -> Row:
    return check(scene.home, read_question(value, about, entity, period, None, None))


def test_61_percent_by_may_is_no_week_of_may(weeks: Scene) -> None:
    found = verdicts(weeks)["china-61"]
    assert (found["verdict"], found["method"], found["period"]) == ("not_reproduced", "top10", "2026-W21")
    assert found["nearest"] == pytest.approx(0.619759522, abs=1e-9)
    assert found["beside"].startswith("identified 0.4367, origin 0.5063, top10 0.6198, lower 0.4367, upper 0.5741")
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


def test_a_check_by_hand_finds_what_the_verdict_says_and_how_much_it_tried(weeks: Scene) -> None:
    found = ask(weeks, "0.61", "china_share", period="2026-05")
    verdict = verdicts(weeks)["china-61"]
    same = ("verdict", "nearest", "method", "period", "numerator", "denominator")
    assert {name: found[name] for name in same} == {name: verdict[name] for name in same}
    by_window = {row["window"]: (row["tried"], row["matched"]) for row in found["windows"]}
    assert by_window == {"day": (182, 7), "week": (26, 0), "trailing7": (104, 2), "trailing28": (0, 0), "month": (0, 0)}
    assert (found["variants_tried"], found["variants_matched"]) == (312, 9)


def test_a_check_tries_every_window_that_is_whole(summer: Scene) -> None:
    found = ask(summer, "0.5", "china_share", period="2026-07")
    assert {row["window"]: row["tried"] // 13 for row in found["windows"]} == {
        "day": 31, "week": 4, "trailing7": 31, "trailing28": 14, "month": 1,
    }  # fmt: skip


def test_a_citation_carries_what_makes_it_checkable_and_is_recomputed(weeks: Scene) -> None:
    told = cite(weeks.home, METRIC_BY_ID["china_share_top10_weekly"], ["2026-W21"], verify=True)
    assert told["verified"] is True
    for part in ("62.0%", "ten most-used models", "15,981,568,020,097", "between 43.7% and 57.4%", "2026-06-22",
                 "version 1", told["digest"][:12], "openrouter.ai/rankings", "the same"):  # fmt: skip
        assert part in told["sentence"], part


def test_a_verdict_is_traced_to_the_claims_and_the_usage(weeks: Scene) -> None:
    told = cite(weeks.home, METRIC_BY_ID["claim_verdict"], ["growth-4x"], verify=True)
    assert told["verified"] is True
