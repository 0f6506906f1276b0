"""A file of claims over the whole route: judged, refused by its line, mended, held where held numbers would move it."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from connectors.kafka import topics
from connectors.kafka.cluster import Cluster
from flows.orchestration.refresh import Report
from flows.queries.check import check, read_question
from flows.queries.cite import cite
from tests.scene import WITHOUT_FACTS, Scene, small_rows, statuses, write_rankings
from tokenshare.errors import ExitCode
from tokenshare.metrics import METRIC_BY_ID

pytestmark = [pytest.mark.timeout(900), pytest.mark.slow]
COLUMNS = (
    *("claim_id", "quote", "value", "unit", "rounding", "about", "entity", "period_start", "period_end", "source"),
    *("method", "window", "comparison"),
)
WHEN = {"period_start": "2026-06-29", "period_end": "2026-07-12", "source": "a talk", "unit": "ratio"}
CHINA = {**WHEN, "about": "china_share", "rounding": "0.01", "method": "identified"}
CLAIMS = [
    {**CHINA, "claim_id": "right", "quote": "identified", "value": "0.32"},
    {**CHINA, "claim_id": "other", "quote": "by origin, called identified", "value": "0.33"},
    {**CHINA, "claim_id": "wrong", "quote": "no way", "value": "0.9"},
    {**CHINA, "claim_id": "month", "quote": "a month nobody has", "value": "0.3", "window": "month"},
    {**CHINA, "claim_id": "deal", "quote": "DeepSeek is below a tenth", "value": "0.1", "about": "vendor_share",
     "entity": "deepseek", "method": "", "comparison": "below"},
]  # fmt: skip
ADDED = {**CHINA, "claim_id": "added", "quote": "Qwen has a quarter", "value": "0.26", "about": "vendor_share",
         "entity": "qwen", "method": "of_all"}  # fmt: skip
OPEN = {**CHINA, "claim_id": "open", "quote": "a third on the day that is not whole", "value": "0.33", "window": "day",
        "period_start": "2026-07-13", "period_end": "2026-07-15"}  # fmt: skip
Row = dict[str, Any]


@dataclass(frozen=True)
class Story:
    """One home, labelled synthetic, and what each of its passes reported and showed."""

    scene: Scene
    reports: dict[str, Report]
    shown: dict[str, dict[str, Row]]


def write_claims(world: Path, claims: list[dict[str, str]]) -> None:
    with (world / "claims.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(claims)


@pytest.fixture(scope="module")
def story(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    rows = small_rows(date(2026, 6, 29), 18)
    bad = [row for row in rows if (row[1], row[2]) != ("2026-07-15", "other")]
    world = write_rankings(tmp_path_factory.mktemp("world"), bad)
    story = Story(Scene(tmp_path_factory.mktemp("claims") / "home", broker, WITHOUT_FACTS), {}, {})
    for step, morning, claims in (
        ("clean", 13, CLAIMS),
        ("refused", 14, [*CLAIMS, {**ADDED, "value": "26 %"}]),
        ("mended", 15, [*CLAIMS, ADDED]),
        ("held", 16, [*CLAIMS, ADDED]),
        ("moved", 16, [*CLAIMS, ADDED, OPEN]),
    ):
        write_claims(world, claims)
        hour = 7 if step == "moved" else 6
        story.reports[step] = story.scene.refresh(f"2026-07-{morning}T0{hour}:00:00+00:00", world, origin="demo")
        story.shown[step] = {row["claim_id"]: row for row in story.scene.metric("claim_verdict")}
    yield story
    topics.delete_prefixed(Cluster(broker, topic_prefix=story.scene.prefix))


def test_each_claim_has_its_verdict(story: Story) -> None:
    assert story.reports["clean"].exit_code == ExitCode.OK
    found = story.shown["clean"]
    assert {id: row["verdict"] for id, row in found.items()} == {
        "right": "reproduced",
        "other": "reproduced_by_another_method",
        "wrong": "not_reproduced",
        "month": "no_data",
        "deal": "reproduced",
    }
    assert (found["other"]["method"], found["other"]["period"]) == ("origin", "2026-W27")
    assert found["right"]["reproduced_by"].startswith("identified 2026-W27, identified 2026-W28, lower 2026-W27")
    assert (found["right"]["variants_tried"], found["month"]["variants_tried"]) == (26, 0)


def test_a_bad_row_is_put_aside_and_the_others_stay(story: Story) -> None:
    (claims,) = [source for source in story.reports["refused"].sources if source.id == "claims"]
    assert (claims.status, story.reports["refused"].exit_code) == ("unchanged", ExitCode.OK)
    assert "claims.csv line 7, column value: '26 %' is not a plain decimal number" in claims.reason
    assert statuses(story.reports["refused"])["vendor_share_daily"] == "published"
    assert story.shown["refused"].keys() == story.shown["clean"].keys()


def test_a_mended_file_is_judged(story: Story) -> None:
    assert story.reports["mended"].exit_code == ExitCode.OK
    assert story.shown["mended"]["added"]["verdict"] == "reproduced"
    assert story.shown["mended"].keys() - story.shown["clean"].keys() == {"added"}


def test_verdicts_of_weeks_gone_by_stand_while_the_usage_of_a_day_is_held(story: Story) -> None:
    assert statuses(story.reports["held"])["vendor_share_daily"] == "held"
    assert statuses(story.reports["held"])["claim_verdict"] == "unchanged"
    assert {row["status"] for row in story.shown["held"].values()} == {"current"}
    assert {row["stands_on"] for row in story.shown["held"].values()} == {"fct_usage_daily"}


def test_a_verdict_rests_on_the_days_that_are_not_held(story: Story) -> None:
    assert statuses(story.reports["moved"])["vendor_share_daily"] == "held"
    assert statuses(story.reports["moved"])["claim_verdict"] == "published"
    assert {row["status"] for row in story.shown["moved"].values()} == {"current"}
    assert story.shown["moved"].keys() - story.shown["held"].keys() == {"open"}


def test_a_citation_of_a_synthetic_number_says_so(story: Story) -> None:
    told = cite(story.scene.home, METRIC_BY_ID["vendor_share_weekly"], ["2026-W28", "qwen"], verify=True)
    for part in ("synthetic", "of all tokens", "at most 29.0%", "version", "the same"):
        assert part in told["sentence"], part
    assert "measured" not in told["sentence"]
    assert "OpenRouter" not in told["sentence"], "nobody published these numbers"
    assert (told["synthetic"], told["status"], told["verified"]) == (True, "current", True)


def test_a_check_of_synthetic_numbers_says_so(story: Story) -> None:
    question = read_question("0.33", "china_share", "", "2026-W28", None, "identified")
    told = check(story.scene.home, question)
    assert (told["verdict"], told["method"]) == ("reproduced_by_another_method", "origin")
    assert (told["synthetic"], told["status"]) == (True, "current")
