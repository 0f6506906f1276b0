"""Rows in another unit than their neighbours, over the whole route: each holds what is made from it, and no more."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from flows.orchestration.refresh import Report
from tests.faults.world import PRO, SOL, Rows, make_world, write
from tests.scene import Scene, statuses
from tokenshare.errors import ExitCode
from tokenshare.metrics import METRICS

pytestmark = [pytest.mark.timeout(900), pytest.mark.slow]
OFF = (
    *("claims", "releases", "huggingface_hub"),
    *("openrouter_rankings", "openrouter_exports", "openrouter_categories"),
)
START = datetime(2026, 6, 22, 6, tzinfo=UTC)
KNOWN, TODAY = "2026-06-22T05:00:00Z", "2026-06-22"
PRICES = {metric.id for metric in METRICS if metric.group == "list_price_daily"}
VALUED = {"disclosed_value", "fct_disclosures", "pureplay_value_daily"}  # the metrics with a row of that day
SHOWN = ("list_price_daily", "disclosed_value", "pureplay_value_daily", "leaderboard_rank")
TOTAL = 67_546_451_612.90


@dataclass(frozen=True)
class Step:
    """A pass, and what readers saw after it."""

    report: Report
    shown: dict[str, list[dict[str, Any]]]

    def held(self) -> dict[str, str]:
        return {metric.id: metric.reason for metric in self.report.metrics if metric.status == "held"}

    def prices(self, day: str) -> dict[str, tuple[float | None, float | None]]:
        rows = [row for row in self.shown["list_price_daily"] if f"{row['price_date']}" == day]
        return {row["model_id"]: (row["input_usd_per_million"], row["output_usd_per_million"]) for row in rows}

    def pureplays(self, day: str) -> dict[str, float]:
        rows = [row for row in self.shown["pureplay_value_daily"] if f"{row['value_date']}" == day]
        return {row["company_id"]: row["value_usd"] for row in rows}


class Story:
    """One home, and passes of one morning over the same files with some of them changed."""

    def __init__(self, scene: Scene, directory: Path) -> None:
        self.scene, self.directory, self.files = scene, directory, make_world(directory)
        self.at = START
        self.steps: dict[str, Step] = {}

    def play(self, name: str, **files: Rows) -> None:
        write(self.directory, self.files | {f"{stem}.csv": rows for stem, rows in files.items()})
        report = self.scene.refresh(self.at.isoformat(), self.directory)
        self.at += timedelta(minutes=5)
        self.steps[name] = Step(report, self.scene.metrics(SHOWN))

    def with_rows(self, name: str, *rows: dict[str, str]) -> Rows:
        """A file with more rows, each like its last one but for some cells."""
        return [*self.files[name], *(self.files[name][-1] | row for row in rows)]

    def with_entries(self, *entries: dict[str, str]) -> Rows:
        """The catalogue with more entries, and their other prices in a column of its own."""
        empty = {"pricing_json": "", "discount": "", "overrides_json": "", "hugging_face_id": "", "withdrawn": ""}
        rows = self.with_rows("models.csv", *({"known_at": KNOWN, "output_modalities": "text"} | e for e in entries))
        return [empty | row for row in rows]


def entry(model: str, prompt: str, completion: str, **more: str) -> dict[str, str]:
    cells = {"id": model, "canonical_slug": model, "name": model}
    return {**cells, "prompt_usd_per_token": prompt, "completion_usd_per_token": completion, **more}


MEDIA = (
    entry("microsoft/mai-transcribe-2", "0.1", "0", output_modalities="transcription"),
    entry("minimax/hailuo-3-max", "0", "0", output_modalities="video"),
    entry("tencent/hy-image", "0", "0", output_modalities="image", pricing_json='{"image_output": "0.0000016"}'),
    entry("perplexity/sonar", "0", "0", pricing_json='{"request": "0.005"}'),
    entry("acme/painter", "0", "0", pricing_json='{"image_output": "0.00003"}'),
)
SIDES = (
    entry("acme/variable", "-1.0", "-1.0"),
    entry("acme/empty", "0.000001", "0", pricing_json='{"completion": ""}'),
    entry("acme/embeds", "0.000001", "0", output_modalities="embeddings", pricing_json='{"completion": null}'),
    entry("acme/number", "0.000001", "0.000002", pricing_json='{"prompt": 1e-6}'),
    entry("acme/malformed", "$1", "0.000002"),
)
VALUATION = {"known_at": KNOWN, "fact_id": "valuation", "company_id": "moonshot", "kind": "stock"}
BILLIONS = VALUATION | {"fact_date": "2026-06-10", "low": "25", "high": "25", "unit": "USD", "currency": "USD"}
BILLIONS |= {"period_start": "", "period_end": "", "confidence": "reported"}
ZERO = entry(SOL, "0", "0", known_at=KNOWN)
PER_MILLION = entry("acme/slipped", "1.25", "0.000002")
PARTS = {"known_at": KNOWN, "board_id": "swe-bench-pro", "ranking_date": "2026-06-20", "score": "0.59"}
PARTS |= {"entry_id": "glm-5.2", "model": "GLM 5.2", "vendor_id": "z-ai"}


@pytest.fixture(scope="module")
def story(home_of: Callable[..., Scene], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Step]:
    story = Story(home_of("units", TOKENSHARE_SOURCES_OFF=",".join(OFF)), tmp_path_factory.mktemp("units world"))
    story.play("clean")
    story.play("units", models=story.with_entries(*MEDIA, *SIDES))
    story.play(
        "wrong",
        disclosures=story.with_rows("disclosures.csv", BILLIONS),
        leaderboards=story.with_rows("leaderboards.csv", PARTS),
        models=story.with_entries(ZERO),
    )
    story.play("per million", models=story.with_entries(PER_MILLION))
    story.play("mended")
    return story.steps


def test_what_is_not_sold_by_the_token_has_no_price_and_holds_nobody(story: dict[str, Step]) -> None:
    assert set(statuses(story["clean"].report).values()) == {"published", "inactive"}
    step = story["units"]
    assert (step.held(), step.report.exit_code) == ({}, ExitCode.OK)
    found = step.prices(TODAY)
    assert {model: found[model] for model in (row["canonical_slug"] for row in MEDIA)} == {
        row["canonical_slug"]: (None, None) for row in MEDIA
    }
    assert found[SOL] == (5, 30)


def test_a_side_that_is_unknown_is_unknown_for_its_entry_alone(story: dict[str, Step]) -> None:
    found = story["units"].prices(TODAY)
    assert {model: found.get(model) for model in (row["canonical_slug"] for row in SIDES)} == {
        "acme/variable": (None, None),
        "acme/empty": (1, None),
        "acme/embeds": (1, None),
        "acme/number": (None, 2),
        "acme/malformed": None,
    }


def test_a_valuation_in_billions_is_held_by_its_key_and_readers_keep_the_last_one(story: dict[str, Step]) -> None:
    step = story["wrong"]
    assert all("2026-06-10 valuation moonshot" in step.held()[id] for id in VALUED)
    assert step.pureplays("2026-06-10")["moonshot"] == 20e9
    assert step.pureplays("2026-06-19")["total"] == pytest.approx(TOTAL, abs=0.01)
    assert not [row for row in step.shown["disclosed_value"] if row["high"] == 25]


def test_a_score_in_parts_among_percent_is_held_by_its_entry(story: dict[str, Step]) -> None:
    step = story["wrong"]
    assert "2026-06-20 swe-bench-pro glm-5.2" in step.held()["leaderboard_rank"]
    assert not [row for row in step.shown["leaderboard_rank"] if row["entry_id"] == "glm-5.2"]


def test_a_price_lost_to_zero_is_held_by_model_and_day(story: dict[str, Step]) -> None:
    step = story["wrong"]
    assert all(f"zero_price: observed 1 at {TODAY} {SOL}" in step.held()[id] for id in PRICES)
    assert step.prices(TODAY)[SOL] == (5, 30)
    assert step.held().keys() >= VALUED | PRICES | {"leaderboard_rank"}


def test_a_price_per_million_in_the_place_of_one_per_token_is_held_by_name(story: dict[str, Step]) -> None:
    step = story["per million"]
    assert all(f"at {TODAY} acme/slipped" in step.held()[id] for id in PRICES)
    assert "acme/slipped" not in step.prices(TODAY)


def test_the_right_prices_are_published_again(story: dict[str, Step]) -> None:
    step = story["mended"]
    assert not step.held().keys() & PRICES, step.held()
    assert step.prices(TODAY)[PRO] == (0.435, 0.87)


@pytest.mark.recorded
def test_the_recorded_entries_that_held_every_price_hold_none(new_scene: Callable[..., Scene], tmp_path: Path) -> None:
    reality = Path(__file__).parents[3] / "shared" / "data" / "reality" / "openrouter-models-media-entries.json"
    if not reality.exists():
        pytest.skip("recorded payloads are not beside this checkout")
    story = Story(new_scene(TOKENSHARE_SOURCES_OFF=",".join(OFF)), tmp_path)
    entries = [
        entry(
            found["canonical_slug"],
            *(found["pricing"][side] for side in ("prompt", "completion")),
            known_at="2026-06-01T00:00:00Z",
            output_modalities=";".join(found["architecture"]["output_modalities"]),
        )
        for found in json.loads(reality.read_bytes())["data"]
    ]
    story.play("first", models=story.with_entries(*entries))
    step = story.steps["first"]
    assert step.held() == {}
    assert {step.prices("2026-06-22")[row["canonical_slug"]] for row in entries} == {(None, None)}
