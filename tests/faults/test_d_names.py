"""A name nobody mapped is nobody's: it counts as unknown, widens the bounds, and is listed; text stays text."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from connectors.sources import openrouter_rankings as rankings
from connectors.storage.warehouse import open_warehouse
from flows import settings
from flows.orchestration.refresh import Report
from flows.queries import overview
from tests.scene import ROUTER_ALONE, Row, Scene, small_rows, statuses, write_rankings
from tests.sources.payloads import fetch_of
from tokenshare.errors import ExitCode, PayloadRefused

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]
Saying = Callable[[str, Any], None]
LOOK_ALIKES = (
    "nobody/model",
    "\u0501eepseek/r1",  # Cyrillic d
    "qwe\u0301n/max",  # NFD
    "qw\u00e9n/max",  # NFC: another name than qwen, and the same author as its NFD twin
)
STEERED = ("deep\u200bseek/r1", "\u202ednepseed/r1")  # a zero-width space; from right to left
HOSTILE = (
    *("'; drop table metrics.vendor_share_daily;--/x", "{{ 7*7 }}/x", "${HOME}/x", "<script>alert(1)</script>/x"),
    *('"a""b"/x', "../../../tmp/stranger"),
)
TOKENS = 30_000
FOLDED = "DeepSeek/DeepSeek-V3"
WEEK, DAYS = 7, 14


@pytest.fixture(scope="module")
def played(home_of: Callable[..., Scene], tmp_path_factory: pytest.TempPathFactory) -> tuple[Scene, Report]:
    rows: list[Row] = small_rows(date(2026, 6, 1), DAYS)
    for at, day in sorted({(row[0], row[1]) for row in rows}):
        rows += [(at, day, slug, str(TOKENS + n)) for n, slug in enumerate((*LOOK_ALIKES, *HOSTILE))]
        rows.append((at, day, FOLDED, "1000"))
    scene = home_of("unknown", **ROUTER_ALONE)
    report = scene.refresh("2026-06-15T06:00:00Z", write_rankings(tmp_path_factory.mktemp("unknown world"), rows))
    assert report.exit_code == ExitCode.OK, report.document()
    return scene, report


@pytest.fixture
def scene(played: tuple[Scene, Report]) -> Scene:
    return played[0]


def unknown_a_day() -> int:
    strangers = len(LOOK_ALIKES) + len(HOSTILE)
    return strangers * TOKENS + sum(range(strangers))


@pytest.mark.parametrize("slug", [*LOOK_ALIKES, *HOSTILE])
@pytest.mark.threat("X05", "X06")
def test_d05_a_stranger_is_unknown_and_its_name_stays_as_it_came(
    scene: Scene, slug: str, record_property: Saying
) -> None:
    """A vendor with a name like another's, with hidden characters, markup, SQL or a template in it."""
    facts = [row for row in scene.metric("fct_usage_daily") if row["model_permaslug"] == slug]
    assert len(facts) == DAYS
    assert {(row["vendor_id"], row["origin"]) for row in facts} == {("unknown", "unknown")}
    (model,) = [row for row in scene.metric("dim_models") if row["model_id"] == slug]
    assert (model["vendor_id"], model["origin"]) == ("unknown", "unknown")
    record_property("observed", f"unknown, named {slug!a} on {DAYS} days")


@pytest.mark.threat("X07", "X13")
def test_d05_no_file_of_a_home_is_named_by_a_stranger_or_is_a_site(scene: Scene, record_property: Saying) -> None:
    """Names that are paths, markup or SQL, on the whole route."""
    files = [path.relative_to(scene.root) for path in scene.root.rglob("*")]
    words = ("stranger", "drop", "script", "nobody", "HOME", "{{")
    assert [str(path) for path in files for word in words if word in str(path)] == []
    assert [str(path) for path in files if path.suffix in (".html", ".js")] == []
    assert not (scene.root.parent / "tmp").exists()
    record_property("observed", f"{len(files)} files and folders, none named by an upstream, no site of checks")


