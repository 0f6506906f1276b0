"""Recorded rows are called recorded wherever they are shown, and never meet live or synthetic ones."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import duckdb
import pytest
from rich.console import Console

from connectors.storage import home
from connectors.storage.home import Home, HomeOrigin
from connectors.storage.publications import catalog
from flows import report, settings
from flows.cli import tables
from flows.cli.screen import Screen
from flows.cli.tables_claims import draw_check
from flows.orchestration.refresh import Report
from flows.orchestration.runner import run_once
from flows.queries import overview
from flows.queries.check import check, read_question
from flows.queries.cite import cite
from flows.queries.verify import verify
from tests.scene import WITHOUT_FACTS, Scene, small_rows, statuses, write_rankings
from tokenshare.errors import ExitCode, UsageError
from tokenshare.metrics import METRIC_BY_ID
from tokenshare.origins import Origin

pytestmark = [pytest.mark.timeout(900), pytest.mark.slow]
RECORDED_AT, YEARS_LATER = "2026-06-15T06:00:00Z", "2028-06-15T06:00:00Z"
AS_OF = datetime(2026, 6, 15, 6, tzinfo=UTC)
LABEL = "recorded, as of 2026-06-15 06:00 UTC"
CITATION = "Source: a tracker <b>& sons</b>, CC BY 4.0"
SHARE = METRIC_BY_ID["china_share_origin_weekly"]


@dataclass(frozen=True)
class Replayed:
    """A recorded world read in one home: without an as-of, then as of two years later."""

    scene: Scene
    world: Path
    said: list[str]
    first: Report
    later: Report
    page: str


@pytest.fixture(scope="module")
def replayed(home_of: Callable[..., Scene], tmp_path_factory: pytest.TempPathFactory) -> Replayed:
    world = write_rankings(tmp_path_factory.mktemp("recorded"), small_rows(date(2026, 6, 1), 14))
    (world / "world.json").write_text(json.dumps({"origin": "recorded", "as_of": RECORDED_AT, "citation": CITATION}))
    scene, said = home_of("recorded", **WITHOUT_FACTS), []
    first = run_once(settings.load(scene.variables), None, world, [], said.append)
    later = scene.refresh(YEARS_LATER, world)
    return Replayed(scene, world, said, first, later, report.write(scene.home).read_text())


def drawn(draw: Callable[[Screen, Any], None], document: Any) -> str:
    file = StringIO()
    draw(Screen(Console(file=file)), document)
    return file.getvalue()


def test_without_an_as_of_a_pass_speaks_for_the_moment_of_its_world(replayed: Replayed) -> None:
    assert (replayed.first.exit_code, replayed.first.run.as_of) == (ExitCode.OK, AS_OF)
    assert f"as of 2026-06-15 06:00 UTC, the moment that {replayed.world} states" in replayed.said
    document = replayed.first.document()
    assert (document["origin"], document["recorded_as_of"]) == ("recorded", AS_OF)


def test_a_world_that_stands_still_does_not_grow_old(replayed: Replayed) -> None:
    assert replayed.later.exit_code == ExitCode.OK
    active = {status for status in statuses(replayed.later).values() if status != "inactive"}
    assert active == {"unchanged"}


def test_before_its_own_moment_a_recording_is_judged_at_the_moment_asked(
    new_scene: Callable[..., Scene], tmp_path: Path
) -> None:
    world = write_rankings(tmp_path / "world", small_rows(date(2026, 6, 1), 14))
    (world / "world.json").write_text(json.dumps({"origin": "recorded", "as_of": YEARS_LATER}))
    seen = new_scene("early", **WITHOUT_FACTS).refresh("2026-07-15T06:00:00Z", world)
    (reason,) = {metric.reason for metric in seen.metrics if metric.id == "router_tokens_weekly"}
    assert "freshness: observed 726 at newest day" in reason


def test_the_page_says_so_in_its_title_its_note_and_every_heading(replayed: Replayed) -> None:
    assert f"<title>tokenshare ({LABEL})</title>" in replayed.page
    assert f"The numbers are {LABEL}: rows that real upstreams served, replayed from files." in replayed.page
    assert "Source: a tracker &lt;b&gt;&amp; sons&lt;/b&gt;, CC BY 4.0" in replayed.page
    assert replayed.page.count(f"<small>({LABEL})</small></h2>") == len(report.FIGURES) + 1  # and the claims
    assert "synthetic" not in replayed.page.lower()


def test_a_citation_names_the_recording_and_its_moment(replayed: Replayed) -> None:
    told = cite(replayed.scene.home, SHARE, ["2026-W23"], verify=True)
    assert f"{LABEL}: counted by tokenshare" in told["sentence"]
    assert told["citation"] == f"Source: OpenRouter (openrouter.ai/rankings), as of 2026-06-15. {CITATION}"
    assert (told["origin"], told["recorded_as_of"], told["synthetic"]) == ("recorded", AS_OF, False)
    assert told["verified"] is True
    assert "measured" not in told["sentence"]


def test_a_world_that_cites_the_source_of_the_metric_is_cited_once(replayed: Replayed) -> None:
    stated = "Source: OpenRouter (openrouter.ai/rankings), as of 2026-06-15, CC BY 4.0"
    (replayed.world / "world.json").write_text(
        json.dumps({"origin": "recorded", "as_of": RECORDED_AT, "citation": stated})
    )
    replayed.scene.refresh(YEARS_LATER, replayed.world)
    assert cite(replayed.scene.home, SHARE, ["2026-W23"])["sentence"].endswith(f". {stated}")
    assert catalog.read_origin(replayed.scene.home).citation == stated


def test_claims_metrics_and_status_say_so(replayed: Replayed) -> None:
    home = replayed.scene.home
    found = check(home, read_question("0.5", "china_share", "", "2026-W23", None, None))
    assert (found["origin"], found["synthetic"]) == ("recorded", False)
    assert f"({LABEL})" in drawn(draw_check, found)
    for id in (SHARE.id, "claim_verdict"):
        assert f"numbers: {LABEL}" in drawn(tables.draw_metric, overview.metric(home, METRIC_BY_ID[id], None))
    known = overview.metric(home, SHARE, datetime(2027, 1, 1, tzinfo=UTC))
    assert (known["origin"], known["recorded_as_of"]) == ("recorded", AS_OF)
    assert f"({LABEL}), as of 2028-06-15" in drawn(
        tables.draw_status, overview.status(settings.load(replayed.scene.variables))
    )


def test_the_catalog_says_so(replayed: Replayed) -> None:
    with duckdb.connect(str(replayed.scene.home.published_file), read_only=True) as reader:
        assert reader.execute("SELECT origin, as_of FROM catalog.origin").fetchall() == [("recorded", AS_OF)]
    assert verify(replayed.scene.home, lambda _: None)["status"] == "ok"


@pytest.mark.parametrize(
    ("origin", "fix"),
    [("live", "world.json states that it is recorded"), ("synthetic", "world.json"), ("demo", "world.json")],
)
def test_rows_of_another_origin_never_enter_its_home(replayed: Replayed, origin: HomeOrigin, fix: str) -> None:
    with pytest.raises(UsageError, match=f"origin 'recorded', not '{origin}'") as caught:
        home.initialise(replayed.scene.home, origin)
    assert fix in caught.value.fix
    assert "TOKENSHARE_HOME" in caught.value.fix


@pytest.mark.parametrize("origin", ["live", "synthetic", "demo"])
def test_recorded_rows_never_enter_another_home(tmp_path: Path, origin: HomeOrigin) -> None:
    home.initialise(Home(tmp_path), origin)
    with pytest.raises(UsageError, match=f"origin '{origin}', not 'recorded'"):
        home.initialise(Home(tmp_path), "recorded")


def test_a_wrong_statement_is_refused_before_there_is_a_home(new_scene: Callable[..., Scene], tmp_path: Path) -> None:
    world = write_rankings(tmp_path / "world", small_rows(date(2026, 6, 1), 14))
    (world / "world.json").write_text('{"origin": "real"}')
    scene = new_scene("refused")
    with pytest.raises(UsageError, match="origin is 'real'"):
        scene.refresh(RECORDED_AT, world)
    assert not scene.root.exists()


def test_a_home_of_an_earlier_version_is_synthetic(tmp_path: Path) -> None:
    mine = Home(tmp_path)
    home.initialise(mine, "synthetic")
    mine.format.write_text(mine.format.read_text().replace("synthetic", "world"))
    home.initialise(mine, "synthetic")
    with duckdb.connect(str(mine.published_file)) as file:
        file.execute("CREATE SCHEMA catalog")
    assert (home.kind_of(mine), catalog.read_origin(mine)) == ("synthetic", Origin("synthetic"))