@pytest.mark.threat("S7")
@pytest.mark.parametrize("slug", STEERED)
def test_d05_a_name_that_hides_or_turns_its_letters_refuses_the_answer(slug: str, record_property: Saying) -> None:
    """An answer of the router with a zero-width or a right-to-left character in a name."""
    (page,) = fetch_of("openrouter_rankings").pages
    body = page.body.replace(b'"beta/two"', json.dumps(slug).encode())
    assert body != page.body
    with pytest.raises(PayloadRefused, match="model_permaslug") as refusal:
        rankings.SOURCE.parse(fetch_of("openrouter_rankings", replace(page, body=body)))
    assert slug not in str(refusal.value)
    record_property("observed", f"refused: {refusal.value}"[:160])


def test_d05_case_alone_makes_no_stranger(scene: Scene, record_property: Saying) -> None:
    """A known name in capitals."""
    facts = [row for row in scene.metric("fct_usage_daily") if row["model_permaslug"] == FOLDED]
    assert {row["vendor_id"] for row in facts} == {"deepseek"}
    record_property("observed", "deepseek")


def test_d05_no_look_alike_gains_its_twin_a_token(scene: Scene, record_property: Saying) -> None:
    """Four names resembling known ones, beside those."""
    rows = [row for row in scene.metric("vendor_share_daily") if row["vendor_id"] == "deepseek"]
    days = {row["usage_date"]: row["tokens"] for row in rows}
    assert days == {day: 1_000_000 + day.day + 1000 for day in days}
    assert len(days) == DAYS
    record_property("observed", f"{len(days)} days, to the token")


def test_d11_strangers_widen_the_bounds_to_the_token(scene: Scene, record_property: Saying) -> None:
    """Ten unmapped vendors."""
    for row in scene.metric("china_share_bounds_weekly"):
        assert row["unknown_tokens"] == WEEK * (unknown_a_day() + 500_000)
        width = row["upper_share"] - row["lower_share"]
        assert width == pytest.approx(row["unknown_tokens"] / row["tokens"], abs=1e-9)
    record_property(
        "observed", f"{WEEK * (unknown_a_day() + 500_000)} tokens a week are unknown, and the bounds as wide"
    )


def test_d11_status_lists_the_strangers_heaviest_first(scene: Scene, record_property: Saying) -> None:
    """Ten unmapped vendors."""
    listed = overview.status(settings.load(scene.variables))["unknown_vendors"]
    authors = [slug.split("/")[0] for slug in (*LOOK_ALIKES, *HOSTILE)]
    weights = {"<script>alert(1)<": DAYS * (TOKENS + authors.index("<script>alert(1)<"))}
    assert {row["author"] for row in listed} == set(authors)
    assert [row["tokens"] for row in listed] == sorted((row["tokens"] for row in listed), reverse=True)
    assert weights.items() <= {row["author"]: row["tokens"] for row in listed}.items()
    record_property("observed", f"{len(listed)} authors, the heaviest first")


def test_d11_strangers_raise_an_alert_and_hold_nothing(played: tuple[Scene, Report], record_property: Saying) -> None:
    """Unmapped vendors have more than 1 % of the tokens of a recent day."""
    scene, report = played
    assert "held" not in statuses(report).values()
    assert report.alerts["opened"] == 1
    with open_warehouse(scene.home.warehouse) as connection:
        opened = connection.execute("SELECT DISTINCT key, kind FROM outbox.faults WHERE resolved_at IS NULL").fetchall()
        faults = connection.execute("SELECT count(*), min(facts->>'reason') FROM outbox.faults").fetchone()
    assert opened == [("noticed/router", "noticed")]
    assert faults
    assert faults[1].startswith("unmapped_share: 0.0")
    record_property("observed", f"exit 0, one alert: {faults[1]}")
